/**
 * Writes a table as a sheet of its own. Texts stay texts: a formula in them, which may come from a
 * hostile spreadsheet, never becomes a formula of the new sheet.
 */
import type { Place, Report } from "../shared/bridge.ts";
import { cellName } from "../shared/cells.ts";
import { rangeOf } from "./cells.ts";
import { ScriptFailure } from "./reply.ts";

type Sheet = GoogleAppsScript.Spreadsheet.Sheet;
type Spreadsheet = GoogleAppsScript.Spreadsheet.Spreadsheet;

/** What Google takes: characters of a cell and of a sheet's name. */
const cellLimit = 50_000;
const nameLimit = 100;

export function writeReport(report: Report): Place {
  const width = report.columns.length;
  if (width === 0 || report.rows.some((row) => row.length !== width)) {
    throw new ScriptFailure("bad-call", "Every row of a report must fill its columns.");
  }
  const spreadsheet = SpreadsheetApp.getActiveSpreadsheet();
  const sheet = spreadsheet.insertSheet(freeName(spreadsheet, report.title));
  try {
    fill(
      sheet,
      [report.columns, ...report.rows].map((row) => row.map(asText)),
    );
  } catch (error) {
    spreadsheet.deleteSheet(sheet);
    throw error;
  }
  return {
    sheetId: sheet.getSheetId(),
    range: `A1:${cellName({ column: width, row: report.rows.length + 1 })}`,
  };
}

function fill(sheet: Sheet, rows: string[][]): void {
  const [width, height] = [rows[0]?.length ?? 0, rows.length];
  const [columns, lines] = [sheet.getMaxColumns(), sheet.getMaxRows()];
  if (width > columns) sheet.insertColumnsAfter(columns, width - columns);
  if (height > lines) sheet.insertRowsAfter(lines, height - lines);
  const range = rangeOf(sheet, { left: 1, top: 1, right: width, bottom: height });
  range.setValues(rows);
  if (range.getFormulas().some((row) => row.some((formula) => formula !== ""))) {
    throw new ScriptFailure("refused", "A text became a formula, so the report was taken back.");
  }
  sheet.getRange(1, 1, 1, width).setFontWeight("bold");
  sheet.setFrozenRows(1);
}

/** With the sign that says in a sheet: what follows is text. Google takes it away. */
function asText(text: string): string {
  if (text === "") return "";
  const room = cellLimit - 1;
  return `'${text.length > room ? `${text.slice(0, room - 1)}…` : text}`;
}

/** The title, with a number where there is such a sheet. */
function freeName(spreadsheet: Spreadsheet, title: string): string {
  const wanted = title.trim() || "SheetBrain";
  const taken = new Set(spreadsheet.getSheets().map((sheet) => sheet.getName().toLowerCase()));
  for (let number = 1; ; number++) {
    const suffix = number === 1 ? "" : ` (${number})`;
    const name = wanted.slice(0, nameLimit - suffix.length) + suffix;
    if (!taken.has(name.toLowerCase())) return name;
  }
}
