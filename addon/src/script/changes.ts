/**
 * Puts formulas in place of others, and back: a cell is written only when it still holds what the
 * new formula was made from, and nothing but its formula is touched.
 */
import type { Change, Changed } from "../shared/bridge.ts";
import { noteEdit } from "./edits.ts";
import { ScriptFailure } from "./reply.ts";
import { countUndoable, dropTop, type Done, type Entry, peek, push, replaceTop } from "./undo.ts";
import { planSheet, type Refused, type SheetPlan, writeSheet } from "./writing.ts";

/** How long another change is waited for, in milliseconds. */
const patience = 10_000;

export function changeFormulas(changes: readonly Change[], title: string): Changed {
  return alone(() => {
    const { plans, refused } = plan(changes);
    const wanted = plans.flatMap(({ wanted }) => wanted);
    if (wanted.length === 0) return answer(0, refused);
    // On the stack before anything is written: what happens half way can be undone too.
    const id = push({ title, cells: wanted });
    const written = write(plans);
    if (written.made.length === 0) dropTop();
    else keepTrue(id, { title, cells: wanted }, written.made);
    return answer(written.made.length, [...refused, ...written.refused]);
  });
}

export function undoChange(): Changed {
  return alone(() => {
    const entry = peek();
    if (!entry) return answer(0, []);
    const changes = entry.cells.map(({ sheetId, cell, before, after }) => {
      return { sheetId, cell, expected: after, formula: before };
    });
    const { plans, refused } = plan(changes);
    const written = write(plans);
    dropTop();
    return answer(written.made.length, [...refused, ...written.refused]);
  });
}

/** Sorts out what can not be done, before anything is done. */
function plan(changes: readonly Change[]): { plans: SheetPlan[]; refused: Refused[] } {
  const spreadsheet = SpreadsheetApp.getActiveSpreadsheet();
  const refused: Refused[] = [];
  const plans = [...bySheet(changes)].flatMap(([sheetId, asked]) => {
    const sheet = spreadsheet.getSheetById(sheetId);
    if (sheet) return planSheet(sheet, asked, refused);
    const gone = { reason: "gone", message: "The sheet is gone." } as const;
    refused.push(...asked.map(({ index }) => ({ index, ...gone })));
    return [];
  });
  return { plans, refused };
}

function write(plans: readonly SheetPlan[]): { made: Done[]; refused: Refused[] } {
  const refused: Refused[] = [];
  const made = plans.flatMap((one) => writeSheet(one, refused));
  if (made.length > 0) noteEdit();
  return { made, refused };
}

/** Has the entry on the stack say what was made, where that is not what was to be made. */
function keepTrue(id: number, wanted: Entry, made: readonly Done[]): void {
  const isAsWanted =
    made.length === wanted.cells.length &&
    made.every((done, index) => done.after === wanted.cells[index]?.after);
  if (!isAsWanted) replaceTop(id, { title: wanted.title, cells: made });
}

/** Runs one change of a spreadsheet at a time. */
function alone(act: () => Changed): Changed {
  const lock = LockService.getDocumentLock();
  if (!lock.tryLock(patience)) {
    throw new ScriptFailure(
      "refused",
      "Another change of this spreadsheet is under way. Try again in a moment.",
    );
  }
  try {
    return act();
  } finally {
    lock.releaseLock();
  }
}

function answer(made: number, refused: readonly Refused[]): Changed {
  const sorted = [...refused].sort((one, other) => one.index - other.index);
  return { made, refused: sorted, undoable: countUndoable() };
}

function bySheet(changes: readonly Change[]): Map<number, (Change & { index: number })[]> {
  const groups = new Map<number, (Change & { index: number })[]>();
  for (const [index, change] of changes.entries()) {
    const group = groups.get(change.sheetId) ?? [];
    group.push({ ...change, index });
    groups.set(change.sheetId, group);
  }
  return groups;
}
