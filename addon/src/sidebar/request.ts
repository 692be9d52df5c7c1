/** An audit as the server takes it: made in slices, because it may have 200,000 formulas. */
import type { Snapshot } from "../shared/bridge.ts";
import { cellName, sheetPrefix } from "../shared/cells.ts";
import { inSlices } from "./slices.ts";

/** What the server takes at most in one request. */
export const most = { formulas: 200_000, bytes: 16 * 1024 * 1024 } as const;

/** A formula of the snapshot and where it stands. */
export interface Cell {
  readonly sheetId: number;
  readonly sheet: string;
  readonly column: number;
  readonly row: number;
  readonly formula: string;
}

export function formulaCount({ sheets }: Snapshot): number {
  return sheets.reduce((sum, { formulas }) => sum + formulas.length, 0);
}

/** The formula at `index` of the sheet at `sheet`. */
export function cellAt(snapshot: Snapshot, sheet: number, index: number): Cell | null {
  const { id, name, cells, formulas } = snapshot.sheets[sheet] ?? {};
  const [column, row] = [cells?.[index * 2], cells?.[index * 2 + 1]];
  const formula = formulas?.[index];
  if (id === undefined || name === undefined || column === undefined) return null;
  if (row === undefined || formula === undefined) return null;
  return { sheetId: id, sheet: name, column, row, formula };
}

/** The body of `POST /api/audit`; null when the server would not take that much. */
export async function requestOf(
  snapshot: Snapshot,
  department: string | null,
  signal: AbortSignal,
): Promise<string | null> {
  if (formulaCount(snapshot) > most.formulas) return null;
  const parts: string[] = [];
  for (const [number, sheet] of snapshot.sheets.entries()) {
    await inSlices(sheet.formulas.length, signal, (from, to) => {
      const items: string[] = [];
      for (let index = from; index < to; index += 1) {
        const cell = cellAt(snapshot, number, index);
        if (cell === null) continue;
        const address = sheetPrefix(cell.sheet) + cellName(cell);
        items.push(JSON.stringify({ cell: address, formula: cell.formula }));
      }
      if (items.length > 0) parts.push(items.join(","));
    });
  }
  const { locale } = snapshot.spreadsheet;
  const context = { locale, ...(department === null ? {} : { department }) };
  const body = `{"context":${JSON.stringify(context)},"formulas":[${parts.join(",")}]}`;
  return new Blob([body]).size > most.bytes ? null : body;
}
