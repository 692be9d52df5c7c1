/** What the sidebar reads in the server's answer to an audit. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Snapshot } from "../../src/shared/bridge.ts";
import { UnreadableAnswer } from "../../src/shared/json.ts";
import { type Audited, readAnswer } from "../../src/sidebar/answer.ts";
import type { PlacedFinding } from "../../src/sidebar/panel.ts";
import { Cancelled } from "../../src/sidebar/slices.ts";

/** A sheet with `count` formulas in column B. */
function snapshotOf(count: number): Snapshot {
  const rows = Array.from({ length: count }, (_, index) => index + 1);
  return {
    spreadsheet: { name: "Book", locale: "en-US" },
    active: { sheetId: 1, range: "A1" },
    sheets: [
      {
        id: 1,
        name: "My sheet",
        cells: rows.flatMap((row) => [2, row]),
        formulas: rows.map((row) => `=A${row}*2`),
      },
    ],
    takenAt: "2026-11-27T00:00:00Z",
    undoable: 0,
  };
}

/** An answer as the server writes it; `message` is that of every finding. */
function answerOf(count: number, message = "Wrong."): Record<string, unknown> {
  const audits = snapshotOf(count).sheets.flatMap(({ formulas }) =>
    formulas.map((formula, index) => ({
      cellAddress: `'My sheet'!B${index + 1}`,
      formula,
      findings: [
        {
          ...{ rule: "a-rule", category: "risk", severity: "high", message },
          ...{ span: { start: 1, end: 3 }, fingerprint: `f${index}`, policy: null, fix: null },
        },
      ],
    })),
  );
  return {
    ...{ auditId: "a1", count, engine: "1", ruleset: "sha256:1", audits },
    ...{ summary: { high: count }, skipped: [], suppressed: [] },
  };
}

interface Read extends Audited {
  readonly findings: readonly PlacedFinding[];
}

async function read(body: string, count: number, signal?: AbortSignal): Promise<Read> {
  const findings: PlacedFinding[] = [];
  const snapshot = snapshotOf(count);
  const going = signal ?? new AbortController().signal;
  const audited = await readAnswer(
    body,
    snapshot,
    going,
    () => 0,
    (one) => findings.push(one),
  );
  return { ...audited, findings };
}

const compact = (answer: object): string => JSON.stringify(answer);
const indented = (answer: object): string => JSON.stringify(answer, null, 2);
/** Members in another order than the server's. */
const turned = (answer: object): string =>
  JSON.stringify(Object.fromEntries(Object.entries(answer).reverse()));

for (const [how, write] of [
  ["as the server writes it", compact],
  ["with spaces", indented],
  ["in another order", turned],
] as const) {
  for (const count of [0, 1, 2, 5_000]) {
    test(`an answer ${how} on ${count} formulas has each finding once, on its cell`, async () => {
      const { findings, auditId, formulas } = await read(write(answerOf(count)), count);
      assert.deepEqual([auditId, formulas, findings.length], ["a1", count, count]);
      for (const [index, { row, column, formula, fingerprint }] of findings.entries()) {
        const at = [column, row, formula, fingerprint];
        assert.deepEqual(at, [2, index + 1, `=A${index + 1}*2`, `f${index}`]);
      }
    });
  }
}

for (const message of [
  '],"summary":{',
  '"audits":[',
  '{"cellAddress":"B2"}',
  ',{"cellAddress":"',
  "\\",
  '\\"',
  "\u2028\ud83d\ude00\u0000",
]) {
  test(`the text ${JSON.stringify(message)} in a message is nothing else`, async () => {
    const { findings } = await read(compact(answerOf(300, message)), 300);
    assert.equal(findings.length, 300);
    assert.ok(findings.every((finding) => finding.message === message));
  });
}

/** The answer without the finding's member at the place of `index`. */
function without(member: string, index: number): string {
  const answer = answerOf(200);
  const audits = answer["audits"] as { findings: Record<string, unknown>[] }[];
  Reflect.deleteProperty(audits[index]?.findings[0] ?? {}, member);
  return compact(answer);
}

test("what is missing in an entry is named with its place in the whole answer", async () => {
  await assert.rejects(read(without("message", 150), 200), (error) => {
    assert.ok(error instanceof UnreadableAnswer);
    assert.match(error.message, /^\/audits\/150\/findings\/0\/message /);
    return true;
  });
});

for (const [what, body] of [
  ["nothing", ""],
  ["a page", "<!doctype html><title>Bad gateway</title>"],
  ["a list", "[]"],
  ["the beginning of an answer", compact(answerOf(50)).slice(0, 4_000)],
  ["all but the end of an answer", compact(answerOf(50)).slice(0, -1)],
  ["entries that are none", compact(answerOf(3)).replace('{"cellAddress":', '{"cellAddress"::')],
  ["an answer about other cells", compact(answerOf(9)).replaceAll("My sheet", "Other")],
] as const) {
  test(`${what} is refused and not taken for an answer`, async () => {
    await assert.rejects(read(body, 50), UnreadableAnswer);
  });
}

test("reading ends when it is called off", async () => {
  const control = new AbortController();
  const reading = read(compact(answerOf(5_000)), 5_000, control.signal);
  control.abort();
  await assert.rejects(reading, Cancelled);
});
