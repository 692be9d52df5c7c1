/**
 * The sidebar, the server and the command line find the same, whatever is asked of them: every
 * formula of these tests, in locales with commas and with semicolons, with policies and without.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, test } from "node:test";
import type { Snapshot } from "../../src/shared/bridge.ts";
import { type Checker, checkerFor, loadAnalyzer } from "../../src/sidebar/analyzer.ts";
import { readAnswer, type Skipped } from "../../src/sidebar/answer.ts";
import { checkSnapshot } from "../../src/sidebar/check.ts";
import type { PlacedFinding, Step } from "../../src/sidebar/panel.ts";
import { requestOf } from "../../src/sidebar/request.ts";
import { startFake } from "../apps-script/fake.ts";
import { Workbook } from "../apps-script/workbook.ts";
import { formulas, german, hostile, sentences, writtenRules } from "./formulas.ts";
import { type Program, setting, startProgram } from "./program.ts";
import { clean, large, model } from "./sidebar-stage.ts";

const presets = ["recommended", "security"];
const whenever = new AbortController().signal;

let program: Program;
/** Where the policies lie, as files. */
let folder: string;
/** In the order in which the server applies them. */
let files: string[];
/** What the sidebar keeps of the organization. */
let rules: unknown;

before(async () => {
  await loadAnalyzer();
  program = await startProgram();
  folder = await mkdtemp(join(tmpdir(), "sheetbrain-parity-"));
  await program.ask("PUT", "/api/rulesets", { presets });
  await program.ask("POST", "/api/policies", { title: "Standard", content: sentences });
  await program.ask("POST", "/api/policies", { title: "Written rules", content: writtenRules });
  rules = await program.ask("GET", "/api/rulesets");
  const { policies } = rules as { policies: { id: string; title: string }[] };
  assert.ok(policies.length > 2, "the demonstration's own policies are in force too");
  files = [];
  for (const { id, title } of policies) {
    const { policy } = await program.ask<{ policy: { content: string } }>(
      "GET",
      `/api/policies/${id}`,
    );
    const file = join(folder, `${title}.md`);
    await writeFile(file, policy.content);
    files.push(file);
  }
});

after(async () => {
  await program.stop();
  await rm(folder, { recursive: true });
});

/** What somebody is told of a spreadsheet. */
interface Told {
  readonly findings: readonly unknown[];
  readonly skipped: readonly Skipped[];
}

/** A finding as all three have it: ids of policies are the server's, numbers of copies the page's. */
function common({ policy, ...finding }: PlacedFinding): unknown {
  const { title, version, sentence } = policy ?? {};
  return {
    ...finding,
    template: 0,
    recorded: false,
    policy: policy === null ? null : { title, version, sentence },
  };
}

async function bySidebar(snapshot: Snapshot, checker: Checker): Promise<Told> {
  const findings: unknown[] = [];
  const skipped: Skipped[] = [];
  await checkSnapshot(snapshot, checker, whenever, () => 0, {
    found: (finding) => findings.push(common(finding)),
    skipped: (one) => skipped.push(one),
    advanced: () => undefined,
  });
  return { findings, skipped };
}

/** What the sidebar reads in an answer. */
async function read(body: string, snapshot: Snapshot): Promise<Told> {
  const findings: unknown[] = [];
  const { skipped } = await readAnswer(
    body,
    snapshot,
    whenever,
    () => 0,
    (finding) => findings.push(common(finding)),
  );
  return { findings, skipped };
}

/** Runs the program with `input`; it may end with one of these codes. */
async function run(given: string[], input: string, codes: readonly number[]): Promise<string> {
  const child = spawn(setting("SHEETBRAIN_TEST_PROGRAM"), given, {
    env: {},
    stdio: ["pipe", "pipe", "pipe"],
  });
  const ended = once(child, "exit");
  child.stdin.end(input);
  const [output, complaints] = await Promise.all([text(child.stdout), text(child.stderr)]);
  await ended;
  assert.ok(codes.includes(child.exitCode ?? -1), complaints);
  return output;
}

async function byCommandLine(
  request: string,
  snapshot: Snapshot,
  policies: readonly string[],
): Promise<Told> {
  const { formulas } = JSON.parse(request) as { formulas: object[] };
  const given = [
    ...["audit", "--formulas", "-", "--format", "json"],
    ...["--locale", snapshot.spreadsheet.locale],
    ...(policies.length > 0 ? presets : ["recommended"]).flatMap((name) => ["--preset", name]),
    ...policies.flatMap((file) => ["--policy", file]),
  ];
  const lines = formulas.map((formula) => `${JSON.stringify(formula)}\n`).join("");
  const output = await run(given, lines, [0, 1]);
  // What only a server knows.
  const answer = { ...(JSON.parse(output) as object), auditId: "", suppressed: [] };
  return read(JSON.stringify(answer), snapshot);
}

/** All formulas of a workbook, as the script reads them. */
function snapshotOf(workbook: Workbook, locale: string): Snapshot {
  workbook.locale = locale;
  const reply = startFake({ workbook }).call("getSnapshot", "workbook");
  assert.ok(reply.ok);
  return reply.value;
}

/** One sheet with these in a column, so that nothing of them is a copy of another by chance. */
function column(sheet: string, texts: readonly string[]): Workbook {
  const workbook = new Workbook();
  const cells = texts.map((formula, index): [string, string] => [`C${index + 2}`, formula]);
  workbook.add(sheet, Object.fromEntries(cells));
  return workbook;
}

const written = formulas.filter((formula) => formula.startsWith("="));
const withSemicolons = [...written, ...Object.values(hostile)].map((formula) =>
  formula.replaceAll(",", ";"),
);

const workbooks: Readonly<Record<string, () => Workbook>> = {
  "the model": model,
  "a clean sheet": clean,
  "many copies": () => large(300, 40),
  "hostile formulas": () => column(`</style><b>Ha'"t`, Object.values(hostile)),
  "formulas that policies are about": () => {
    const workbook = column("Model", written);
    workbook.add("Inputs", { C2: "=NOW()", C3: "=OFFSET(A1,1,1)" });
    return workbook;
  },
  "formulas with semicolons": () => column("Preise", [...german, ...withSemicolons]),
  "a formula that is too long": () =>
    column("Long", ["=A1*2", `="${"x".repeat(40_000)}"`, "=VLOOKUP(B1, A:B, 2)"]),
};

for (const [what, workbook] of Object.entries(workbooks)) {
  for (const locale of ["en_US", "de_DE", "fr_CH"]) {
    test(`${what}: sidebar, server and command line find the same in ${locale}`, async () => {
      const snapshot = snapshotOf(workbook(), locale);
      const request = await requestOf(snapshot, null, whenever);
      assert.ok(request !== null);
      const checker = checkerFor(snapshot.spreadsheet.locale, rules);
      const answer = await program.ask<{ ruleset: string }>("POST", "/api/audit", request);
      const [sidebar, server, commandLine] = await Promise.all([
        bySidebar(snapshot, checker),
        read(JSON.stringify(answer), snapshot),
        byCommandLine(request, snapshot, files),
      ]);
      assert.equal(checker.ruleset, answer.ruleset);
      assert.deepEqual(sidebar, server);
      assert.deepEqual(commandLine, server);
    });

    test(`${what}: before anything is known of the organization too, in ${locale}`, async () => {
      const snapshot = snapshotOf(workbook(), locale);
      const request = await requestOf(snapshot, null, whenever);
      assert.ok(request !== null);
      const checker = checkerFor(snapshot.spreadsheet.locale, null);
      const sidebar = await bySidebar(snapshot, checker);
      assert.deepEqual(sidebar, await byCommandLine(request, snapshot, []));
    });
  }
}

test("these formulas have findings of rules and of policies, and skipped ones", async () => {
  const found: unknown[] = [];
  const skipped: Skipped[] = [];
  for (const workbook of Object.values(workbooks)) {
    const snapshot = snapshotOf(workbook(), "en_US");
    const told = await bySidebar(snapshot, checkerFor("en-US", rules));
    found.push(...told.findings);
    skipped.push(...told.skipped);
  }
  const findings = found as PlacedFinding[];
  const sentences = new Set(findings.flatMap(({ policy }) => policy?.sentence ?? []));
  const rulesFound = new Set(findings.flatMap(({ policy, rule }) => (policy ? [] : rule)));
  assert.ok(sentences.size >= 10, [...sentences].join("\n"));
  assert.ok(rulesFound.size >= 8, [...rulesFound].join(" "));
  assert.equal(skipped.length, 1);
});

for (const locale of ["en-US", "de-DE"]) {
  test(`the sidebar explains as the command line does in ${locale}`, async () => {
    const checker = checkerFor(locale, null);
    const all = [...written, ...german, ...withSemicolons, ...Object.values(hostile)];
    for (const formula of new Set(all)) {
      const output = await run(
        ["explain", "-", "--locale", locale, "--format", "json"],
        formula,
        [0],
      );
      const { steps } = JSON.parse(output) as { steps: readonly Step[] };
      assert.deepEqual(checker.explain(formula), steps, formula);
    }
  });
}
