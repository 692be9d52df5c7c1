/**
 * Writes formulas into the cells of one sheet, neighbours together. What is written is read before
 * and after, and only formulas are written.
 */
import type { Change, Changed, Refusal } from "../shared/bridge.ts";
import type { Box } from "../shared/cells.ts";
import { bounds, parseCell, rangeOf } from "./cells.ts";
import { wordsOf } from "./reply.ts";
import type { Done } from "./undo.ts";

type Sheet = GoogleAppsScript.Spreadsheet.Sheet;
export type Refused = Changed["refused"][number];
export type Asked = Change & { readonly index: number };

interface Cell extends Asked {
  readonly column: number;
  readonly row: number;
}

/** Cells that fill a box. */
interface Block {
  readonly box: Box;
  readonly cells: readonly Cell[];
}

export interface SheetPlan {
  readonly sheet: Sheet;
  readonly blocks: readonly Block[];
  /** The changes as they are to be, block by block. */
  readonly wanted: readonly Done[];
}

const messages: Record<Refusal, string> = {
  changed: "The cell holds something else by now. Check again.",
  gone: "The cell is gone.",
  protected: "The cell is protected, and you may not edit it.",
  failed: "The spreadsheet kept the formula as it was.",
};

/** Keeps what can be done, and adds to `refused` what can not. */
export function planSheet(sheet: Sheet, asked: readonly Asked[], refused: Refused[]): SheetPlan[] {
  const [columns, rows] = [sheet.getMaxColumns(), sheet.getMaxRows()];
  const refuse = ({ index }: Asked, reason: Refusal): void => {
    refused.push({ index, reason, message: messages[reason] });
  };
  const present = asked.flatMap((one): Cell[] => {
    const place = parseCell(one.cell);
    if (place && place.column <= columns && place.row <= rows) return [{ ...one, ...place }];
    refuse(one, "gone");
    return [];
  });
  const read = readFormulas(sheet, present);
  const seen = new Set<string>();
  const unchanged = present.filter((cell) => {
    // A second change of a cell was not made from what the first one leaves.
    const isAsExpected = read(cell) === cell.expected && !seen.has(cell.cell);
    seen.add(cell.cell);
    if (!isAsExpected) refuse(cell, "changed");
    return isAsExpected;
  });
  const blocks = blocksOf(unchanged).flatMap((block) => {
    if (rangeOf(sheet, block.box).canEdit()) return [block];
    return block.cells.map(blockOf).filter((single) => {
      const isEditable = block.cells.length > 1 && rangeOf(sheet, single.box).canEdit();
      if (!isEditable)
        single.cells.forEach((cell) => {
          refuse(cell, "protected");
        });
      return isEditable;
    });
  });
  if (blocks.length === 0) return [];
  const wanted = blocks.flatMap(({ cells }) => cells.map((cell) => done(cell, cell.formula)));
  return [{ sheet, blocks, wanted }];
}

/** Writes as planned and tells what the sheet made of it. */
export function writeSheet(plan: SheetPlan, refused: Refused[]): Done[] {
  const reasons = new Map<Cell, string>();
  for (const block of plan.blocks) writeBlock(plan.sheet, block, reasons);
  const cells = plan.blocks.flatMap((block) => block.cells);
  const read = readFormulas(plan.sheet, cells);
  return cells.flatMap((cell) => {
    // What the sheet holds decides: Google may have written a part before it refused.
    const after = read(cell);
    if (after !== cell.expected || (after === cell.formula && !reasons.has(cell))) {
      return [done(cell, after)];
    }
    const message = reasons.get(cell) ?? messages.failed;
    refused.push({ index: cell.index, reason: "failed", message });
    return [];
  });
}

/** All at once, and one by one when that is refused, so that one cell does not spoil the rest. */
function writeBlock(sheet: Sheet, block: Block, reasons: Map<Cell, string>): void {
  try {
    rangeOf(sheet, block.box).setFormulas(rowsOf(block));
    // Google writes when it likes, and says only then what it refuses.
    SpreadsheetApp.flush();
  } catch (error) {
    if (block.cells.length > 1) {
      for (const cell of block.cells) writeBlock(sheet, blockOf(cell), reasons);
    } else {
      for (const cell of block.cells) reasons.set(cell, wordsOf(error));
    }
  }
}

/** Reads all these cells at one moment. */
function readFormulas(sheet: Sheet, cells: readonly Cell[]): (cell: Cell) => string {
  if (cells.length === 0) return () => "";
  const box = bounds(cells.map((cell) => blockOf(cell).box));
  const rows = rangeOf(sheet, box).getFormulas();
  return ({ column, row }) => rows[row - box.top]?.[column - box.left] ?? "";
}

/** Boxes that hold exactly these cells, so that nothing beside them is written. */
function blocksOf(cells: readonly Cell[]): Block[] {
  const sorted = [...cells].sort((a, b) => a.column - b.column || a.row - b.row);
  const columns: Block[] = [];
  for (const cell of sorted) {
    const last = columns.at(-1);
    const goesOn = last?.box.left === cell.column && last.box.bottom === cell.row - 1;
    if (last && goesOn) columns[columns.length - 1] = joined(last, blockOf(cell));
    else columns.push(blockOf(cell));
  }
  const blocks: Block[] = [];
  for (const column of columns) {
    const neighbour = blocks.findIndex(({ box }) => isBeside(box, column.box));
    const block = blocks[neighbour];
    if (block) blocks[neighbour] = joined(block, column);
    else blocks.push(column);
  }
  return blocks;
}

function isBeside(box: Box, next: Box): boolean {
  return box.right === next.left - 1 && box.top === next.top && box.bottom === next.bottom;
}

function joined(one: Block, other: Block): Block {
  return { box: bounds([one.box, other.box]), cells: [...one.cells, ...other.cells] };
}

function blockOf(cell: Cell): Block {
  const { column, row } = cell;
  return { box: { left: column, top: row, right: column, bottom: row }, cells: [cell] };
}

function rowsOf({ box, cells }: Block): string[][] {
  const rows = Array.from({ length: box.bottom - box.top + 1 }, (): string[] => []);
  for (const { row, column, formula } of cells) {
    const line = rows[row - box.top];
    if (line) line[column - box.left] = formula;
  }
  return rows;
}

function done({ sheetId, cell, expected }: Cell, after: string): Done {
  return { sheetId, cell, before: expected, after };
}
