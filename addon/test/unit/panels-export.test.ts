import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import Ajv from "ajv";
import type { PlacedFinding, Results } from "../../src/sidebar/panel.ts";
import { toCsv } from "../../src/sidebar/panels/export/csv.ts";
import { fileName, toReport } from "../../src/sidebar/panels/export/formats.ts";
import { toJson } from "../../src/sidebar/panels/export/json.ts";
import { toSarif } from "../../src/sidebar/panels/export/sarif.ts";

const finding: PlacedFinding = {
  rule: "approximate-lookup",
  category: "risk",
  severity: "high",
  message: "Say FALSE.",
  span: { start: 1, end: 20 },
  fix: { title: "Add FALSE", safe: false, formula: "=VLOOKUP(B2, A:B, 2, FALSE)" },
  policy: { id: "p1", title: "Lookups", version: 3, sentence: "Exact match only." },
  sheetId: 7,
  sheet: "Price model",
  column: 3,
  row: 5,
  formula: "=VLOOKUP(B2, A:B, 2)",
  fingerprint: "0123456789abcdef0123456789abcdef",
  template: 1,
  recorded: true,
};

function results(...findings: Partial<PlacedFinding>[]): Results {
  return {
    snapshot: {
      spreadsheet: { name: "Budget: 2026/27", locale: "en_GB" },
      active: { sheetId: 7, range: "A1" },
      sheets: [{ id: 7, name: "Price model", cells: [3, 5], formulas: [finding.formula] }],
      takenAt: "2026-11-27T04:20:09Z",
      undoable: 0,
    },
    findings: findings.map((differing) => ({ ...finding, ...differing })),
    auditId: "0193f0",
    engine: "0.1.0",
    ruleset: "sha256:00",
  };
}

/** The second line of the CSV: the one finding. */
function csvLine(differing: Partial<PlacedFinding>): string {
  return toCsv(results(differing)).split("\r\n").slice(1).join("\r\n");
}

/** The fields of a line without quotes, by their order. */
function csvField(differing: Partial<PlacedFinding>, index: number): string | undefined {
  return csvLine(differing).split(",")[index];
}

test("a CSV begins with its byte order mark and the names of its columns", () => {
  const [head, ...lines] = toCsv(results({})).split("\r\n");
  assert.match(head ?? "", /^\uFEFFSheet,Cell,Severity,Rule,/);
  assert.equal(lines.length, 2);
  assert.equal(lines[1], "", "the last line ends too");
});

test("no spreadsheet takes a cell of a CSV for a formula", () => {
  for (const start of ["=", "+", "-", "@", "\t", "\r"]) {
    const field = csvField({ sheet: `${start}cmd` }, 0)?.replace(/^"/, "");
    assert.ok(field?.startsWith(`'${start}`), JSON.stringify(field));
  }
});

test("a formula in a CSV stays readable behind its apostrophe", () => {
  assert.equal(csvField({ formula: "=A1" }, 6), "'=A1");
});

test("other texts get no apostrophe", () => {
  assert.equal(csvField({ sheet: "A=B" }, 0), "A=B");
});

test("quotes, commas and line breaks of a CSV are quoted", () => {
  const line = csvLine({ message: 'Say "no", then\nstop.' });
  assert.ok(line.includes('"Say ""no"", then\nstop."'), line);
});

test("a cell that needs both an apostrophe and quotes has the apostrophe inside", () => {
  assert.ok(csvLine({ formula: '="a",b' }).includes('"\'=""a"",b"'));
});

/** The lines of the JSON's `findings`. */
function jsonLines(...findings: Partial<PlacedFinding>[]): Record<string, unknown>[] {
  const whole = JSON.parse(toJson(results(...findings))) as { findings: Record<string, unknown>[] };
  return whole.findings;
}

test("JSON has each finding as the command line writes it, in the same order of members", () => {
  const [line] = jsonLines({});
  assert.deepEqual(Object.keys(line ?? {}), [
    "workbook",
    "sheet",
    "cells",
    "rule",
    "category",
    "severity",
    "message",
    "formula",
    "span",
    "expected",
    "policy",
    "fix",
    "fingerprint",
  ]);
});

test("what does not apply is null in JSON", () => {
  const [line] = jsonLines({ policy: null, fix: null, span: null });
  assert.deepEqual([line?.["policy"], line?.["fix"], line?.["span"]], [null, null, null]);
});

test("copies of a finding are one line with their cells as ranges", () => {
  const lines = jsonLines({ row: 6, formula: "=B" }, { row: 5, formula: "=A" }, { row: 9 });
  assert.deepEqual(
    lines.map(({ cells }) => cells),
    [["C5:C6", "C9"]],
  );
  assert.equal(lines[0]?.["formula"], "=A", "the formula is that of the first cell");
});

test("the same finding on another sheet is a line of its own", () => {
  assert.equal(jsonLines({}, { sheetId: 8, sheet: "Other" }).length, 2);
});

test("findings of two sentences are two lines", () => {
  const policy = { id: "p1", title: "Lookups", version: 3, sentence: "Another." };
  assert.equal(jsonLines({}, { policy }).length, 2);
});

test("JSON says what was checked and with which rules", () => {
  const whole = JSON.parse(toJson(results({}))) as Record<string, unknown>;
  assert.equal(whole["formulas"], 1);
  assert.equal(whole["ruleset"], "sha256:00");
  assert.equal(whole["auditId"], "0193f0");
});

interface Run {
  readonly tool: { readonly driver: { readonly rules: { readonly id: string }[] } };
  readonly results: {
    readonly ruleId: string;
    readonly ruleIndex: number;
    readonly level: string;
    readonly occurrenceCount: number;
    readonly partialFingerprints: Record<string, string>;
    readonly locations: { readonly logicalLocations: { fullyQualifiedName: string }[] }[];
  }[];
}

/** The one run of the SARIF of these findings, which must be what the standard's schema allows. */
async function sarif(...findings: Partial<PlacedFinding>[]): Promise<Run> {
  const schema: unknown = JSON.parse(await readFile("../tests/it/sarif-schema.json", "utf8"));
  const log = JSON.parse(toSarif(results(...findings))) as { runs: [Run] };
  const ajv = new Ajv({ allErrors: true });
  const isValid = ajv.validate(schema as object, log);
  assert.ok(isValid, ajv.errorsText());
  return log.runs[0];
}

test("SARIF is valid without findings", async () => {
  assert.deepEqual((await sarif()).results, []);
});

test("SARIF is valid with findings of every severity, with and without policy and fix", async () => {
  const run = await sarif(
    { severity: "high" },
    { severity: "medium", rule: "b", fingerprint: "2", policy: null },
    { severity: "low", rule: "c", fingerprint: "3", fix: null },
    { severity: "info", rule: "d", fingerprint: "4", span: null },
  );
  assert.deepEqual(
    run.results.map(({ level }) => level),
    ["error", "warning", "warning", "note"],
  );
});

test("each SARIF result points to its rule", async () => {
  const run = await sarif({ rule: "z", fingerprint: "1" }, { rule: "a", fingerprint: "2" });
  for (const { ruleId, ruleIndex } of run.results) {
    assert.equal(run.tool.driver.rules[ruleIndex]?.id, ruleId);
  }
});

test("a SARIF result names its cells with their sheet, and counts them", async () => {
  const [result] = (await sarif({ row: 5 }, { row: 6 }, { row: 8 })).results;
  const locations = result?.locations[0]?.logicalLocations ?? [];
  assert.deepEqual(
    locations.map(({ fullyQualifiedName }) => fullyQualifiedName),
    ["'Price model'!C5:C6", "'Price model'!C8"],
  );
  assert.equal(result?.occurrenceCount, 3);
});

test("a SARIF result keeps the finding's identity", async () => {
  const [result] = (await sarif({})).results;
  assert.deepEqual(result?.partialFingerprints, { finding: finding.fingerprint });
});

test("a report has a cell for each of its columns, formulas as they are", () => {
  const { columns, rows } = toReport(results({}));
  assert.equal(rows[0]?.length, columns.length);
  assert.equal(rows[0][columns.indexOf("Formula")], finding.formula);
});

test("a report is named after the time of its check, without what a sheet's name may not have", () => {
  assert.equal(toReport(results({})).title, "SheetBrain 2026-11-27 04.20 UTC");
});

test("a file is named after the spreadsheet, without what a file's name may not have", () => {
  assert.equal(fileName(results(), "csv"), "sheetbrain-Budget-2026-27-2026-11-27.csv");
});

test("a spreadsheet whose name has no letter has none in the file's name", () => {
  const unnamed = results();
  const spreadsheet = { ...unnamed.snapshot.spreadsheet, name: "…" };
  const renamed = { ...unnamed, snapshot: { ...unnamed.snapshot, spreadsheet } };
  assert.equal(fileName(renamed, "json"), "sheetbrain-2026-11-27.json");
});
