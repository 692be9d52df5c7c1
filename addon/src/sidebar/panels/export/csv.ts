/** Findings as CSV (RFC 4180) that no spreadsheet takes for formulas. */
import type { Results } from "../../panel.ts";
import { toTable } from "./table.ts";

/** Without it, Excel reads a CSV in the code page of its computer and not as UTF-8. */
const byteOrderMark = "\uFEFF";

/** With these a cell begins that a spreadsheet may run instead of show. */
const runs = /^[=+\-@\t\r]/;

export function toCsv(results: Results): string {
  const { columns, rows } = toTable(results);
  const lines = [columns, ...rows].map((cells) => cells.map(field).join(","));
  return `${byteOrderMark}${lines.join("\r\n")}\r\n`;
}

function field(text: string): string {
  const harmless = runs.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
