/** The findings as a table: one row for each cell in which a finding stands. */
import { cellName } from "../../../shared/cells.ts";
import type { PlacedFinding, Results } from "../../panel.ts";
import { words } from "../words.ts";

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export function toTable({ findings }: Results): Table {
  return { columns: words.export.columns, rows: findings.map(row) };
}

/** In the order of the columns' names. */
function row(finding: PlacedFinding): string[] {
  const { policy, fix } = finding;
  return [
    finding.sheet,
    cellName(finding),
    finding.severity,
    finding.rule,
    finding.category,
    finding.message,
    finding.formula,
    policy?.title ?? "",
    policy?.sentence ?? "",
    fix?.title ?? "",
    fix?.formula ?? "",
    finding.fingerprint,
    finding.recorded ? words.export.yes : words.export.no,
  ];
}
