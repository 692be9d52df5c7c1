/** Everything the sidebar says, in one place; the panels have words of their own. */
import type { Refusal, Scope } from "../shared/bridge.ts";
import type { Severity } from "../shared/finding.ts";
import { number, short, time } from "./figures.ts";
import type { Connection } from "./state.ts";
import type { Grouping, Level } from "./view.ts";

function count(amount: number, one: string, many = `${one}s`): string {
  return `${number.format(amount)} ${amount === 1 ? one : many}`;
}

export interface Outcome {
  readonly findings: number;
  readonly formulas: number;
  readonly sheets: number;
  readonly skipped: number;
  readonly suppressed: number;
}

const outcome = ({ findings, formulas, sheets, skipped, suppressed }: Outcome): string => {
  const silenced = suppressed === 0 ? "" : `, ${number.format(suppressed)} suppressed`;
  const where = `${count(formulas, "formula")}, ${count(sheets, "sheet")}`;
  return `${count(findings, "finding")} in ${where}, ${number.format(skipped)} skipped${silenced}`;
};

export const words = {
  // The bridge to the spreadsheet.
  noRunner: "Open SheetBrain from the menu Extensions of a spreadsheet.",
  badArgument: (name: string, index: number): string =>
    `${name} was called with something that can not cross (argument ${index}). This is a defect of the add-on.`,
  oddReply: (name: string): string => `${name} answered something else than it should.`,
  noSuchFunction: (name: string): string =>
    `The script has no function ${name}: the add-on is not installed completely.`,
  noReply: (seconds: number): string =>
    `Google did not answer within ${seconds} seconds. Try again.`,
  bridgeFailed: (reason: string): string => `Google refused: ${reason || "no reason was given"}`,

  // Shell.
  name: "SheetBrain",
  menu: "Menu",
  close: "Close",
  scopeLabel: "What is checked",
  progressLabel: "Progress",
  troubleLabel: "Message",
  staleLabel: "Edits",
  levelsLabel: "Levels shown",
  groupBy: "Group by",
  search: "Filter",
  export: "Export",
  showMore: (amount: number): string => `Show more (${number.format(amount)})`,
  connection: {
    unasked: "Not connected",
    online: "Online",
    offline: "Offline",
  } satisfies Record<Connection, string>,
  connectionHint: {
    unasked: "Nothing was sent to SheetBrain’s server yet.",
    online: "SheetBrain’s server answers.",
    offline: "SheetBrain’s server does not answer. Checks in this browser work.",
  } satisfies Record<Connection, string>,
  scope: {
    selection: "Selection",
    sheet: "Sheet",
    workbook: "Workbook",
  } satisfies Record<Scope, string>,
  auditScope: {
    selection: "Audit selection",
    sheet: "Audit sheet",
    workbook: "Audit workbook",
  } satisfies Record<Scope, string>,
  cancel: "Cancel",
  highlight: "Mark findings in the sheet",
  clearHighlights: "Remove the marks",
  highlighted: "The findings are marked in the sheet.",
  highlightsCleared: "The marks are removed.",

  // Progress and outcome.
  reading: {
    selection: "Reading the selection…",
    sheet: "Reading the sheet…",
    workbook: "Reading the workbook…",
  } satisfies Record<Scope, string>,
  progress: (done: number, total: number): string =>
    `${number.format(done)} / ${count(total, "formula")}`,
  sending: (formulas: number): string => `The server audits ${count(formulas, "formula")}…`,
  outcome,
  recorded: (what: Outcome): string => `${outcome(what)}. Recorded.`,
  cancelled: (done: number, what: Outcome): string =>
    `Cancelled after ${number.format(done)} of ${count(what.formulas, "formula")}: ${count(what.findings, "finding")} until then`,
  cancelledReading: "Cancelled before anything was checked",
  notChecked: "Nothing was checked yet",
  serverOnly: (formulas: number, sheets: number): string =>
    `${count(formulas, "formula")}, ${count(sheets, "sheet")}: not checked here`,
  of: (shown: number, total: number): string =>
    `${number.format(shown)} of ${count(total, "finding")} shown`,

  // Blanks in place of a list.
  startTitle: "Check before you send",
  startText:
    "The check runs in this browser: nothing is sent. Audit sends the formulas, not the values of cells, to your organization’s server, which records what it finds and cites your policies.",
  startButton: "Check here",
  cleanTitle: "Nothing found",
  cleanHere: "Checked in this browser, not recorded.",
  cleanRecorded: "Checked and recorded by the server.",
  emptyTitle: "No formulas here",
  emptyText: "Choose the sheet or the workbook above.",
  filteredTitle: "No finding passes the filter",
  filteredButton: "Show all findings",
  partialTitle: "Stopped before the end",
  partialText: "Nothing was found until then.",
  serverOnlyTitle: "Only the server can check here",
  serverOnlyText:
    "This page is not allowed to run WebAssembly, so formulas are not checked in this browser. Audit works.",
  failedTitle: "Nothing was checked",
  failedText: "The message above says why.",

  // Banners.
  noAnalyzer: "Formulas are not checked in this browser",
  noAnalyzerDetail: "The page is not allowed to run WebAssembly. Audit by the server works.",
  badRules: "Your organization’s rules can not be used here",
  badRulesDetail: (reason: string): string =>
    `The check in this browser used the recommended rules instead (${reason}). Audit applies your rules.`,
  unreadable: "The spreadsheet can not be read",
  away: "The server does not answer",
  awayDetail: (reason: string): string =>
    `Nothing is recorded. The findings of this browser still stand. ${reason}`,
  signedOut: "You are not signed in",
  signedOutDetail: (reason: string): string =>
    `${reason} The findings of this browser still stand.`,
  noMembership: "You are not a member here",
  noMembershipDetail: (reason: string): string =>
    `Ask whoever looks after SheetBrain in your organization to add you. (${reason})`,
  whichOrganization: "Choose your organization",
  toSettings: "Settings",
  overQuota: "This month’s audits are used up",
  overQuotaLink: "Plans and usage",
  rateLimited: "Too many requests",
  retryAfter: (seconds: number): string =>
    seconds < 120
      ? `Try again in ${count(seconds, "second")}.`
      : `Try again in ${count(Math.ceil(seconds / 60), "minute")}.`,
  tooLarge: "That is too much for one audit",
  tooLargeDetail:
    "The server takes 200,000 formulas and 16 MiB at once. Choose a sheet or a selection.",
  badAnswer: "The server’s answer can not be read",
  badAnswerDetail: (reason: string): string =>
    `The audit may have been recorded. The findings of this browser still stand. (${reason})`,
  defect: "The add-on made a mistake",
  sentAlready: "The audit was cancelled",
  sentAlreadyDetail: "It had been sent, so the server may have recorded and counted it.",
  andMore: (amount: number): string => `and ${number.format(amount)} more`,
  retry: "Try again",
  dismiss: "Dismiss",
  copyRequest: "Copy request id",
  request: "Request ",
  copied: "Copied.",
  notCopied: "The browser does not let it be copied. Select it by hand.",

  // Stale.
  edited: (since: string): string => `Edited since ${time.format(new Date(since))}`,
  recheck: "Re-check",

  // List.
  list: "Findings",
  level: {
    error: "Error",
    warning: "Warning",
    info: "Info",
  } satisfies Record<Level, string>,
  levelShort: {
    error: "Error",
    warning: "Warn",
    info: "Info",
  } satisfies Record<Level, string>,
  levelToggle: (level: Level, amount: number): string =>
    `${words.level[level]}: ${count(amount, "finding")}`,
  severity: {
    high: "High",
    medium: "Medium",
    low: "Low",
    info: "Info",
  } satisfies Record<Severity, string>,
  sign: { high: "×", medium: "!", low: "!", info: "i" } satisfies Record<Severity, string>,
  grouping: {
    pattern: "By pattern",
    rule: "By rule",
    sheet: "By sheet",
  } satisfies Record<Grouping, string>,
  copies: (more: number): string => `(+${number.format(more)})`,
  policy: "Policy",
  recordedTag: "Recorded",
  locked: "Locked: nobody can suppress findings of this rule",
  localTag: "Not recorded",
  localTagShort: "Local",
  amount: (amount: number): string => number.format(amount),
  /** `6.8K`, `26K`, where there is no room for more. */
  shortAmount: (amount: number): string => short.format(amount),

  // Detail.
  stepper: (index: number, amount: number): string =>
    `${number.format(index)} of ${number.format(amount)}`,
  previousCopy: "Previous copy",
  nextCopy: "Next copy",
  citation: (title: string, version: number): string => `${title}, version ${version}`,
  about: (rule: string): string => `About “${rule}”`,
  showWhole: (length: number): string => `Show all ${number.format(length)} characters`,
  hiddenCharacter: "A character that can not be seen",
  go: "Go",
  went: (where: string): string => `The sheet shows ${where}.`,
  preview: "Preview fix",
  apply: "Apply",
  applyAll: (amount: number): string => `Apply to all ${number.format(amount)}`,
  keepsResult: "Keeps the result",
  mayChange: "May change the result",
  now: "Now",
  after: "After",
  suppress: "Suppress…",
  explain: "Explain",

  // Fixes.
  fixAll: (amount: number): string =>
    amount === 0 ? "No safe fixes" : `Fix ${number.format(amount)} safe…`,
  fixAllTitle: "Safe fixes",
  fixAllText: (changes: number, left: number): string =>
    `${count(changes, "formula")} will be rewritten. Each keeps its result.` +
    (left === 0
      ? ""
      : ` ${count(left, "more fix", "more fixes")} in the same cells can follow after a check.`),
  fixAllButton: (amount: number): string => `Apply ${count(amount, "change")}`,
  noSafeFixes: "There is nothing left that can be fixed safely.",
  fixTitle: (title: string, cells: number): string =>
    cells === 1 ? title : `${title} (${count(cells, "cell")})`,
  changed: (made: number): string => `${count(made, "formula")} changed.`,
  nothingChanged: "Nothing was changed",
  partlyChanged: (made: number, refused: number): string =>
    `${count(made, "formula")} changed, ${number.format(refused)} not`,
  refusal: {
    changed: "The cell holds something else by now",
    gone: "The sheet or the cell is gone",
    protected: "You may not edit the cell",
    failed: "The spreadsheet refused the formula",
  } satisfies Record<Refusal, string>,
  refusedLine: (where: string, reason: Refusal, message: string): string =>
    message === "" ? `${where}: ${words.refusal[reason]}.` : `${where}: ${message}`,
  undo: (amount: number): string =>
    amount === 0 ? "Undo last fix" : `Undo last fix (${number.format(amount)})`,
  undone: (made: number): string => `${count(made, "formula")} put back.`,
  notGone: (where: string): string => `${where} can not be shown`,
  notDone: "That did not work",
} as const;
