/** Checks a snapshot in this page, slice by slice. */
import type { Snapshot } from "../shared/bridge.ts";
import { cellName } from "../shared/cells.ts";
import type { Skipped } from "./answer.ts";
import type { Checker } from "./analyzer.ts";
import type { PlacedFinding } from "./panel.ts";
import { cellAt } from "./request.ts";
import { inSlices } from "./slices.ts";

export interface Progress {
  /** One finding; they come sheet by sheet, in the order of the snapshot. */
  readonly found: (finding: PlacedFinding) => void;
  readonly skipped: (skipped: Skipped) => void;
  /** After each slice, with how many formulas were looked at until now. */
  readonly advanced: (done: number) => void;
}

/** Rejects with Cancelled after `signal` was given; what was found until then stands. */
export async function checkSnapshot(
  snapshot: Snapshot,
  checker: Checker,
  signal: AbortSignal,
  templateOf: (fingerprint: string, template: number | null) => number,
  progress: Progress,
): Promise<void> {
  const run = checker.begin();
  let before = 0;
  try {
    for (const [number, sheet] of snapshot.sheets.entries()) {
      await inSlices(sheet.formulas.length, signal, (from, to) => {
        const formulas = sheet.formulas.slice(from, to);
        const answers = run.check(formulas, sheet.cells.slice(from * 2, to * 2), sheet.name);
        for (const [offset, { findings, skipped, template }] of answers.entries()) {
          const cell = cellAt(snapshot, number, from + offset);
          if (cell === null) continue;
          if (skipped !== null) {
            progress.skipped({ sheet: cell.sheet, cell: cellName(cell), reason: skipped });
          }
          for (const finding of findings) {
            const number = templateOf(finding.fingerprint, template);
            progress.found({ ...finding, ...cell, template: number, recorded: false });
          }
        }
        progress.advanced(before + to);
      });
      before += sheet.formulas.length;
    }
  } finally {
    run.end();
  }
}
