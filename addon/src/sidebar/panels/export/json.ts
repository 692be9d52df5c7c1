/** Findings as JSON, each as the command line's `--format jsonl` writes it. */
import type { Results } from "../../panel.ts";
import { toLines } from "./lines.ts";

export function toJson(results: Results): string {
  const { snapshot, auditId, engine, ruleset } = results;
  const formulas = snapshot.sheets.reduce((sum, sheet) => sum + sheet.formulas.length, 0);
  const whole = {
    workbook: snapshot.spreadsheet.name,
    sheets: snapshot.sheets.length,
    formulas,
    timestamp: snapshot.takenAt,
    auditId,
    engine,
    ruleset,
    findings: toLines(results).map(({ line }) => line),
  };
  return `${JSON.stringify(whole, null, 2)}\n`;
}
