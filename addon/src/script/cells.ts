/** Places in a sheet as Google writes them: `B2`, `B2:D9`, `A:A`, `2:3`. */

/** Both ends belong to it; counted from 1. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const corner = /^\$?([A-Z]{0,3})\$?([0-9]{0,7})$/;

/** The box that a range names; its open sides end where a sheet may. Null when it names none. */
export function parseRange(range: string): Box | null {
  const [first = "", last = first, ...more] = range.split(":");
  const [from, to] = [corner.exec(first), corner.exec(last)];
  if (!from || !to || more.length > 0 || first === "" || last === "") return null;
  if (first === last && (from[1] === "" || from[2] === "") && !range.includes(":")) return null;
  const box = {
    left: columnNumber(from[1] ?? "") || 1,
    top: Number(from[2]) || 1,
    right: columnNumber(to[1] ?? "") || Infinity,
    bottom: Number(to[2]) || Infinity,
  };
  return box.left <= box.right && box.top <= box.bottom ? box : null;
}

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

export function contains(box: Box, column: number, row: number): boolean {
  return box.left <= column && column <= box.right && box.top <= row && row <= box.bottom;
}

/** The range of a sheet that a box stands for. */
export function rangeOf(sheet: GoogleAppsScript.Spreadsheet.Sheet, box: Box): Range {
  return sheet.getRange(box.top, box.left, box.bottom - box.top + 1, box.right - box.left + 1);
}

export type Range = GoogleAppsScript.Spreadsheet.Range;

function columnNumber(letters: string): number {
  let number = 0;
  for (const letter of letters) number = number * 26 + letter.charCodeAt(0) - 64;
  return number;
}
