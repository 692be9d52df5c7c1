/** What the parts of the sidebar beside the list of findings have in common. Types alone. */
import type { Script, Snapshot } from "../shared/bridge.ts";
import type { Finding, Span } from "../shared/finding.ts";

/** The script's functions as the sidebar calls them: each answer arrives later. */
export type RemoteScript = {
  readonly [Name in keyof Script]: (
    ...given: Parameters<Script[Name]>
  ) => Promise<ReturnType<Script[Name]>>;
};

/** A finding with the place where it stands. */
export interface PlacedFinding extends Finding {
  readonly sheetId: number;
  readonly sheet: string;
  /** From 1. */
  readonly column: number;
  readonly row: number;
  readonly formula: string;
  readonly fingerprint: string;
  /** Equal for copies of a formula. */
  readonly template: number;
  /** Whether the server recorded it. */
  readonly recorded: boolean;
}

/** What was found last, for those who write it elsewhere. */
export interface Results {
  readonly snapshot: Snapshot;
  readonly findings: readonly PlacedFinding[];
  /** The recorded audit's id; null when it was made here alone. */
  readonly auditId: string | null;
  readonly engine: string;
  readonly ruleset: string;
}

/** A part of a formula and what it computes, in plain words. */
export interface Step {
  readonly text: string;
  readonly span: Span;
}

/** What a panel may use of the sidebar. */
export interface Surface {
  readonly script: RemoteScript;
  /** Says something in the live region. */
  say(text: string): void;
  /** The results on screen; null before the first check. */
  results(): Results | null;
  /** Says what a formula computes; null where the analyzer does not run. Rejects for what is no formula. */
  explain(formula: string): Promise<readonly Step[] | null>;
  /** Asks for a new check, after something changed what would be found. */
  recheck(): void;
  /** Closes the panel and gives the focus back to where it was. */
  close(): void;
}

/**
 * A part of the sidebar that covers the list while it is open. The sidebar shows `title` above
 * `element`, as a heading of the second level with a button that closes beside it, and puts the focus
 * there. Escape inside `element` is the panel's own affair: it closes what is innermost.
 */
export interface Panel {
  readonly title: string;
  readonly element: HTMLElement;
  /** Fills the panel; called each time that it is opened. */
  open(): void;
}
