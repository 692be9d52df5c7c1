/** Which findings are shown, in which order and under which headings. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Severity } from "../../src/shared/finding.ts";
import { Found } from "../../src/sidebar/found.ts";
import { type Row, view, type View, type Wanted } from "../../src/sidebar/view.ts";
import { finding } from "../finding.ts";

const all: Wanted = {
  levels: new Set(["error", "warning", "info"]),
  text: "",
  grouping: "pattern",
  folded: new Set(),
};

/** Three rules on two sheets; one of them in two copies on the first and one on the second. */
function found(): Found {
  const found = new Found();
  const add = (rule: string, severity: Severity, sheet: string, row: number): void => {
    const place = { sheet, sheetId: sheet === "Model" ? 1 : 2, row, formula: `=A${row}` };
    found.add(finding({ rule, severity, fingerprint: rule, ...place }));
  };
  add("volatile-function", "info", "Model", 1);
  add("approximate-lookup", "high", "Model", 2);
  add("approximate-lookup", "high", "Model", 3);
  add("nested-if", "low", "Rates", 4);
  add("approximate-lookup", "high", "Rates", 5);
  return found;
}

function shown(wanted: Partial<Wanted>, of = found()): View {
  return view(of, { ...all, ...wanted });
}

/** A row in words: a group with its count, a finding with its places. */
function told(row: Row): string {
  if (row.kind === "group") return `${row.label} (${row.count})${row.isFolded ? " folded" : ""}`;
  const [{ rule }] = row.places;
  return `${rule} ${row.places.map(({ sheet, row: line }) => `${sheet}${line}`).join(" ")}`;
}

const tellAll = ({ rows }: View): string[] => rows.map(told);

test("copies are one row, and the worst comes first", () => {
  assert.deepEqual(tellAll(shown({})), [
    "approximate-lookup Model2 Model3 Rates5",
    "nested-if Rates4",
    "volatile-function Model1",
  ]);
});

test("of findings that matter equally the one found first comes first", () => {
  const two = new Found();
  for (const rule of ["b", "a"]) two.add(finding({ rule, fingerprint: rule }));
  assert.deepEqual(tellAll(shown({}, two)), ["b Model1", "a Model1"]);
});

test("by rule, the rule with the worst finding comes first", () => {
  assert.deepEqual(tellAll(shown({ grouping: "rule" })), [
    "approximate-lookup (3)",
    "approximate-lookup Model2 Model3 Rates5",
    "nested-if (1)",
    "nested-if Rates4",
    "volatile-function (1)",
    "volatile-function Model1",
  ]);
});

test("by sheet, each sheet has its own copies, in the order of the sheets", () => {
  assert.deepEqual(tellAll(shown({ grouping: "sheet" })), [
    "Model (3)",
    "approximate-lookup Model2 Model3",
    "volatile-function Model1",
    "Rates (2)",
    "approximate-lookup Rates5",
    "nested-if Rates4",
  ]);
});

test("a folded group keeps its count and hides its rows", () => {
  const folded = new Set(["sheet Model"]);
  assert.deepEqual(tellAll(shown({ grouping: "sheet", folded })), [
    "Model (3) folded",
    "Rates (2)",
    "approximate-lookup Rates5",
    "nested-if Rates4",
  ]);
});

test("what is shown counts places, folded ones too", () => {
  const folded = new Set(["sheet Model"]);
  assert.equal(shown({ grouping: "sheet", folded }).shown, 5);
  assert.equal(shown({ levels: new Set(["warning"]) }).shown, 1);
});

test("levels are the three kinds that people tell apart", () => {
  const rules = (level: "error" | "warning" | "info"): string[] =>
    tellAll(shown({ levels: new Set([level]) }));
  assert.deepEqual(rules("error"), ["approximate-lookup Model2 Model3 Rates5"]);
  assert.deepEqual(rules("warning"), ["nested-if Rates4"]);
  assert.deepEqual(rules("info"), ["volatile-function Model1"]);
});

for (const [text, expected] of [
  ["LOOKUP", ["approximate-lookup Model2 Model3 Rates5"]],
  ["approximate lookup", ["approximate-lookup Model2 Model3 Rates5"]],
  ["  nested ", ["nested-if Rates4"]],
  ["rates!b4", ["nested-if Rates4"]],
  ["=a1", ["volatile-function Model1"]],
  ["[", []],
  ["no such thing", []],
] as const) {
  test(`the filter "${text}" finds it by rule, message, formula or place`, () => {
    assert.deepEqual(tellAll(shown({ text })), expected);
  });
}

test("the filter finds a policy by its title", () => {
  const one = new Found();
  const policy = { id: "p", title: "Modelling standard", version: 1, sentence: "No." };
  one.add(finding({ policy }));
  one.add(finding({ row: 2, fingerprint: "other" }));
  assert.equal(shown({ text: "modelling" }, one).shown, 1);
});

test("each row knows its place among its siblings", () => {
  const { rows } = shown({ grouping: "sheet" });
  const places = rows.map(({ position: { level, index, count } }) => [level, index, count]);
  assert.deepEqual(places, [
    [1, 1, 2],
    [2, 1, 2],
    [2, 2, 2],
    [1, 2, 2],
    [2, 1, 2],
    [2, 2, 2],
  ]);
});

test("keys of rows are all different", () => {
  for (const grouping of ["pattern", "rule", "sheet"] as const) {
    const keys = shown({ grouping }).rows.map(({ key }) => key);
    assert.equal(new Set(keys).size, keys.length);
  }
});
