/** Changes taken back: formulas to the byte, cell by cell, and within Google's limits. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import type { Change } from "../../src/shared/bridge.ts";
import { type Fake, startFake, valueOf } from "../apps-script/fake.ts";
import { type Sheet, Workbook } from "../apps-script/workbook.ts";

/** A sheet whose cells A1, A2 … hold these formulas, and changes that give each another one. */
function scene(formulas: readonly string[]): { fake: Fake; sheet: Sheet; changes: Change[] } {
  const workbook = new Workbook();
  const sheet = workbook.add("Model");
  for (const [index, formula] of formulas.entries()) sheet.edit(1, index + 1, { formula });
  const changes = formulas.map((expected, index) => {
    return { sheetId: sheet.id, cell: `A${index + 1}`, expected, formula: `=${index}` };
  });
  return { fake: startFake({ workbook }), sheet, changes };
}

function formulasOf(sheet: Sheet, count: number): string[] {
  return Array.from({ length: count }, (_, index) => sheet.cell(1, index + 1).formula);
}

/** A formula that does not get smaller when compressed. */
function dense(length: number): string {
  return `="${randomBytes(length)
    .toString("base64url")
    .slice(0, length - 3)}"`;
}

const hostile = [
  '="</script>"',
  '="""quoted"""',
  '="😀 \u202eمرحبا"',
  "=  sum( a1 ,\n b1 )",
  `="${"x".repeat(32_764)}"`,
];

test("formulas come back to the byte", () => {
  const { fake, sheet, changes } = scene(hostile);
  valueOf(fake.call("changeFormulas", changes, "Change"));
  const undone = valueOf(fake.call("undoChange"));
  assert.deepEqual(undone, { made: hostile.length, refused: [], undoable: 0 });
  assert.deepEqual(formulasOf(sheet, hostile.length), hostile);
});

test("after a change and its undo every cell is as it was", () => {
  const { fake, sheet, changes } = scene(["=1+1", "=2+2"]);
  sheet.edit(1, 1, { background: "#00ff00", numberFormat: "0%", fontWeight: "bold" });
  const before = structuredClone([...sheet.cells]);
  valueOf(fake.call("changeFormulas", changes, "Change"));
  valueOf(fake.call("undoChange"));
  assert.deepEqual([...sheet.cells], before);
});

test("a formula that the spreadsheet writes in its own way can be undone", () => {
  const { fake, sheet, changes } = scene(["=SUM(B1)"]);
  sheet.normalise = (formula) => formula.toUpperCase();
  valueOf(
    fake.call(
      "changeFormulas",
      changes.map((one) => ({ ...one, formula: "=sum(b2)" })),
      "",
    ),
  );
  assert.equal(valueOf(fake.call("undoChange")).made, 1);
  assert.equal(sheet.cell(1, 1).formula, "=SUM(B1)");
});

test("a cell that somebody changed since keeps its content", () => {
  const { fake, sheet, changes } = scene(["=1+1", "=2+2"]);
  valueOf(fake.call("changeFormulas", changes, "Change"));
  sheet.edit(1, 2, { formula: "=99" });
  const { made, refused } = valueOf(fake.call("undoChange"));
  assert.deepEqual(
    [made, refused.map(({ index, reason }) => [index, reason])],
    [1, [[1, "changed"]]],
  );
  assert.deepEqual(formulasOf(sheet, 2), ["=1+1", "=99"]);
});

test("with nothing to undo nothing happens", () => {
  const { fake } = scene([]);
  assert.deepEqual(valueOf(fake.call("undoChange")), { made: 0, refused: [], undoable: 0 });
});

test("the latest change is undone first", () => {
  const { fake, sheet, changes } = scene(["=1+1", "=2+2"]);
  for (const one of changes) valueOf(fake.call("changeFormulas", [one], "Change"));
  assert.equal(valueOf(fake.call("undoChange")).undoable, 1);
  assert.deepEqual(formulasOf(sheet, 2), ["=0", "=2+2"]);
});

test("a change of which nothing was made is not on the stack", () => {
  const { fake, changes } = scene(["=1+1"]);
  const outdated = changes.map((one) => ({ ...one, expected: "=other" }));
  assert.equal(valueOf(fake.call("changeFormulas", outdated, "Change")).undoable, 0);
});

test("what was refused in the midst is not undone", () => {
  const { fake, sheet, changes } = scene(["=1+1", "=2+2", "=3+3"]);
  const partly = changes.map((one, index) =>
    index === 1 ? { ...one, formula: `="${"x".repeat(60_000)}"` } : one,
  );
  valueOf(fake.call("changeFormulas", partly, "Change"));
  assert.deepEqual(valueOf(fake.call("undoChange")), { made: 2, refused: [], undoable: 0 });
  assert.deepEqual(formulasOf(sheet, 3), ["=1+1", "=2+2", "=3+3"]);
});

test("when the script is ended half way, what was written can be undone", () => {
  const { fake, sheet, changes } = scene(["=1+1", "=2+2", "=3+3"]);
  const apart = changes.filter((_, index) => index !== 1);
  fake.before("Range.setFormulas", 2, () => {
    throw new Error("Exceeded maximum execution time");
  });
  fake.before("Range.getFormulas", 2, () => {
    throw new Error("Exceeded maximum execution time");
  });
  assert.equal(fake.call("changeFormulas", apart, "Change").ok, false);
  assert.deepEqual(formulasOf(sheet, 3), ["=0", "=2+2", "=3+3"]);
  valueOf(fake.call("undoChange"));
  assert.deepEqual(formulasOf(sheet, 3), ["=1+1", "=2+2", "=3+3"]);
});

test("a change that is larger than the stack is refused before anything is written", () => {
  const formulas = Array.from({ length: 14 }, () => dense(32_000));
  const { fake, sheet, changes } = scene(formulas);
  const reply = fake.call("changeFormulas", changes, "Change");
  assert.equal(!reply.ok && reply.error.code, "refused");
  assert.deepEqual(formulasOf(sheet, formulas.length), formulas);
  assert.equal(valueOf(fake.call("getSnapshot", "sheet")).undoable, 0);
});

test("the oldest entries make room, and the rest can be undone", () => {
  const formulas = Array.from({ length: 8 }, () => dense(32_000));
  const { fake, sheet, changes } = scene(formulas);
  const counts = [changes.slice(0, 3), changes.slice(3, 6), changes.slice(6)].flatMap((part) =>
    part.map((one) => valueOf(fake.call("changeFormulas", [one], "Change")).undoable),
  );
  assert.deepEqual(counts, [1, 2, 3, 4, 5, 6, 7, 8]);
  const many = Array.from({ length: 8 }, (_, index) => ({
    sheetId: sheet.id,
    cell: `B${index + 1}`,
    expected: "",
    formula: dense(32_000),
  }));
  const { undoable } = valueOf(fake.call("changeFormulas", many, "More"));
  assert.ok(undoable >= 2 && undoable < 9, `${undoable} entries`);
  for (let left = undoable; left > 0; left--) {
    assert.equal(valueOf(fake.call("undoChange")).undoable, left - 1);
  }
});

test("nothing is left in the properties once everything is undone", () => {
  const { fake, changes } = scene([dense(32_000), dense(32_000)]);
  for (const one of changes) valueOf(fake.call("changeFormulas", [one], "Change"));
  valueOf(fake.call("undoChange"));
  valueOf(fake.call("undoChange"));
  assert.deepEqual([...fake.kept.documentProperties], [["undo", "[]"]]);
});
