import assert from "node:assert/strict";
import { test } from "node:test";
import type { Snapshot } from "../../src/shared/bridge.ts";
import type { PlacedFinding } from "../../src/sidebar/panel.ts";
import type { Suppression } from "../../src/sidebar/panels/answers.ts";
import {
  accepted,
  kindOf,
  textOf,
  titleOf,
  toBase64,
  trialOf,
} from "../../src/sidebar/panels/document.ts";
import { dayName, monthName, percentUsed, resetDay } from "../../src/sidebar/panels/quota.ts";
import { aboutOf, check, type Checked, type Filled } from "../../src/sidebar/panels/silence.ts";

test("a document's kind follows its name's ending, in whatever letters", () => {
  const kinds = ["a.txt", "b.MD", "c.Docx", "d.pdf"].map((name) => kindOf(name)?.kind);
  assert.deepEqual(kinds, ["text", "text", "binary", "binary"]);
});

test("other endings are of no kind", () => {
  for (const name of ["a.doc", "a.pdf.exe", "pdf", "a.", ""]) assert.equal(kindOf(name), null);
});

test("the file field offers what can be read", () => {
  assert.equal(accepted, ".txt,.md,.docx,.pdf");
});

test("a title is the file's name without its ending, as long as a title may be", () => {
  assert.equal(titleOf("Lookups.v2.md"), "Lookups.v2");
  assert.equal(titleOf(`${"x".repeat(300)}.md`).length, 200);
});

test("text is read as UTF-8, without its byte order mark", () => {
  assert.equal(textOf(Uint8Array.of(0xef, 0xbb, 0xbf, 0xc3, 0xa9)), "é");
});

test("bytes that are no text are refused, not mangled", () => {
  assert.equal(textOf(Uint8Array.of(0xff, 0xfe, 0x41, 0)), null);
  assert.equal(textOf(Uint8Array.of(0x41, 0, 0x42)), null);
});

test("bytes of any number cross as base64", () => {
  for (const length of [0, 1, 2, 3, 0x8000, 0x8001, 100_000]) {
    const bytes = Uint8Array.from({ length }, (_, index) => (index * 7) % 256);
    assert.deepEqual(new Uint8Array(Buffer.from(toBase64(bytes), "base64")), bytes);
  }
});

function snapshot(...formulas: string[]): Snapshot {
  return {
    spreadsheet: { name: "Book", locale: "en_US" },
    active: { sheetId: 1, range: "A1" },
    sheets: [
      { id: 1, name: "Sheet1", cells: formulas.flatMap((_, row) => [1, row + 1]), formulas },
    ],
    takenAt: "2026-11-27T04:20:00Z",
    undoable: 0,
  };
}

test("a trial has each formula once", () => {
  assert.deepEqual(trialOf("No VLOOKUP.", snapshot("=A1", "=B1", "=A1")), {
    formulas: ["=A1", "=B1"],
    of: 2,
  });
});

test("a trial before the first check has no formulas", () => {
  assert.deepEqual(trialOf("No VLOOKUP.", null), { formulas: [], of: 0 });
});

test("a trial stays below the size of a small request, whatever the letters", () => {
  const formulas = Array.from({ length: 3000 }, (_, row) => `="${'"\\😀'.repeat(60)}"&A${row}`);
  const trial = trialOf("No VLOOKUP.", snapshot(...formulas));
  assert.ok(trial !== null && trial.formulas.length > 0);
  assert.equal(trial.of, 3000);
  const body = JSON.stringify({ content: "No VLOOKUP.", formulas: trial.formulas });
  assert.ok(Buffer.byteLength(body) < 256 * 1024);
});

test("a text too long for a trial has none", () => {
  assert.equal(trialOf("x".repeat(300_000), snapshot("=A1")), null);
});

test("a share in use is whole only when it is", () => {
  assert.equal(percentUsed(0, 1000), 0);
  assert.equal(percentUsed(1, 1000), 1);
  assert.equal(percentUsed(640, 1000), 64);
  assert.equal(percentUsed(999, 1000), 99);
  assert.equal(percentUsed(1000, 1000), 100);
  assert.equal(percentUsed(1001, 1000), 100);
});

test("months are named, and end with the year too", () => {
  assert.equal(monthName("2026-11"), "November 2026");
  assert.equal(resetDay("2026-11"), "1 December 2026");
  assert.equal(resetDay("2026-12"), "1 January 2027");
});

test("what is no month or day stays as it is written", () => {
  assert.equal(monthName("2026-13"), "2026-13");
  assert.equal(resetDay("soon"), null);
  assert.equal(dayName("soon"), "soon");
});

const finding = {
  rule: "approximate-lookup",
  fingerprint: "0123456789abcdef0123456789abcdef",
  sheet: "Price model",
} as PlacedFinding;

const now = new Date("2026-11-27T10:00:00");

/** What becomes of a form that is filled well but for what differs. */
function checked(differing: Partial<Filled>): Checked {
  const filled = {
    reach: "finding",
    range: "",
    reason: "Quoted.",
    until: "",
    ...differing,
  } as const;
  return check(finding, filled, now);
}

/** The body that is sent. */
function sent(differing: Partial<Filled>): Record<string, unknown> {
  const result = checked(differing);
  assert.ok(result.ok, "the form is well filled");
  return JSON.parse(result.body) as Record<string, unknown>;
}

test("one finding is silenced by its fingerprint, wherever it stands", () => {
  assert.deepEqual(sent({ range: "A1" }), {
    fingerprint: finding.fingerprint,
    rule: finding.rule,
    reason: "Quoted.",
  });
});

test("a rule is silenced in a range or on a sheet", () => {
  assert.deepEqual(sent({ reach: "range", range: " 'Price model'!A1:B9 " }), {
    rule: finding.rule,
    range: "'Price model'!A1:B9",
    reason: "Quoted.",
  });
  assert.equal(sent({ reach: "sheet" })["sheet"], "Price model");
});

test("a suppression ends after the day that was chosen", () => {
  const end = new Date(String(sent({ until: "2026-11-27" })["expiresAt"]));
  assert.ok(end > now);
  assert.equal(end.getDate(), 27);
});

test("what can not be sent is told at its field", () => {
  const fields = [
    { reason: " \n" },
    { reason: "x".repeat(1001) },
    { reach: "range", range: " " } as const,
    { until: "2026-11-26" },
  ].map((differing) => {
    const result = checked(differing);
    return result.ok ? null : result.field;
  });
  assert.deepEqual(fields, ["reason", "reason", "range", "until"]);
});

test("a reason is counted in characters, not in their halves", () => {
  assert.ok(checked({ reason: "😀".repeat(1000) }).ok);
});

const suppression: Suppression = {
  id: "1",
  fingerprint: null,
  rule: "approximate-lookup",
  range: null,
  sheet: null,
  reason: "Quoted.",
  expiresAt: null,
  author: null,
  createdAt: "2026-11-27T04:20:00Z",
  state: "active",
  lastMatchedOn: null,
};

test("a suppression says what it is about", () => {
  const about = [{ range: "A1:B9" }, { sheet: "Old" }, { fingerprint: "0123456789", rule: null }];
  assert.deepEqual(
    about.map((differing) => aboutOf({ ...suppression, ...differing })),
    ["approximate-lookup in A1:B9", "approximate-lookup on sheet Old", "a rule, finding 01234567…"],
  );
});
