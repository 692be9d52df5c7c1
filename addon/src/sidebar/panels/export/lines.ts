/** Findings as the command line's `--format jsonl` and the server count them: once for each sheet. */
import { rangesOf } from "../../../shared/cells.ts";
import type { Citation, Fix, Severity, Span } from "../../../shared/finding.ts";
import type { PlacedFinding, Results } from "../../panel.ts";

/** One finding on one sheet; what does not apply is null. */
export interface FindingLine {
  readonly workbook: string;
  readonly sheet: string;
  /** `["B3", "C5:C9"]` */
  readonly cells: readonly string[];
  readonly rule: string;
  readonly category: string;
  readonly severity: Severity;
  readonly message: string;
  /** The formula in the first of the cells, to which span and fix belong. */
  readonly formula: string;
  readonly span: Span | null;
  readonly expected: null;
  readonly policy: Citation | null;
  readonly fix: Fix | null;
  readonly fingerprint: string;
}

/** A line, and how many cells it is about. */
export interface CountedLine {
  readonly line: FindingLine;
  readonly count: number;
}

/** In the order in which the findings first stand in the results. */
export function toLines({ snapshot, findings }: Results): CountedLine[] {
  const groups = new Map<string, PlacedFinding[]>();
  for (const finding of findings) {
    const { sheetId, fingerprint, rule, policy } = finding;
    const key = JSON.stringify([sheetId, fingerprint, rule, policy?.id, policy?.sentence]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [finding]);
    else group.push(finding);
  }
  return [...groups.values()].flatMap((group) => lineOf(snapshot.spreadsheet.name, group));
}

function lineOf(workbook: string, group: readonly PlacedFinding[]): CountedLine[] {
  const [first] = [...group].sort((a, b) => a.column - b.column || a.row - b.row);
  if (first === undefined) return [];
  const line = {
    workbook,
    sheet: first.sheet,
    cells: rangesOf(group),
    rule: first.rule,
    category: first.category,
    severity: first.severity,
    message: first.message,
    formula: first.formula,
    span: spanOf(first.span),
    expected: null,
    policy: policyOf(first.policy),
    fix: fixOf(first.fix),
    fingerprint: first.fingerprint,
  };
  return [{ line, count: group.length }];
}

// Member by member: what else the objects carry is not for others to read.

function spanOf(span: Span | null): Span | null {
  return span && { start: span.start, end: span.end };
}

function policyOf(policy: Citation | null): Citation | null {
  if (policy === null) return null;
  const { id, title, version, sentence } = policy;
  return { id, title, version, sentence };
}

function fixOf(fix: Fix | null): Fix | null {
  return fix && { safe: fix.safe, title: fix.title, formula: fix.formula };
}
