/** Marks on cells: conditional formats of the add-on's own, which leave no trace. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Highlight } from "../../src/shared/bridge.ts";
import { type Fake, startFake, valueOf } from "../apps-script/fake.ts";
import { boxOf, type ConditionalFormat, type Sheet, Workbook } from "../apps-script/workbook.ts";

/** Rules that a user made, one of which looks like ours. */
const theirs: readonly ConditionalFormat[] = [
  { criteria: "NUMBER_GREATER_THAN", values: [5], boxes: [boxOf("A1:A9")], format: {} },
  {
    criteria: "CUSTOM_FORMULA",
    values: ['=A1="sheetbrain:high"'],
    boxes: [boxOf("B1")],
    format: {},
  },
  { criteria: "GRADIENT", values: [], boxes: [boxOf("C1:C9")], format: {} },
];

function scene(): { fake: Fake; model: Sheet; other: Sheet } {
  const workbook = new Workbook();
  const [model, other] = [workbook.add("Model"), workbook.add("Other")];
  model.conditionalFormats = [...theirs];
  workbook.add("Chart").type = "OBJECT";
  return { fake: startFake({ workbook }), model, other };
}

const high: Highlight = { sheetId: 1000, ranges: ["A1", "C5:D9"], severity: "high" };
const info: Highlight = { sheetId: 1000, ranges: ["A2"], severity: "info" };

function tags({ conditionalFormats }: Sheet): unknown[] {
  return conditionalFormats.flatMap(({ values }) => values);
}

test("cells are marked by a rule that stands before the user's", () => {
  const { fake, model } = scene();
  valueOf(fake.call("highlight", [high]));
  const [ours, ...rest] = model.conditionalFormats;
  assert.deepEqual(ours?.boxes, [boxOf("A1"), boxOf("C5:D9")]);
  assert.deepEqual(ours.values, ['="sheetbrain:high"<>""']);
  assert.deepEqual(rest, theirs);
});

test("each severity has a rule and a colour of its own", () => {
  const { fake, model } = scene();
  valueOf(fake.call("highlight", [high, info]));
  const colours = model.conditionalFormats.slice(0, 2).map(({ format }) => format["background"]);
  assert.equal(new Set(colours).size, 2);
});

test("marks replace those before, on every sheet", () => {
  const { fake, model, other } = scene();
  valueOf(fake.call("highlight", [{ ...high, sheetId: other.id }]));
  valueOf(fake.call("highlight", [info]));
  assert.deepEqual(other.conditionalFormats, []);
  assert.equal(model.conditionalFormats.length, theirs.length + 1);
});

test("clearing leaves exactly what the user made", () => {
  const { fake, model } = scene();
  valueOf(fake.call("highlight", [high, info]));
  valueOf(fake.call("clearHighlights"));
  assert.deepEqual(model.conditionalFormats, theirs);
});

test("marks in a copy of a sheet are removed too", () => {
  const { fake, model, other } = scene();
  valueOf(fake.call("highlight", [high]));
  other.conditionalFormats = [...model.conditionalFormats];
  valueOf(fake.call("clearHighlights"));
  assert.deepEqual(other.conditionalFormats, theirs);
});

test("marks that the spreadsheet wrote in its own way are removed", () => {
  const { fake, model } = scene();
  valueOf(fake.call("highlight", [high]));
  model.conditionalFormats = model.conditionalFormats.map((rule) => ({
    ...rule,
    values: rule.values.map((one) => (typeof one === "string" ? one.replace("<>", " <> ") : one)),
  }));
  valueOf(fake.call("clearHighlights"));
  assert.deepEqual(tags(model), [5, '=A1="sheetbrain:high"']);
});

test("no cell is touched", () => {
  const { fake, model } = scene();
  valueOf(fake.call("highlight", [high]));
  assert.equal(model.cells.size, 0);
});

test("a sheet gets all of its marks at once, and one without any is not written", () => {
  const { fake } = scene();
  valueOf(fake.call("highlight", [high, info]));
  assert.equal(fake.counts.get("Sheet.setConditionalFormatRules"), 1);
});

test("a cell that is gone is not marked, and the others are", () => {
  const { fake, model } = scene();
  model.rows = 10;
  valueOf(fake.call("highlight", [{ ...high, ranges: ["A1", "A20"] }]));
  assert.deepEqual(model.conditionalFormats[0]?.boxes, [boxOf("A1")]);
});

test("a protected sheet is named, and the others are marked", () => {
  const { fake, model, other } = scene();
  model.protections = [{ box: null }];
  const reply = fake.call("highlight", [high, { ...info, sheetId: other.id }]);
  assert.match(reply.ok ? "" : reply.error.message, /Model/);
  assert.deepEqual(model.conditionalFormats, theirs);
  assert.equal(other.conditionalFormats.length, 1);
});
