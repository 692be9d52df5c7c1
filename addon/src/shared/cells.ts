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
