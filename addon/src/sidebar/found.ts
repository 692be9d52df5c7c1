/** What was found, put together by pattern: copies of a formula have the same finding once. */
import type { Severity } from "../shared/finding.ts";
import { cellName, sheetPrefix } from "../shared/cells.ts";
import type { PlacedFinding } from "./panel.ts";

/** One finding in all the copies of a formula. */
export interface Pattern {
  readonly key: string;
  /** In the order of the sheets; at least one. */
  readonly places: readonly [PlacedFinding, ...PlacedFinding[]];
}

export class Found {
  readonly #patterns = new Map<
    string,
    { key: string; places: [PlacedFinding, ...PlacedFinding[]] }
  >();
  readonly #counts: Record<Severity, number> = { info: 0, low: 0, medium: 0, high: 0 };
  #total = 0;

  add(finding: PlacedFinding): void {
    const key = keyOf(finding);
    const known = this.#patterns.get(key);
    if (known === undefined) this.#patterns.set(key, { key, places: [finding] });
    else known.places.push(finding);
    this.#counts[finding.severity] += 1;
    this.#total += 1;
  }

  /** In the order in which they were found. */
  get patterns(): Iterable<Pattern> {
    return this.#patterns.values();
  }

  pattern(key: string): Pattern | null {
    return this.#patterns.get(key) ?? null;
  }

  get patternCount(): number {
    return this.#patterns.size;
  }

  /** How many places findings of this severity have. */
  count(severity: Severity): number {
    return this.#counts[severity];
  }

  get total(): number {
    return this.#total;
  }

  all(): PlacedFinding[] {
    return [...this.#patterns.values()].flatMap(({ places }) => places);
  }
}

/** A rule and a policy may say the same of a formula: those are two findings. */
function keyOf(finding: PlacedFinding): string {
  const { fingerprint, rule, policy } = finding;
  return policy === null
    ? `${fingerprint} ${rule}`
    : `${fingerprint} ${rule} ${policy.title}\n${policy.sentence}`;
}

/** Names the same place of the same finding in two checks. */
export function placeKey(finding: PlacedFinding): string {
  return `${finding.sheetId} ${finding.column} ${finding.row} ${finding.formula}\n${keyOf(finding)}`;
}

/** Where it stands, as people write it: `Model!D14`. */
export function placeName(place: PlacedFinding): string {
  return sheetPrefix(place.sheet) + cellName(place);
}
