/** What differs between two formulas. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compare, type Kind } from "../../src/sidebar/diff.ts";

/** The pieces as `kind: text`. */
function pieces(before: string, after: string): string[] {
  return compare(before, after).map(({ kind, text }) => `${kind}: ${text}`);
}

/** The formula that the pieces of these kinds make. */
function made(before: string, after: string, left: Kind): string {
  const kept = compare(before, after).filter(({ kind }) => kind !== left);
  return kept.map(({ text }) => text).join("");
}

test("an argument that is added is all that differs", () => {
  assert.deepEqual(pieces("=VLOOKUP(A1, B:C, 2)", "=VLOOKUP(A1, B:C, 2, FALSE)"), [
    "same: =VLOOKUP(A1, B:C, 2",
    "added: , FALSE",
    "same: )",
  ]);
});

test("a name differs as a whole, and not by its letters", () => {
  assert.deepEqual(pieces("=Rate2025*A1", "=Rate2026*A1"), [
    "same: =",
    "removed: Rate2025",
    "added: Rate2026",
    "same: *A1",
  ]);
});

test("what stays between two differences is told to stay", () => {
  assert.deepEqual(pieces("=SUM(A1:A9)+1", "=SUM($A$1:$A$9)+1"), [
    "same: =SUM(",
    "removed: A1",
    "added: $A$1",
    "same: :",
    "removed: A9",
    "added: $A$9",
    "same: )+1",
  ]);
});

test("equal formulas are one piece, and empty ones none", () => {
  assert.deepEqual(pieces("=A1", "=A1"), ["same: =A1"]);
  assert.deepEqual(pieces("", ""), []);
  assert.deepEqual(pieces("", "=A1"), ["added: =A1"]);
  assert.deepEqual(pieces("=A1", ""), ["removed: =A1"]);
});

const long = (count: number, text: string): string =>
  `=SUM(${Array.from({ length: count }, (_, index) => `${text}${index}`).join(",")})`;

for (const [what, before, after] of [
  ["repeated parts", "=A1+A1+A1", "=A1+A1"],
  ["characters of every width", '="😀é"&A1', '="😀"&"é"&A1'],
  ["half a character", '="\ud83d"', '="\ude00"'],
  ["line breaks", "=LET(\n  x, 1,\n  x)", "=LET(x, 1, x)"],
  ["nothing in common", "=A1", "B2;C3"],
  ["many short differences", long(120, "A"), long(120, "B")],
  ["more than is compared one by one", long(2_000, "A"), long(2_000, "B")],
  ["the greatest length", `="${"x".repeat(32_000)}"`, `="${"x y".repeat(10_000)}"`],
] as const) {
  test(`the pieces make both formulas again: ${what}`, () => {
    assert.equal(made(before, after, "added"), before);
    assert.equal(made(before, after, "removed"), after);
  });
}

test("beyond the limit the parts that differ are not compared one by one", () => {
  const kinds = compare(long(2_000, "A"), long(2_000, "B")).map(({ kind }) => kind);
  assert.deepEqual(kinds, ["same", "removed", "added", "same"]);
});

test("no two pieces of one kind follow one another", () => {
  const kinds = compare(long(50, "A"), `${long(50, "A")}+${long(20, "B")}`).map(({ kind }) => kind);
  for (const [index, kind] of kinds.entries()) assert.notEqual(kind, kinds[index + 1]);
});
