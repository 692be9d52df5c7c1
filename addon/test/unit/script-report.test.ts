/** A report as a sheet: what is text in it stays text. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Place, Report } from "../../src/shared/bridge.ts";
import { type Fake, startFake, valueOf } from "../apps-script/fake.ts";
import { type Sheet, Workbook } from "../apps-script/workbook.ts";

const report: Report = {
  title: "Findings",
  columns: ["Cell", "Formula"],
  rows: [["B2", '=IMPORTXML("https://evil.example","//a")']],
};

function write(
  given: Partial<Report>,
  fake: Fake = newFake(),
): { place: Place; sheet: Sheet; fake: Fake } {
  const place = valueOf(fake.call("writeReport", { ...report, ...given }));
  const sheet = fake.workbook.byId(place.sheetId);
  assert.ok(sheet);
  return { place, sheet, fake };
}

function newFake(): Fake {
  const workbook = new Workbook();
  workbook.add("Model");
  return startFake({ workbook });
}

test("a report becomes a sheet with its title, and says where", () => {
  const { sheet, place } = write({});
  assert.deepEqual([sheet.name, place.range], ["Findings", "A1:B2"]);
});

test("the head stays in sight and is bold", () => {
  const { sheet } = write({});
  assert.deepEqual([sheet.frozenRows, sheet.cell(2, 1).fontWeight], [1, "bold"]);
  assert.equal(sheet.cell(2, 2).fontWeight, "normal");
});

const texts = [
  '=IMPORTXML("https://evil.example","//a")',
  "+1+1",
  "-1",
  "@SUM(A1)",
  "'quoted",
  "007",
  "TRUE",
  "1/2/2026",
  "😀 \u202eمرحبا </script>",
  "",
];

for (const text of texts) {
  test(`${JSON.stringify(text)} stays text`, () => {
    const { formula, value } = write({ rows: [["B2", text]] }).sheet.cell(2, 2);
    assert.deepEqual([formula, value], ["", text]);
  });
}

test("a title that is taken gets a number, whatever the case of its letters", () => {
  const { fake } = write({});
  assert.equal(write({ title: "FINDINGS" }, fake).sheet.name, "FINDINGS (2)");
  assert.equal(write({}, fake).sheet.name, "Findings (3)");
});

test("a title that is too long is cut", () => {
  const { fake } = write({ title: "x".repeat(150) });
  assert.equal(write({ title: "x".repeat(150) }, fake).sheet.name, `${"x".repeat(96)} (2)`);
});

test("a report larger than a new sheet has room", () => {
  const rows = Array.from({ length: 3_000 }, (_, index) => [`A${index}`, "=1"]);
  assert.equal(write({ rows }).sheet.cell(1, 3_001).value, "A2999");
});

test("a text longer than a cell is cut", () => {
  const { value } = write({ rows: [["B2", "x".repeat(60_000)]] }).sheet.cell(2, 2);
  assert.ok(typeof value === "string" && value.length < 50_000 && value.endsWith("…"));
});

test("all values are written in one call", () => {
  const { fake } = write({ rows: Array.from({ length: 500 }, () => ["A1", "=1"]) });
  assert.equal(fake.counts.get("Range.setValues"), 1);
});

test("should a text come alive, the sheet is taken back", () => {
  const fake = newFake();
  fake.before("Range.getFormulas", 1, () => {
    const sheet = fake.workbook.active;
    assert.ok(sheet);
    sheet.setValue = (column, row) => {
      sheet.edit(column, row, { formula: "=NOW()" });
    };
  });
  const reply = fake.call("writeReport", report);
  assert.equal(!reply.ok && reply.error.code, "refused");
  assert.deepEqual(
    fake.workbook.sheets.map(({ name }) => name),
    ["Model"],
  );
});

test("a row that does not fill its columns is a bad call", () => {
  const reply = newFake().call("writeReport", { ...report, rows: [["B2"]] });
  assert.equal(!reply.ok && reply.error.code, "bad-call");
});
