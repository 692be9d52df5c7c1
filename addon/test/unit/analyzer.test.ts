import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { before, test } from "node:test";
import { Analyzer, type Checked, initSync } from "../../dist/wasm/analyzer.js";

before(async () => {
  // npm runs the tests in the package's folder.
  initSync({ module: await readFile("dist/wasm/analyzer_bg.wasm") });
});

function check(formula: string, locale = "en-US"): Checked {
  const [checked] = new Analyzer("recommended", locale).check([formula]);
  assert.ok(checked);
  return checked;
}

test("a batch gives one answer for each formula, in their order", () => {
  const formulas = ["=SUM(A1:A3)", "=VLOOKUP(B2, A:B, 2)", "no formula"];
  const answers = new Analyzer("recommended", "en-US").check(formulas);
  assert.deepEqual(
    answers.map(({ findings, skipped }) => [findings.length > 0, skipped !== null]),
    [
      [false, false],
      [true, false],
      [false, true],
    ],
  );
});

test("spans count UTF-16 code units", () => {
  const formula = '="😀é"&VLOOKUP(B2, A:B, 2)';
  const found = check(formula).findings.find(({ rule }) => rule === "approximate-lookup");
  assert.ok(found);
  assert.match(formula.slice(found.span.start, found.span.end), /^VLOOKUP/);
});

test("a fix is the whole formula afterwards", () => {
  const found = check("=VLOOKUP(B2, A:B, 2)").findings.find(({ fix }) => fix !== null);
  assert.equal(found?.fix?.formula, "=VLOOKUP(B2, A:B, 2, FALSE)");
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
