/** Functions for cells: the analyzer runs in the script, as nobody. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startFake } from "../apps-script/fake.ts";
import { Workbook } from "../apps-script/workbook.ts";

function evaluate(name: string, given: unknown, locale = "en_US", hasWebAssembly = true): unknown {
  const workbook = new Workbook();
  workbook.locale = locale;
  workbook.add("Model");
  return startFake({ workbook, hasWebAssembly }).evaluate(name, given);
}

const lookup = "=VLOOKUP(B2, Rates!A:B, 2)";

test("a finding is a line with how much it matters", () => {
  assert.match(String(evaluate("SHEETBRAIN_CHECK", lookup)), /^high: VLOOKUP [^\n]+$/);
});

test("a formula without findings says so", () => {
  assert.equal(evaluate("SHEETBRAIN_CHECK", "=SUM(A1:A3)"), "No findings");
});

test("a range gives as many cells", () => {
  const given = [
    ["=SUM(A1:A3)", ""],
    ["=SUM(B1:B3)", "=SUM(C1:C3)"],
  ];
  const expected = [
    ["No findings", ""],
    ["No findings", "No findings"],
  ];
  assert.deepEqual(evaluate("SHEETBRAIN_CHECK", given), expected);
});

for (const value of [5, true, "text"]) {
  test(`the value ${value} is not taken for a formula`, () => {
    assert.match(String(evaluate("SHEETBRAIN_CHECK", value)), /^Not a formula: .*FORMULATEXT/);
  });
}

test("the spreadsheet's locale decides about separators", () => {
  assert.match(String(evaluate("SHEETBRAIN_CHECK", "=A1*1,5", "de_DE")), /^info: 1,5 is written/);
});

test("letters of every length arrive as they are", () => {
  const answer = evaluate("SHEETBRAIN_CHECK", '="é😀\u202eמ\ufeff"&"\ud800"&FÖÖ()');
  assert.match(String(answer), /föö/);
});

test("where there is no WebAssembly nothing is guessed", () => {
  const answer = evaluate("SHEETBRAIN_CHECK", lookup, "en_US", false);
  assert.match(String(answer), /^could not be checked here: /);
});

test("a formula is explained in steps, the inner ones first", () => {
  const answer = evaluate("SHEETBRAIN_EXPLAIN", "=IFERROR(VLOOKUP(A2,B:C,2,FALSE),0)");
  assert.match(
    String(answer),
    /^1\. Look up A2 in the first column of B:C [^\n]+\n2\. If that gives an error, use 0 instead\.$/,
  );
});

test("an explanation reads and writes numbers as the spreadsheet's locale does", () => {
  const answer = evaluate("SHEETBRAIN_EXPLAIN", "=A1*1,5", "de_DE");
  assert.match(String(answer), /Multiply A1 by 1,5/);
});

test("what could be read of a broken formula is explained, and what could not is told", () => {
  const answer = evaluate("SHEETBRAIN_EXPLAIN", "=A1+SUM(");
  assert.match(String(answer), /Syntax error: /);
});

test("a range of formulas is explained cell by cell", () => {
  const given = [
    ["=SUM(A1:A3)", ""],
    ["text", "=A1*2"],
  ];
  assert.deepEqual(evaluate("SHEETBRAIN_EXPLAIN", given), [
    ["1. Add up the range A1:A3 (3 cells).", ""],
    ["Not a formula: give its text, such as FORMULATEXT(B2)", "1. Multiply A1 by 2."],
  ]);
});

for (const [what, formula] of [
  ["nested deeply", `=${"(".repeat(5_000)}1${")".repeat(5_000)}`],
  ["of the greatest length", `="${"x".repeat(32_764)}"`],
  ["with half a character", '="\ud800"&A1'],
  ["with a script in it", '="</script><script>"&A1'],
] as const) {
  test(`a formula ${what} gets an explanation that a cell holds`, () => {
    const answer = String(evaluate("SHEETBRAIN_EXPLAIN", formula));
    assert.match(answer, /^1\. /);
    assert.ok(answer.length <= 50_000);
  });
}

test("a formula that is too long is refused with the reason", () => {
  const answer = evaluate("SHEETBRAIN_EXPLAIN", `="${"x".repeat(40_000)}"`);
  assert.match(String(answer), /^could not be explained here: .*32,767/);
});

test("where there is no WebAssembly nothing is explained", () => {
  const answer = evaluate("SHEETBRAIN_EXPLAIN", lookup, "en_US", false);
  assert.match(String(answer), /^could not be explained here: /);
});
