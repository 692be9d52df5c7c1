/** Names of cells and ranges as spreadsheets write them. Columns and rows count from 1. */

export interface Cell {
  readonly column: number;
  readonly row: number;
}

/** `AB` for 28. */
export function columnName(column: number): string {
  let name = "";
  for (let left = column; left > 0; left = Math.floor((left - 1) / 26)) {
    name = String.fromCharCode(65 + ((left - 1) % 26)) + name;
  }
  return name;
}

function columnNumber(name: string): number {
  let number = 0;
  for (const letter of name.toUpperCase()) number = number * 26 + letter.charCodeAt(0) - 64;
  return number;
}

/** A rectangle of cells: both ends belong to it, and an open one is Infinity. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** What a spreadsheet can have. */
const lastRow = 10_000_000;

const corner = /^(?:\$?([A-Z]{1,3}))?(?:\$?([0-9]{1,8}))?$/i;

/**
 * The cells of `B2`, `B2:D9`, `B:D`, `2:9` or `B2:D`, as the analyzer reads them: in either case, the
 * corners in any order. A sheet's name is not part of it. Null for what is no range.
 */
export function parseRange(range: string): Box | null {
  const [one = "", other = one, ...more] = range.trim().split(":");
  const [from, to] = [parseCorner(one), parseCorner(other)];
  if (from === null || to === null || more.length > 0) return null;
  if (!range.includes(":") && (from.column === null || from.row === null)) return null;
  const [left, right] = extent(from.column, to.column);
  const [top, bottom] = extent(from.row, to.row);
  return { left, top, right, bottom };
}

/** Without a column it is a row, without a row a column. */
function parseCorner(text: string): { column: number | null; row: number | null } | null {
  const [, letters, digits] = corner.exec(text) ?? [];
  if (letters === undefined && digits === undefined) return null;
  const row = digits === undefined ? null : Number(digits);
  if (row !== null && (row < 1 || row > lastRow)) return null;
  return { column: letters === undefined ? null : columnNumber(letters), row };
}

function extent(one: number | null, other: number | null): readonly [number, number] {
  if (one === null || other === null) return [one ?? other ?? 1, Infinity];
  return [Math.min(one, other), Math.max(one, other)];
}

export function contains(box: Box, column: number, row: number): boolean {
  return box.left <= column && column <= box.right && box.top <= row && row <= box.bottom;
}

/** `B2` */
export function cellName({ column, row }: Cell): string {
  return `${columnName(column)}${row}`;
}

/** The same cells as few ranges, `B3` or `C5:D9`: column by column, equal neighbours together. */
export function rangesOf(cells: readonly Cell[]): string[] {
  const ordered = [...cells].sort((a, b) => a.column - b.column || a.row - b.row);
  const blocks: { first: Cell; last: Cell }[] = [];
  for (const cell of ordered) {
    const run = blocks.at(-1);
    const goesOn = run?.last.column === cell.column && cell.row - run.last.row <= 1;
    if (goesOn) run.last = cell;
    else blocks.push({ first: cell, last: cell });
  }
  // A run beside a block of the same rows makes the block wider.
  const open = new Map<string, { first: Cell; last: Cell }>();
  const wide: { first: Cell; last: Cell }[] = [];
  for (const run of blocks) {
    const rows = `${run.first.row}:${run.last.row}`;
    const beside = open.get(rows);
    if (beside?.last.column === run.first.column - 1) {
      beside.last = run.last;
    } else {
      open.set(rows, run);
      wide.push(run);
    }
  }
  return wide.map(({ first, last }) =>
    first.column === last.column && first.row === last.row
      ? cellName(first)
      : `${cellName(first)}:${cellName(last)}`,
  );
}

/** A sheet's name in front of a cell: `Model!`, `'My sheet'!`. Quoted wherever it might be needed. */
export function sheetPrefix(name: string): string {
  const plain = /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
  const readsAsOther = /^([A-Za-z]{1,3}[0-9]*|[rc][0-9]*(c[0-9]*)?|true|false)$/i.test(name);
  return plain && !readsAsOther ? `${name}!` : `'${name.replaceAll("'", "''")}'!`;
}

/** The part of an address after its sheet, and the sheet's name without quotes. */
export function splitName(address: string): { readonly sheet: string; readonly cell: string } {
  const mark = address.lastIndexOf("!");
  const sheet = address.slice(0, Math.max(mark, 0));
  const isQuoted = sheet.length > 1 && sheet.startsWith("'") && sheet.endsWith("'");
  return {
    sheet: isQuoted ? sheet.slice(1, -1).replaceAll("''", "'") : sheet,
    cell: address.slice(mark + 1),
  };
}
