/** What an audit finds, as the analyzer in the browser and the server both say it. */

/** How much a finding matters, from least to most. */
export const severities = ["info", "low", "medium", "high"] as const;
export type Severity = (typeof severities)[number];

/** A half-open range of UTF-16 code units of a formula, as JavaScript counts them. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Fix {
  readonly title: string;
  /** Whether it keeps the formula's result. */
  readonly safe: boolean;
  /** The whole formula afterwards. */
  readonly formula: string;
}

/** The sentence of a written policy that a formula breaks. */
export interface Citation {
  readonly id: string;
  readonly title: string;
  readonly version: number;
  readonly sentence: string;
}

export interface Finding {
  readonly rule: string;
  /** What kind of trouble it is, such as `reference` or `policy`. */
  readonly category: string;
  readonly severity: Severity;
  readonly message: string;
  /** The part in question; null when it is the formula as a whole. */
  readonly span: Span | null;
  readonly fix: Fix | null;
  /** Null for a finding of a built-in rule. */
  readonly policy: Citation | null;
}
