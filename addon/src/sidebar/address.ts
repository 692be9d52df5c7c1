/** Reads how cells are written: `'My Sheet'!B2`, `B2:D9`. */

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

/** A rectangle of cells, its corners among it; without an end it goes on. */
export interface Area {
  readonly columns: readonly [number, number];
  readonly rows: readonly [number, number];
}

function columnNumber(name: string): number {
  let number = 0;
  for (const letter of name) number = number * 26 + letter.charCodeAt(0) - 64;
  return number;
}

/** `B2`, `B2:D9`, `B:D`, `2:9`, without a sheet; null for what is none. */
export function readArea(text: string): Area | null {
  const parts = /^\$?([A-Z]*)\$?(\d*)(?::\$?([A-Z]*)\$?(\d*))?$/i.exec(text.trim());
  if (parts === null || text.trim() === "") return null;
  const [, column = "", row = "", endColumn = column, endRow = row] = parts;
  const span = (from: number, to: number): readonly [number, number] =>
    from === 0 && to === 0
      ? [1, Infinity]
      : from === 0 || to === 0
        ? [from + to, Infinity]
        : [Math.min(from, to), Math.max(from, to)];
  return {
    columns: span(columnNumber(column.toUpperCase()), columnNumber(endColumn.toUpperCase())),
    rows: span(Number(row), Number(endRow)),
  };
}

export function isWithin(area: Area, column: number, row: number): boolean {
  return (
    area.columns[0] <= column &&
    column <= area.columns[1] &&
    area.rows[0] <= row &&
    row <= area.rows[1]
  );
}
