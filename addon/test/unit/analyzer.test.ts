import assert from "node:assert/strict";
import { before, test } from "node:test";
import load, { Analyzer, type Checked, type LocalFinding } from "@sheetbrain/analyzer";

before(load);

function check(formula: string, locale = "en-US"): Checked {
  const [checked] = new Analyzer("recommended", locale).check([formula]);
  assert.ok(checked);
  return checked;
}

/** What the rule found in the formula. */
function found(formula: string, rule: string): LocalFinding {
  const finding = check(formula).findings.find((finding) => finding.rule === rule);
  assert.ok(finding, `${rule} found nothing`);
  return finding;
}

test("a batch gives one answer for each formula, in their order", () => {
  const formulas = ["=SUM(A1:A3)", "=VLOOKUP(B2, A:B, 2)", "no formula", ""];
  const answers = new Analyzer("recommended", "en-US").check(formulas);
  assert.deepEqual(
    answers.map(({ findings, skipped }) => [findings.length > 0, skipped !== null]),
    [
      [false, false],
      [true, false],
      [false, true],
      [false, true],
    ],
  );
});

test("a finding has every member that its type declares, and no other", () => {
  const formula = "=VLOOKUP(B2, A:B, 2)";
  const { message, fingerprint, ...finding } = found(formula, "approximate-lookup");
  const expected: Omit<LocalFinding, "message" | "fingerprint"> = {
    rule: "approximate-lookup",
    category: "risk",
    severity: "high",
    span: { start: 1, end: formula.length },
    policy: null,
    fix: {
      safe: false,
      title: "Add FALSE as 4th argument",
      formula: "=VLOOKUP(B2, A:B, 2, FALSE)",
    },
  };
  assert.deepEqual(finding, expected);
  assert.match(fingerprint, /^[0-9a-f]{32}$/);
  assert.match(message, /VLOOKUP/);
});

test("formulas with characters of every width keep apart", () => {
  const formulas = ['="😀"', '="é"&A1', "=VLOOKUP(B2, A:B, 2)", '="\n"', '="\ud83d"', '="\ude00"'];
  const canonical = formulas.map((formula) => check(formula));
  assert.deepEqual(new Analyzer("recommended", "en-US").check(formulas), canonical);
});

test("spans count UTF-16 code units", () => {
  const formula = '="😀é"&VLOOKUP(B2, A:B, 2)';
  const { span } = found(formula, "approximate-lookup");
  assert.match(formula.slice(span.start, span.end), /^VLOOKUP/);
});

test("copies of a formula have one fingerprint when their cells are given", () => {
  const formulas = ["=VLOOKUP(B2, $F:$G, 2)", "=VLOOKUP(B3, $F:$G, 2)"];
  const fingerprints = (cells?: Uint32Array): number => {
    const answers = new Analyzer("recommended", "en-US").check(formulas, cells);
    return new Set(answers.map(({ findings }) => findings[0]?.fingerprint)).size;
  };
  assert.equal(fingerprints(new Uint32Array([3, 2, 3, 3])), 1);
  assert.equal(fingerprints(), 2);
});

test("a batch whose cells do not fit its formulas is refused with both numbers", () => {
  const analyzer = new Analyzer("recommended", "en-US");
  assert.throws(() => analyzer.check(["=A1", "=A2"], new Uint32Array([1, 1])), /4 .* 2 were given/);
});

test("what is no text is refused with its place", () => {
  const formulas = ["=A1", 7] as string[];
  assert.throws(() => new Analyzer("recommended", "en-US").check(formulas), /formula 1 is not/);
});

test("the locale decides how arguments are separated", () => {
  const rules = (locale: string): string[] =>
    check("=SUM(A1;1,5)", locale).findings.map(({ rule }) => rule);
  assert.ok(!rules("de-DE").includes("syntax-error"));
});

test("the canonical text has upper-case names and no needless spaces", () => {
  const analyzer = new Analyzer("recommended", "en-US");
  assert.equal(analyzer.canonical("= sum( a1:A3 )"), "=SUM(A1:A3)");
});

test("a preset that does not exist is refused by name", () => {
  assert.throws(() => new Analyzer("no-such-preset", "en-US"), /no-such-preset/);
});
