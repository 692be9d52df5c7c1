/**
 * Marks cells without touching their formats: by conditional formats of our own, which carry a tag
 * in their formula and are removed by it. The user's own keep their order and content.
 */
import type { Highlight } from "../shared/bridge.ts";
import { parseRange } from "../shared/cells.ts";
import { severities, type Severity } from "../shared/finding.ts";
import { intersection } from "./cells.ts";
import { ScriptFailure } from "./reply.ts";
import { hasCells } from "./snapshot.ts";

type Sheet = GoogleAppsScript.Spreadsheet.Sheet;
type Rule = GoogleAppsScript.Spreadsheet.ConditionalFormatRule;

/** The background with a text colour that is readable on it, whatever the cell's own is. */
const colours: Record<Severity, { background: string; text: string }> = {
  high: { background: "#f9d0cc", text: "#5c0f07" },
  medium: { background: "#fde6b8", text: "#4d3300" },
  low: { background: "#fff6c9", text: "#4a4000" },
  info: { background: "#d6e6fb", text: "#0b2e5c" },
};

/** True of every cell, in every locale: neither a function nor a separator is in it. */
function tag(severity: Severity): string {
  return `="sheetbrain:${severity}"<>""`;
}

const tags = new Set(severities.map(tag));

/** Marks these cells, in place of those marked before. */
export function setHighlights(highlights: readonly Highlight[]): null {
  const sheets = SpreadsheetApp.getActiveSpreadsheet().getSheets().filter(hasCells);
  const refusing = sheets.filter((sheet) => !setOn(sheet, highlights));
  if (refusing.length > 0) {
    const names = refusing.map((sheet) => sheet.getName()).join(", ");
    throw new ScriptFailure("refused", `Protected, so the marks stay as they were: ${names}.`);
  }
  return null;
}

/** False when the sheet refuses. */
function setOn(sheet: Sheet, highlights: readonly Highlight[]): boolean {
  const id = sheet.getSheetId();
  const wanted = highlights.filter(({ sheetId }) => sheetId === id);
  const present = sheet.getConditionalFormatRules();
  const theirs = present.filter((rule) => !isOurs(rule));
  if (wanted.length === 0 && theirs.length === present.length) return true;
  // First, for the first format that holds wins.
  const ours = wanted.flatMap((one) => rulesFor(sheet, one));
  try {
    sheet.setConditionalFormatRules([...ours, ...theirs]);
    SpreadsheetApp.flush();
    return true;
  } catch (error) {
    console.warn("a sheet refused its conditional formats", error);
    return false;
  }
}

function isOurs(rule: Rule): boolean {
  const condition = rule.getBooleanCondition();
  if (condition?.getCriteriaType() !== SpreadsheetApp.BooleanCriteria.CUSTOM_FORMULA) return false;
  const [formula] = condition.getCriteriaValues() as unknown[];
  return typeof formula === "string" && tags.has(formula.replace(/\s/g, ""));
}

function rulesFor(sheet: Sheet, { ranges, severity }: Highlight): Rule[] {
  const grid = { left: 1, top: 1, right: sheet.getMaxColumns(), bottom: sheet.getMaxRows() };
  const present = ranges.filter((range) => {
    const box = parseRange(range);
    return box !== null && intersection(box, grid) !== null;
  });
  if (present.length === 0) return [];
  const { background, text } = colours[severity];
  const rule = SpreadsheetApp.newConditionalFormatRule()
    .whenFormulaSatisfied(tag(severity))
    .setBackground(background)
    .setFontColor(text)
    .setRanges(sheet.getRangeList(present).getRanges());
  return [rule.build()];
}
