import assert from "node:assert/strict";
import { test } from "node:test";
import { cut } from "../../src/shared/marked.ts";

test("the marked part is counted in UTF-16 code units", () => {
  const formula = '="😀"&A1';
  assert.deepEqual(cut(formula, { start: 6, end: 8 }), {
    before: '="😀"&',
    marked: "A1",
    after: "",
  });
});

test("no span marks nothing", () => {
  assert.deepEqual(cut("=A1", null), { before: "=A1", marked: "", after: "" });
});

test("the parts put together are the text, whatever the span says", () => {
  for (const start of [-5, 0, 2, 9]) {
    for (const end of [-9, 0, 1, 3, 99]) {
      const { before, marked, after } = cut("=A1", { start, end });
      assert.equal(before + marked + after, "=A1", `${start}..${end}`);
    }
  }
});
