/** What the sidebar knows at a moment; the session changes it, everything else shows it. */
import type { Scope, Snapshot, Surroundings } from "../shared/bridge.ts";
import { noOrders, type Orders } from "./organization.ts";
import type { Skipped } from "./answer.ts";
import type { Found } from "./found.ts";
import { formulaCount } from "./request.ts";
import type { Outcome } from "./words.ts";

/** Whether SheetBrain's server answers, as far as it was asked. */
export type Connection = "unasked" | "online" | "offline";

export type Phase =
  /** Nothing was checked yet. */
  | "start"
  /** The spreadsheet is being read. */
  | "reading"
  /** Formulas are being checked in this page. */
  | "checking"
  /** The server audits. */
  | "auditing"
  /** What is shown is what was found. */
  | "done";

/** How a check ended. */
export type Ending = "none" | "complete" | "cancelled" | "failed";

/** Something to tell beside the findings, with what can be done about it. */
export interface Trouble {
  readonly tone: "note" | "warning" | "error";
  readonly title: string;
  readonly detail: string;
  /** The id of the request in the server's log; empty for none. */
  readonly request: string;
  readonly action: "none" | "retry" | "plans" | "settings";
}

/** What one check found. It is filled while the check runs. */
export interface Result {
  readonly snapshot: Snapshot;
  readonly found: Found;
  /** How many formulas were looked at, here or by the server. */
  checked: number;
  readonly skipped: Skipped[];
  suppressed: number;
  /** The recorded audit's id; null for a check in this page. */
  readonly auditId: string | null;
  readonly engine: string;
  readonly ruleset: string;
}

export interface State {
  phase: Phase;
  ending: Ending;
  scope: Scope;
  surroundings: Surroundings | null;
  orders: Orders;
  result: Result | null;
  /** How many formulas of the running check are done, and of how many. */
  progress: { readonly done: number; readonly total: number };
  /** False where WebAssembly is refused. */
  canCheck: boolean;
  trouble: Trouble | null;
  connection: Connection;
  undoable: number;
  /** What was done before the last check, such as a fix; empty for nothing. */
  news: string;
  /** When what is shown was read, once somebody edited the spreadsheet afterwards. */
  editedSince: string | null;
}

export function newState(): State {
  return {
    phase: "start",
    ending: "none",
    scope: "sheet",
    surroundings: null,
    orders: noOrders,
    result: null,
    progress: { done: 0, total: 0 },
    canCheck: true,
    trouble: null,
    connection: "unasked",
    undoable: 0,
    news: "",
    editedSince: null,
  };
}

export function isBusy({ phase }: State): boolean {
  return phase === "reading" || phase === "checking" || phase === "auditing";
}

/** The figures of a result, as they are told. */
export function outcomeOf({ snapshot, found, skipped, suppressed }: Result): Outcome {
  return {
    findings: found.total,
    formulas: formulaCount(snapshot),
    sheets: snapshot.sheets.length,
    skipped: skipped.length,
    suppressed,
  };
}
