/** What the findings can be written as. */
import type { Report } from "../../../shared/bridge.ts";
import type { Results } from "../../panel.ts";
import { words } from "../words.ts";
import { toCsv } from "./csv.ts";
import { toJson } from "./json.ts";
import { toSarif } from "./sarif.ts";
import { toTable } from "./table.ts";

export interface Format {
  readonly name: keyof typeof words.export.formats;
  readonly extension: string;
  readonly type: string;
  readonly write: (results: Results) => string;
}

export const formats: readonly Format[] = [
  { name: "csv", extension: "csv", type: "text/csv;charset=utf-8", write: toCsv },
  { name: "sarif", extension: "sarif", type: "application/sarif+json", write: toSarif },
  { name: "json", extension: "json", type: "application/json", write: toJson },
];

/** `Budget 2026` as `sheetbrain-Budget-2026-2026-11-27.csv`. */
export function fileName({ snapshot }: Results, extension: string): string {
  const spreadsheet = snapshot.spreadsheet.name.match(/[\p{L}\p{N}]+/gu)?.join("-") ?? "";
  const parts = ["sheetbrain", spreadsheet.slice(0, 60), snapshot.takenAt.slice(0, 10)];
  return `${parts.filter((part) => part !== "").join("-")}.${extension}`;
}

/** A table that the script writes as a sheet; its cells are texts, formulas among them. */
export function toReport(results: Results): Report {
  const { takenAt } = results.snapshot;
  // No colon: a spreadsheet that is downloaded as .xlsx may have none in the names of its sheets.
  const time = takenAt.slice(11, 16).replace(":", ".");
  return { title: words.export.sheet(takenAt.slice(0, 10), time), ...toTable(results) };
}
