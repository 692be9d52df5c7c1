/**
 * What the sidebar asks of the script beside the spreadsheet: one function of `Code.js` each, called
 * through `google.script.run`. Types alone, so that both sides are compiled against the same page.
 *
 * Only what Google's bridge carries crosses it: texts, numbers, flags, null, arrays and objects.
 */
import type { Severity } from "./finding.ts";

/** What is looked at. */
export const scopes = ["selection", "sheet", "workbook"] as const;
export type Scope = (typeof scopes)[number];

/** The formulas of one sheet. */
export interface SheetSnapshot {
  /** Google's id of the sheet, which stays when the sheet is renamed or moved. */
  readonly id: number;
  readonly name: string;
  /** For each formula its column and its row, from 1: as the analyzer takes them. */
  readonly cells: readonly number[];
  readonly formulas: readonly string[];
}

/** All that a check needs of a spreadsheet, at one moment. Values of cells are not among it. */
export interface Snapshot {
  readonly spreadsheet: { readonly name: string; readonly locale: string };
  /**
   * Where the user is: the sheet and the selected range, such as `B2:D9`; no range on a sheet that
   * is a chart.
   */
  readonly active: { readonly sheetId: number; readonly range: string };
  /** The sheets in scope, in the order of their tabs. */
  readonly sheets: readonly SheetSnapshot[];
  /** When it was taken: RFC 3339, UTC. */
  readonly takenAt: string;
  /** How many changes can be undone. */
  readonly undoable: number;
}

export interface Place {
  readonly sheetId: number;
  /** Without the sheet: `B2`, `B2:D9`. */
  readonly range: string;
}

/** One formula for another: made only when the cell still holds `expected`. */
export interface Change {
  readonly sheetId: number;
  /** `B2` */
  readonly cell: string;
  readonly expected: string;
  readonly formula: string;
}

/** Why a change was not made. */
export type Refusal =
  /** The cell holds something else by now. */
  | "changed"
  /** The sheet or the cell is gone. */
  | "gone"
  /** The user may not edit it. */
  | "protected"
  /** The spreadsheet refused the formula. */
  | "failed";

export interface Changed {
  /** How many of the changes were made. */
  readonly made: number;
  readonly refused: readonly {
    /** Which of the changes, from 0. */
    readonly index: number;
    readonly reason: Refusal;
    readonly message: string;
  }[];
  readonly undoable: number;
}

/** Cells to be marked in the sheet, without touching their own formats. */
export interface Highlight {
  readonly sheetId: number;
  readonly ranges: readonly string[];
  readonly severity: Severity;
}

/** A table that becomes a sheet of its own. */
export interface Report {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export type Method = "GET" | "POST" | "PUT" | "DELETE";

/** A file as it crosses the bridge, which carries no bytes. */
export interface SentFile {
  readonly name: string;
  /** Its media type. */
  readonly type: string;
  readonly base64: string;
}

/** A request to SheetBrain's server. The script adds who asks; it refuses paths the sidebar has no use for. */
export interface ServerRequest {
  readonly method: Method;
  /** `/api/audit`, with its query. */
  readonly path: string;
  /** JSON, or null for none. */
  readonly body: string | null;
  /**
   * Sent as the field `file` of a form (`multipart/form-data`); the members of the object in `body`
   * are the form's other fields: texts as they are, lists of texts joined by commas.
   */
  readonly file?: SentFile;
  readonly idempotencyKey?: string;
  readonly ifNoneMatch?: string;
}

/** What the server answered, whatever its status. */
export interface ServerAnswer {
  readonly status: number;
  readonly body: string;
  readonly etag: string | null;
  /** In seconds. */
  readonly retryAfter: number | null;
}

/** What a user chose; kept for this user, everywhere. */
export interface Settings {
  /** Who is meant, for members of several organizations; null for the only one. */
  readonly organization: string | null;
  /** Whose policies apply; null for all. */
  readonly department: string | null;
  /** Whether findings are shown before anything is sent. */
  readonly checkOnOpen: boolean;
}

/** What only the script knows of the place it runs in. */
export interface Surroundings {
  /** The server's address, fixed when the add-on was built. */
  readonly server: string;
  readonly version: string;
  /** The address of the signed-in person; empty where Google does not tell. */
  readonly email: string;
  readonly settings: Settings;
}

export type ScriptErrorCode =
  /** Google gave no identity token. */
  | "signed-out"
  /** No answer came from the server. */
  | "server-away"
  /** The call itself is wrong: a defect of the sidebar. */
  | "bad-call"
  /** The spreadsheet refused. */
  | "refused";

export interface ScriptError {
  readonly code: ScriptErrorCode;
  /** What is wrong and what to do, for people. */
  readonly message: string;
}

/** Errors cross as values: Google's bridge keeps nothing of an exception but its text. */
export type Reply<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ScriptError };

/** The functions of `Code.js` that the sidebar calls. */
export interface Script {
  getSurroundings(): Reply<Surroundings>;
  saveSettings(settings: Settings): Reply<null>;
  getSnapshot(scope: Scope): Reply<Snapshot>;
  /** When somebody last edited the spreadsheet, RFC 3339; null when that was not seen. */
  getLastEdit(): Reply<string | null>;
  goTo(place: Place): Reply<null>;
  /** Makes changes that belong together: one entry on the undo stack. */
  changeFormulas(changes: readonly Change[], title: string): Reply<Changed>;
  /** Takes the latest entry of the undo stack back, cell by cell, where nobody changed it since. */
  undoChange(): Reply<Changed>;
  /** Marks cells, in place of those marked before. */
  highlight(highlights: readonly Highlight[]): Reply<null>;
  clearHighlights(): Reply<null>;
  writeReport(report: Report): Reply<Place>;
  askServer(request: ServerRequest): Reply<ServerAnswer>;
}
