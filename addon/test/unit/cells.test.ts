import assert from "node:assert/strict";
import { test } from "node:test";
import {
  cellName,
  columnName,
  contains,
  parseRange,
  rangesOf,
  sheetPrefix,
  splitName,
} from "../../src/shared/cells.ts";

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

for (const [range, ...corners] of [
  ["B2", 2, 2, 2, 2],
  ["B2:D9", 2, 2, 4, 9],
  ["$b$2:$d$9", 2, 2, 4, 9],
  ["D9:B2", 2, 2, 4, 9],
  ["D2:B9", 2, 2, 4, 9],
  ["B:D", 2, 1, 4, Infinity],
  ["D:B", 2, 1, 4, Infinity],
  ["2:9", 1, 2, Infinity, 9],
  ["$2:$9", 1, 2, Infinity, 9],
  ["B2:D", 2, 2, 4, Infinity],
  ["B:D2", 2, 2, 4, Infinity],
  ["B2:9", 2, 2, Infinity, 9],
  ["ZZZ10000000", 18_278, 10_000_000, 18_278, 10_000_000],
  [" B2 ", 2, 2, 2, 2],
] as const) {
  test(`the range ${range} has its cells and no others`, () => {
    const [left, top, right, bottom] = corners;
    assert.deepEqual(parseRange(range), { left, top, right, bottom });
  });
}

for (const text of [
  ...["", ":", "B", "2", "B2:", ":B2", "B2:C3:D4", "A0", "A10000001", "AAAA1", "B2C"],
  ...["$", "B$", "$$5", "Model!B2", "B 2", "é1", "B2;C3"],
]) {
  test(`the text "${text}" is no range`, () => {
    assert.equal(parseRange(text), null);
  });
}

test("a range holds its corners and nothing beside them", () => {
  const box = parseRange("B2:C");
  assert.ok(box);
  const inside = [
    [2, 2],
    [3, 9_999_999],
  ] as const;
  const outside = [
    [1, 2],
    [4, 2],
    [2, 1],
  ] as const;
  for (const [column, row] of inside) assert.ok(contains(box, column, row));
  for (const [column, row] of outside) assert.ok(!contains(box, column, row));
});

test("an address is the sheet's name, without its quotes, and the cells", () => {
  const names = ["My sheet", "Bob's", "A!B", "Model", "''"];
  for (const sheet of names) {
    assert.deepEqual(splitName(`${sheetPrefix(sheet)}B2`), { sheet, cell: "B2" });
  }
  assert.deepEqual(splitName("B2:C3"), { sheet: "", cell: "B2:C3" });
});
