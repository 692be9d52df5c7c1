/** From a filled form to what the server silences. Knows no element. */
import { cellName, sheetPrefix } from "../../shared/cells.ts";
import type { PlacedFinding } from "../panel.ts";
import type { Suppression } from "./answers.ts";
import { words } from "./words.ts";

/** The most characters of a reason, as the server counts them. */
export const longestReason = 1000;

export const reaches = ["finding", "range", "sheet"] as const;
export type Reach = (typeof reaches)[number];

export interface Filled {
  readonly reach: Reach;
  readonly range: string;
  readonly reason: string;
  /** `2026-12-31`; empty for never. */
  readonly until: string;
}

export type Checked =
  | { readonly ok: true; readonly body: string }
  | { readonly ok: false; readonly field: "range" | "reason" | "until"; readonly message: string };

/** `now` is the time by which an end in the past is told. */
export function check(finding: PlacedFinding, filled: Filled, now: Date): Checked {
  const reason = filled.reason.trim();
  const range = filled.range.trim();
  if (filled.reach === "range" && range === "") return unfit("range", words.suppress.noRange);
  if (reason === "") return unfit("reason", words.suppress.noReason);
  if (charactersIn(reason) > longestReason) return unfit("reason", words.suppress.longReason);
  const expiresAt = endOf(filled.until);
  if (expiresAt !== null && !(expiresAt > now)) return unfit("until", words.suppress.pastEnd);
  const about = {
    finding: { fingerprint: finding.fingerprint, rule: finding.rule },
    range: { rule: finding.rule, range },
    sheet: { rule: finding.rule, sheet: finding.sheet },
  }[filled.reach];
  const end = expiresAt === null ? {} : { expiresAt: expiresAt.toISOString() };
  return { ok: true, body: JSON.stringify({ ...about, reason, ...end }) };
}

/** As the server counts them: one outside the basic plane is one, not two. */
export function charactersIn(text: string): number {
  return Array.from(text).length;
}

function unfit(field: "range" | "reason" | "until", message: string): Checked {
  return { ok: false, field, message };
}

/** The last moment of a day where the user is; null without a day. */
function endOf(until: string): Date | null {
  return until === "" ? null : new Date(`${until}T23:59:59`);
}

/** The cell of a finding with its sheet. */
export function placeOf(finding: PlacedFinding): string {
  return `${sheetPrefix(finding.sheet)}${cellName(finding)}`;
}

/** What a suppression silences, in words. */
export function aboutOf({ rule, fingerprint, range, sheet }: Suppression): string {
  const of = rule ?? words.suppressions.unknownRule;
  if (range !== null) return words.suppressions.inRange(of, range);
  if (sheet !== null) return words.suppressions.onSheet(of, sheet);
  return words.suppressions.oneFinding(of, fingerprint?.slice(0, 8) ?? "");
}
