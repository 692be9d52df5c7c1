/** Everything the page says, in one place. */
import type { Severity } from "../shared/finding.ts";

const plural = (count: number, one: string, many: string): string =>
  `${count} ${count === 1 ? one : many}`;

export const words = {
  typeFormula: "Type a formula.",
  noAnalyzer: "This browser does not run the analyzer, so nothing is checked here; Audit works.",
  local: (count: number): string =>
    count === 0 ? "No findings." : plural(count, "finding.", "findings."),
  auditing: "Auditing…",
  recorded: (count: number, id: string): string =>
    `${plural(count, "finding", "findings")}. Recorded as audit ${id}.`,
  skipped: (reason: string): string => `Not audited: ${reason}.`,
  noServer: "The server does not answer. The findings of this browser still stand.",
  badAnswer: (reason: string): string => `The server's answer can not be read: ${reason}.`,
  refused: (title: string, detail: string): string => (detail ? `${title}. ${detail}` : title),
  request: (id: string): string => `Request ${id}`,
  citation: (title: string, version: number): string => `Policy: ${title}, version ${version}`,
  before: "Now",
  after: "Fixed",
  fix: (title: string, safe: boolean): string =>
    safe ? `${title} (keeps the result)` : `${title} (may change the result)`,
  severity: {
    high: "High",
    medium: "Medium",
    low: "Low",
    info: "Info",
  } satisfies Record<Severity, string>,
} as const;
