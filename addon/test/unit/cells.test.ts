import assert from "node:assert/strict";
import { test } from "node:test";
import { cellName, columnName, rangesOf, sheetPrefix } from "../../src/shared/cells.ts";

test("columns are counted in letters", () => {
  const names = [1, 26, 27, 52, 53, 702, 703, 18_278].map(columnName);
  assert.deepEqual(names, ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA", "ZZZ"]);
});

/** The ranges of cells that are written `column,row`. */
function ranges(...cells: [number, number][]): string[] {
  return rangesOf(cells.map(([column, row]) => ({ column, row })));
}

test("a cell is its column and its row", () => {
  assert.equal(cellName({ column: 28, row: 9 }), "AB9");
});

test("cells below each other are one range, in whatever order they come", () => {
  assert.deepEqual(ranges([2, 4], [2, 3], [2, 9], [2, 2]), ["B2:B4", "B9"]);
});

test("equal columns side by side are one range, others are not", () => {
  assert.deepEqual(ranges([2, 3], [2, 4], [3, 3], [3, 4], [4, 3]), ["B3:C4", "D3"]);
});

test("a gap between columns parts them", () => {
  assert.deepEqual(ranges([1, 1], [3, 1]), ["A1", "C1"]);
});

test("a cell that is named twice stands once", () => {
  assert.deepEqual(ranges([1, 1], [1, 1]), ["A1"]);
});

test("a sheet's name is quoted where it could be read as something else", () => {
  const names = ["Model", "My sheet", "Bob's", "A1", "R1C1", "true", "2026", "Größe", "Sheet1"];
  assert.deepEqual(names.map(sheetPrefix), [
    "Model!",
    "'My sheet'!",
    "'Bob''s'!",
    "'A1'!",
    "'R1C1'!",
    "'true'!",
    "'2026'!",
    "'Größe'!",
    "Sheet1!",
  ]);
});
