/**
 * Reads the formulas of a spreadsheet. The number of calls to Google depends on the number of sheets
 * and of selected ranges, never on that of cells: each call costs what thousands of cells do.
 */
import type { Scope, SheetSnapshot, Snapshot } from "../shared/bridge.ts";
import { type Box, contains, parseRange } from "../shared/cells.ts";
import { bounds, intersection, rangeOf } from "./cells.ts";
import { countUndoable } from "./undo.ts";

type Sheet = GoogleAppsScript.Spreadsheet.Sheet;
type Spreadsheet = GoogleAppsScript.Spreadsheet.Spreadsheet;

export function takeSnapshot(scope: Scope): Snapshot {
  // Before anything is read: whoever edits meanwhile edited after it.
  const takenAt = new Date().toISOString();
  const spreadsheet = SpreadsheetApp.getActiveSpreadsheet();
  const activeSheet = spreadsheet.getActiveSheet();
  return {
    spreadsheet: {
      name: spreadsheet.getName(),
      locale: spreadsheet.getSpreadsheetLocale().replace("_", "-"),
    },
    active: {
      sheetId: activeSheet.getSheetId(),
      // A chart that is a sheet has no cells to select.
      range: spreadsheet.getActiveRange()?.getA1Notation() ?? "",
    },
    sheets: read(scope, spreadsheet, activeSheet),
    takenAt,
    undoable: countUndoable(),
  };
}

function read(scope: Scope, spreadsheet: Spreadsheet, activeSheet: Sheet): SheetSnapshot[] {
  switch (scope) {
    case "workbook":
      return spreadsheet.getSheets().filter(hasCells).map(readSheet);
    case "sheet":
      return [activeSheet].filter(hasCells).map(readSheet);
    case "selection": {
      const selected = spreadsheet.getActiveRangeList()?.getRanges() ?? [];
      const boxes = selected.flatMap((range) => parseRange(range.getA1Notation()) ?? []);
      return [activeSheet].filter(hasCells).map((sheet) => readSelection(sheet, boxes));
    }
  }
}

/** Charts and connected data can be sheets too. */
export function hasCells(sheet: Sheet): boolean {
  return sheet.getType() === SpreadsheetApp.SheetType.GRID;
}

function readSheet(sheet: Sheet): SheetSnapshot {
  const formulas = sheet.getDataRange().getFormulas();
  return list(sheet, formulas, { column: 1, row: 1 }, () => true);
}

/** Reads the box around all that is selected, as far as the sheet is used, in one call. */
function readSelection(sheet: Sheet, selected: readonly Box[]): SheetSnapshot {
  const [right, bottom] = [sheet.getLastColumn(), sheet.getLastRow()];
  const used = { left: 1, top: 1, right, bottom };
  const inUse = selected.flatMap((box) => intersection(box, used) ?? []);
  if (inUse.length === 0) return list(sheet, [], { column: 1, row: 1 }, () => false);
  const box = bounds(inUse);
  const formulas = rangeOf(sheet, box).getFormulas();
  return list(sheet, formulas, { column: box.left, row: box.top }, (column, row) =>
    inUse.some((one) => contains(one, column, row)),
  );
}

function list(
  sheet: Sheet,
  rows: readonly (readonly string[])[],
  first: { readonly column: number; readonly row: number },
  isWanted: (column: number, row: number) => boolean,
): SheetSnapshot {
  const cells: number[] = [];
  const formulas: string[] = [];
  for (const [down, row] of rows.entries()) {
    for (const [along, formula] of row.entries()) {
      const [column, line] = [first.column + along, first.row + down];
      if (formula === "" || !isWanted(column, line)) continue;
      cells.push(column, line);
      formulas.push(formula);
    }
  }
  return { id: sheet.getSheetId(), name: sheet.getName(), cells, formulas };
}
