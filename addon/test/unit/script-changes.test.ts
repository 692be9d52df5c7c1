/** Formulas put in place of others: only where nothing changed, and nothing but the formula. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Change, Changed } from "../../src/shared/bridge.ts";
import { type Fake, startFake, valueOf } from "../apps-script/fake.ts";
import { boxOf, type Sheet, Workbook } from "../apps-script/workbook.ts";

interface Scene {
  readonly workbook: Workbook;
  readonly model: Sheet;
  readonly fake: Fake;
}

/** `Model!A1:A3` hold =B1*1.07 and so on; A5 holds =NOW(). */
function scene(): Scene {
  const workbook = new Workbook();
  const cells = { A1: "=B1*1.07", A2: "=B2*1.07", A3: "=B3*1.07", A5: "=NOW()", B1: 5 };
  const model = workbook.add("Model", cells);
  workbook.add("Other", { A1: "=1" });
  return { workbook, model, fake: startFake({ workbook }) };
}

/** A rate in place of 1.07 in these rows of column A. */
function rates(...rows: number[]): Change[] {
  return rows.map((row) => ({
    sheetId: 1000,
    cell: `A${row}`,
    expected: `=B${row}*1.07`,
    formula: `=B${row}*Rate`,
  }));
}

function change(fake: Fake, changes: readonly Change[]): Changed {
  return valueOf(fake.call("changeFormulas", changes, "Use the rate"));
}

function reasons(changed: Changed): [number, string][] {
  return changed.refused.map(({ index, reason }) => [index, reason]);
}

function column({ model }: Scene): string[] {
  return [1, 2, 3].map((row) => model.cell(1, row).formula);
}

test("formulas are changed and counted", () => {
  const at = scene();
  assert.deepEqual(change(at.fake, rates(1, 2, 3)), { made: 3, refused: [], undoable: 1 });
  assert.deepEqual(column(at), ["=B1*Rate", "=B2*Rate", "=B3*Rate"]);
});

test("neighbours are written together", () => {
  const { fake } = scene();
  change(fake, rates(1, 2, 3));
  assert.equal(fake.counts.get("Range.setFormulas"), 1);
});

test("nothing between the cells is written", () => {
  const { fake, model } = scene();
  change(fake, rates(1, 3));
  assert.equal(model.cell(1, 2).formula, "=B2*1.07");
});

test("a cell that changed meanwhile keeps its content, and the others are changed", () => {
  const at = scene();
  at.model.edit(1, 2, { formula: "=B2*1.08" });
  const changed = change(at.fake, rates(1, 2, 3));
  assert.deepEqual([changed.made, reasons(changed)], [2, [[1, "changed"]]]);
  assert.deepEqual(column(at), ["=B1*Rate", "=B2*1.08", "=B3*Rate"]);
});

test("a cell that holds a value by now is not overwritten", () => {
  const { fake, model } = scene();
  model.edit(1, 1, { formula: "", value: 7 });
  assert.deepEqual(reasons(change(fake, rates(1))), [[0, "changed"]]);
  assert.equal(model.cell(1, 1).value, 7);
});

test("a cell that changes before the script reads it is not overwritten", () => {
  const { fake, model } = scene();
  fake.before("Range.getFormulas", 1, () => {
    model.edit(1, 1, { formula: "=0" });
  });
  assert.deepEqual(reasons(change(fake, rates(1))), [[0, "changed"]]);
});

test("a second change of the same cell is refused", () => {
  const { fake } = scene();
  assert.deepEqual(reasons(change(fake, [...rates(1), ...rates(1)])), [[1, "changed"]]);
});

test("a sheet that was renamed and moved is found", () => {
  const { fake, model, workbook } = scene();
  model.name = "Plan";
  workbook.sheets.reverse();
  assert.equal(change(fake, rates(1)).made, 1);
  assert.equal(workbook.formula("Plan!A1"), "=B1*Rate");
});

test("a deleted sheet is gone, and a change of another one is made", () => {
  const { fake, model, workbook } = scene();
  workbook.delete(model);
  const other = { sheetId: 2000, cell: "A1", expected: "=1", formula: "=2" };
  const changed = change(fake, [...rates(1), other]);
  assert.deepEqual([changed.made, reasons(changed)], [1, [[0, "gone"]]]);
});

test("a cell in a deleted row is gone", () => {
  const { fake, model } = scene();
  model.rows = 2;
  assert.deepEqual(reasons(change(fake, rates(3))), [[0, "gone"]]);
});

for (const cell of ["A1:B2", "A", "0", "A0", "ÄÖ1", ""]) {
  test(`${JSON.stringify(cell)} is no cell`, () => {
    const { fake } = scene();
    const changed = change(fake, [{ sheetId: 1000, cell, expected: "", formula: "=1" }]);
    assert.deepEqual(reasons(changed), [[0, "gone"]]);
  });
}

test("a protected cell is refused and does not keep its neighbours from being changed", () => {
  const at = scene();
  at.model.protections = [{ box: boxOf("A2") }];
  const changed = change(at.fake, rates(1, 2, 3));
  assert.deepEqual([changed.made, reasons(changed)], [2, [[1, "protected"]]]);
});

test("on a protected sheet nothing is changed and nothing can be undone", () => {
  const { fake, model } = scene();
  model.protections = [{ box: null }];
  const changed = change(fake, rates(1, 2));
  assert.deepEqual([changed.made, changed.undoable], [0, 0]);
});

test("what the spreadsheet refuses in the midst is told, and the rest is changed", () => {
  const { fake } = scene();
  const [first, second, third] = rates(1, 2, 3);
  assert.ok(first && second && third);
  const huge = { ...second, formula: `="${"x".repeat(60_000)}"` };
  const changed = change(fake, [first, huge, third]);
  assert.deepEqual([changed.made, reasons(changed)], [2, [[1, "failed"]]]);
  assert.match(changed.refused[0]?.message ?? "", /50000 characters/);
});

test("formats stay as they are", () => {
  const { fake, model } = scene();
  model.edit(1, 1, { background: "#ff0000", numberFormat: "0.00", fontWeight: "bold" });
  change(fake, rates(1));
  const { background, numberFormat, fontWeight } = model.cell(1, 1);
  assert.deepEqual([background, numberFormat, fontWeight], ["#ff0000", "0.00", "bold"]);
});

test("a change is an edit that others see", () => {
  const { fake } = scene();
  change(fake, rates(1));
  assert.notEqual(valueOf(fake.call("getLastEdit")), null);
});

test("while another change is under way none is begun", () => {
  const { fake, model } = scene();
  fake.kept.isLocked = true;
  const reply = fake.call("changeFormulas", rates(1), "Use the rate");
  assert.equal(!reply.ok && reply.error.code, "refused");
  assert.equal(model.cell(1, 1).formula, "=B1*1.07");
});

for (const [locale, before, after] of [
  ["en_US", '=IF(B1>0,1.5,"a;b")', '=IF(B1>0,2.5,"a;b")'],
  ["de_DE", '=IF(B1>0;1,5;"a,b")', '=IF(B1>0;2,5;"a,b")'],
] as const) {
  test(`separators of ${locale} are written as they are given`, () => {
    const { fake, model, workbook } = scene();
    workbook.locale = locale;
    model.edit(1, 1, { formula: before });
    change(fake, [{ sheetId: 1000, cell: "A1", expected: before, formula: after }]);
    assert.equal(model.cell(1, 1).formula, after);
  });
}

test("a change costs the same for three hundred neighbours as for three", () => {
  const cost = (count: number): number => {
    const { fake, model } = scene();
    const rows = Array.from({ length: count }, (_, index) => index + 10);
    for (const row of rows) model.edit(1, row, { formula: `=B${row}*1.07` });
    assert.equal(change(fake, rates(...rows)).made, count);
    return [...fake.counts.values()].reduce((sum, calls) => sum + calls, 0);
  };
  assert.equal(cost(300), cost(3));
});
