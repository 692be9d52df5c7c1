/** Shows the user a place of the spreadsheet. */
import type { Place } from "../shared/bridge.ts";
import { parseRange } from "../shared/cells.ts";
import { ScriptFailure } from "./reply.ts";

export function goTo({ sheetId, range }: Place): null {
  const sheet = SpreadsheetApp.getActiveSpreadsheet().getSheetById(sheetId);
  if (!sheet) throw new ScriptFailure("refused", "The sheet is gone. Check again.");
  if (sheet.isSheetHidden()) {
    throw new ScriptFailure("refused", `The sheet ${sheet.getName()} is hidden. Show it first.`);
  }
  const box = parseRange(range);
  if (!box) throw new ScriptFailure("bad-call", `${range} is not a range.`);
  if (box.left > sheet.getMaxColumns() || box.top > sheet.getMaxRows()) {
    throw new ScriptFailure("refused", `${range} is gone. Check again.`);
  }
  SpreadsheetApp.setActiveRange(sheet.getRange(range));
  return null;
}
