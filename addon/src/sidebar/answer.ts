/** The server's answer to an audit, back on the cells that it is about. */
import type { Snapshot } from "../shared/bridge.ts";
import { readFinding } from "../shared/audit.ts";
import type { Json } from "../shared/json.ts";
import { cellName, splitName } from "../shared/cells.ts";
import { entriesOf } from "./entries.ts";
import type { PlacedFinding } from "./panel.ts";
import { type Cell, cellAt } from "./request.ts";
import { inSlices } from "./slices.ts";

export interface Skipped {
  readonly sheet: string;
  readonly cell: string;
  readonly reason: string;
}

/** What an answer says beside its findings. */
export interface Audited {
  readonly auditId: string;
  readonly engine: string;
  readonly ruleset: string;
  readonly formulas: number;
  readonly skipped: readonly Skipped[];
  /** How many findings somebody silenced; one on many cells counts once. */
  readonly suppressed: number;
}

/**
 * Reads the body of an answer and hands each of its findings to `take`. Throws UnreadableAnswer when
 * it has another shape or is about a cell that was not asked about.
 */
export async function readAnswer(
  body: string,
  snapshot: Snapshot,
  signal: AbortSignal,
  templateOf: (fingerprint: string) => number,
  take: (finding: PlacedFinding) => void,
): Promise<Audited> {
  const { rest: answer, total, read } = entriesOf(body);
  const cells = cellsOf(snapshot);
  await inSlices(total, signal, (from, to) => {
    for (const entry of read(from, to)) {
      const cell = find(cells, entry.get("cellAddress"));
      entry.get("findings").list((finding) => {
        const fingerprint = finding.get("fingerprint").text();
        const template = templateOf(fingerprint);
        take({ ...readFinding(finding), ...cell, fingerprint, template, recorded: true });
      });
    }
  });
  return {
    auditId: answer.get("auditId").text(),
    engine: answer.get("engine").text(),
    ruleset: answer.get("ruleset").text(),
    formulas: answer.get("count").number(),
    skipped: answer.get("skipped").list((entry) => ({
      ...splitName(entry.get("cellAddress").text()),
      reason: entry.get("reason").text(),
    })),
    suppressed: answer.get("suppressed").size,
  };
}

function* cellsOf(snapshot: Snapshot): Generator<Cell, undefined> {
  for (const [sheet, { formulas }] of snapshot.sheets.entries()) {
    for (let index = 0; index < formulas.length; index += 1) {
      const cell = cellAt(snapshot, sheet, index);
      if (cell !== null) yield cell;
    }
  }
}

/** The next of `cells` with this address: the answer has them in the order in which they were sent. */
function find(cells: Generator<Cell, undefined>, address: Json): Cell {
  const wanted = splitName(address.text());
  for (;;) {
    const { value } = cells.next();
    if (value === undefined) return address.refuse("the address of a formula that was sent");
    if (value.sheet === wanted.sheet && cellName(value) === wanted.cell) return value;
  }
}
