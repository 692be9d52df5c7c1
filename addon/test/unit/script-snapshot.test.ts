/** What the script reads of a spreadsheet, and how often it asks Google for it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Scope, Snapshot } from "../../src/shared/bridge.ts";
import { type Fake, startFake, valueOf } from "../apps-script/fake.ts";
import { boxOf, Workbook } from "../apps-script/workbook.ts";

function snapshot(workbook: Workbook, scope: Scope): Snapshot {
  return valueOf(startFake({ workbook }).call("getSnapshot", scope));
}

/** Two sheets; the first is active and its cells B1:B3 are selected. */
function budget(): Workbook {
  const workbook = new Workbook();
  workbook.add("Model", { A1: "=B1*2", B2: "=SUM(A:A)", C7: "=A1", D1: "text" });
  workbook.add("Inputs", { B3: "=NOW()", A1: 5 });
  workbook.selection = [boxOf("B1:B3")];
  return workbook;
}

function callsOf(fake: Fake, scope: Scope): number {
  valueOf(fake.call("getSnapshot", scope));
  return [...fake.counts.values()].reduce((sum, count) => sum + count, 0);
}

test("a sheet gives its formulas with columns and rows", () => {
  const [sheet] = snapshot(budget(), "sheet").sheets;
  assert.deepEqual(sheet, {
    id: 1000,
    name: "Model",
    cells: [1, 1, 2, 2, 3, 7],
    formulas: ["=B1*2", "=SUM(A:A)", "=A1"],
  });
});

test("a workbook gives its sheets in the order of their tabs", () => {
  const workbook = budget();
  workbook.sheets.reverse();
  const names = snapshot(workbook, "workbook").sheets.map(({ name }) => name);
  assert.deepEqual(names, ["Inputs", "Model"]);
});

test("a selection gives what is in it", () => {
  const [sheet] = snapshot(budget(), "selection").sheets;
  assert.deepEqual([sheet?.cells, sheet?.formulas], [[2, 2], ["=SUM(A:A)"]]);
});

test("a selection of several ranges gives nothing that lies between them", () => {
  const workbook = budget();
  workbook.selection = [boxOf("A1"), boxOf("C5:Z9")];
  const [sheet] = snapshot(workbook, "selection").sheets;
  assert.deepEqual(sheet?.formulas, ["=B1*2", "=A1"]);
});

test("a selection of whole columns ends where the sheet's content does", () => {
  const workbook = budget();
  workbook.selection = [boxOf("A1:B1000")];
  const [sheet] = snapshot(workbook, "selection").sheets;
  assert.deepEqual(sheet?.formulas, ["=B1*2", "=SUM(A:A)"]);
});

test("a selection beyond the content gives the sheet without formulas", () => {
  const workbook = budget();
  workbook.selection = [boxOf("Z900")];
  assert.deepEqual(snapshot(workbook, "selection").sheets[0]?.formulas, []);
});

test("a hidden sheet is read", () => {
  const workbook = budget();
  for (const sheet of workbook.sheets) sheet.isHidden = sheet.name === "Inputs";
  assert.equal(snapshot(workbook, "workbook").sheets.length, 2);
});

test("an empty sheet gives no formulas", () => {
  const workbook = new Workbook();
  workbook.add("Empty");
  assert.deepEqual(snapshot(workbook, "sheet").sheets[0]?.formulas, []);
});

test("a chart that is a sheet is left out of a workbook", () => {
  const workbook = budget();
  workbook.add("Chart").type = "OBJECT";
  assert.equal(snapshot(workbook, "workbook").sheets.length, 2);
});

for (const scope of ["selection", "sheet"] as const) {
  test(`on a chart that is a sheet, the scope ${scope} has nothing`, () => {
    const workbook = budget();
    workbook.active = workbook.add("Chart");
    workbook.active.type = "OBJECT";
    const taken = snapshot(workbook, scope);
    assert.deepEqual([taken.sheets, taken.active.range], [[], ""]);
  });
}

test("the locale is written as everywhere but at Google", () => {
  const workbook = budget();
  workbook.locale = "de_DE";
  assert.equal(snapshot(workbook, "sheet").spreadsheet.locale, "de-DE");
});

test("where the user is comes with it", () => {
  assert.deepEqual(snapshot(budget(), "workbook").active, { sheetId: 1000, range: "B1:B3" });
});

test("it bears the time from before the first cell was read", () => {
  const fake = startFake({ workbook: budget() });
  let readAt = 0;
  fake.before("Spreadsheet.getName", 1, () => {
    readAt = Date.now();
  });
  const { takenAt } = valueOf(fake.call("getSnapshot", "sheet"));
  assert.ok(Date.parse(takenAt) <= readAt);
});

for (const scope of ["selection", "sheet", "workbook"] as const) {
  test(`the scope ${scope} costs as many calls for ten thousand formulas as for three`, () => {
    const few = callsOf(startFake({ workbook: budget() }), scope);
    const workbook = budget();
    for (let row = 10; row < 10_010; row++) {
      const [sheet] = workbook.sheets;
      assert.ok(sheet);
      sheet.rows = 20_000;
      sheet.edit(2, row, { formula: `=A${row}*2` });
    }
    workbook.selection = [boxOf("A1:D20000")];
    assert.equal(callsOf(startFake({ workbook }), scope), few);
  });
}

test("the active sheet costs fourteen calls", () => {
  assert.equal(callsOf(startFake({ workbook: budget() }), "sheet"), 14);
});

test("a workbook of two sheets costs twenty", () => {
  assert.equal(callsOf(startFake({ workbook: budget() }), "workbook"), 20);
});

test("each further sheet costs five calls", () => {
  const two = callsOf(startFake({ workbook: budget() }), "workbook");
  const workbook = budget();
  workbook.add("Third", { A1: "=1" });
  assert.equal(callsOf(startFake({ workbook }), "workbook"), two + 5);
});

const hostile = [
  '="</script><script>alert(1)</script>"',
  '=\'O\'\'Brien\'!A1&"""quoted"""',
  '="😀👩‍👩‍👧 e\u0301"',
  '="\u202eمرحبا\u202c"',
  `="${"x".repeat(32_764)}"`,
];

test("formulas arrive as they are, whatever is in them", () => {
  const workbook = new Workbook();
  const sheet = workbook.add("Model");
  for (const [index, formula] of hostile.entries()) sheet.edit(1, index + 1, { formula });
  assert.deepEqual(snapshot(workbook, "sheet").sheets[0]?.formulas, hostile);
});
