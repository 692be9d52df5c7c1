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

test("a formula is explained, or it is said that it can not be", () => {
  const answer = String(evaluate("SHEETBRAIN_EXPLAIN", "=SUM(A1:A3)"));
  assert.match(answer, /^could not be explained here: |sum/i);
});
