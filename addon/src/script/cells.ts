/** Places in a sheet as Google's services take them. */
import { type Box, parseRange } from "../shared/cells.ts";

/** Column and row of a single cell; null when it is none. */
export function parseCell(cell: string): { column: number; row: number } | null {
  const box = parseRange(cell);
  if (!box || box.left !== box.right || box.top !== box.bottom) return null;
  return { column: box.left, row: box.top };
}

/** What two boxes share; null when nothing. */
export function intersection(one: Box, other: Box): Box | null {
  const shared = {
    left: Math.max(one.left, other.left),
    top: Math.max(one.top, other.top),
    right: Math.min(one.right, other.right),
    bottom: Math.min(one.bottom, other.bottom),
  };
  return shared.left <= shared.right && shared.top <= shared.bottom ? shared : null;
}

/** The smallest box around all of them. */
export function bounds(boxes: readonly Box[]): Box {
  return {
    left: Math.min(...boxes.map((box) => box.left)),
    top: Math.min(...boxes.map((box) => box.top)),
    right: Math.max(...boxes.map((box) => box.right)),
    bottom: Math.max(...boxes.map((box) => box.bottom)),
  };
}

/** The range of a sheet that a box stands for. */
export function rangeOf(sheet: GoogleAppsScript.Spreadsheet.Sheet, box: Box): Range {
  return sheet.getRange(box.top, box.left, box.bottom - box.top + 1, box.right - box.left + 1);
}

export type Range = GoogleAppsScript.Spreadsheet.Range;
