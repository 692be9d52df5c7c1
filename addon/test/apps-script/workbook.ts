/**
 * A spreadsheet as the services see it: sheets with ids, cells, formats, protections and conditional
 * formats. Tests build one, and do to it what people do while the script runs.
 */
import { Refusal } from "./strict.ts";

export interface Cell {
  formula: string;
  value: string | number | boolean;
  numberFormat: string;
  background: string;
  fontWeight: string;
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface ConditionalFormat {
  readonly criteria: string;
  readonly values: readonly unknown[];
  readonly boxes: readonly Box[];
  readonly format: Readonly<Record<string, unknown>>;
}

/** Cells that only some may edit. */
export interface Protection {
  /** Null for the whole sheet. */
  readonly box: Box | null;
}

const emptyCell: Readonly<Cell> = {
  formula: "",
  value: "",
  numberFormat: "General",
  background: "#ffffff",
  fontWeight: "normal",
};

export class Sheet {
  readonly id: number;
  name: string;
  type: "GRID" | "OBJECT" = "GRID";
  isHidden = false;
  isDeleted = false;
  rows = 1000;
  columns = 26;
  frozenRows = 0;
  readonly cells = new Map<string, Cell>();
  protections: Protection[] = [];
  conditionalFormats: ConditionalFormat[] = [];
  /** How the sheet writes a formula that it is given: some letters change. */
  normalise = (formula: string): string => formula;

  constructor(id: number, name: string) {
    this.id = id;
    this.name = name;
  }

  /** What a cell holds; a copy. */
  cell(column: number, row: number): Cell {
    return { ...(this.cells.get(`${column},${row}`) ?? emptyCell) };
  }

  edit(column: number, row: number, change: Partial<Cell>): void {
    this.cells.set(`${column},${row}`, { ...this.cell(column, row), ...change });
  }

  setFormula(column: number, row: number, formula: string): void {
    if (this.isProtected({ left: column, top: row, right: column, bottom: row })) {
      throw new Refusal(
        "You are trying to edit a protected cell or object. Please contact the spreadsheet owner to remove protection if you need to edit.",
      );
    }
    if (formula.length > 50_000) {
      throw new Refusal(
        "Your input contains more than the maximum of 50000 characters in a single cell.",
      );
    }
    const written = formula === "" || formula.startsWith("=") ? formula : `=${formula}`;
    this.edit(column, row, { formula: this.normalise(written), value: "" });
  }

  /** As if typed, at its worst: what could come alive does, whatever the cell's format. */
  setValue(column: number, row: number, value: string | number | boolean): void {
    if (typeof value === "string" && value.length > 50_000) {
      throw new Refusal(
        "Your input contains more than the maximum of 50000 characters in a single cell.",
      );
    }
    const isText = this.cell(column, row).numberFormat === "@";
    if (typeof value !== "string") this.edit(column, row, { formula: "", value });
    else if (/^[=+]/.test(value)) this.setFormula(column, row, value.replace(/^\+/, "=+"));
    else if (isText) this.edit(column, row, { formula: "", value });
    else if (value.startsWith("'")) this.edit(column, row, { formula: "", value: value.slice(1) });
    else this.edit(column, row, { formula: "", value: typed(value) });
  }

  isProtected(box: Box): boolean {
    return this.protections.some(
      ({ box: protectedBox }) => protectedBox === null || overlap(protectedBox, box),
    );
  }

  /** The last column and row with content; 0 where there is none. */
  used(): { column: number; row: number } {
    let [column, row] = [0, 0];
    for (const [place, cell] of this.cells) {
      if (cell.formula === "" && cell.value === "") continue;
      const [right = 0, bottom = 0] = place.split(",").map(Number);
      [column, row] = [Math.max(column, right), Math.max(row, bottom)];
    }
    return { column, row };
  }
}

export class Workbook {
  name = "Budget";
  /** As Google writes it: with an underscore. */
  locale = "en_US";
  readonly sheets: Sheet[] = [];
  active: Sheet | null = null;
  selection: Box[] = [{ left: 1, top: 1, right: 1, bottom: 1 }];
  #lastId = 0;

  /** Adds a sheet whose cells are given by their names: formulas begin with =. */
  add(name: string, cells: Readonly<Record<string, string | number>> = {}): Sheet {
    const sheet = new Sheet((this.#lastId += 1_000), name);
    for (const [place, content] of Object.entries(cells)) {
      const { left, top } = boxOf(place);
      const isFormula = typeof content === "string" && content.startsWith("=");
      sheet.edit(left, top, isFormula ? { formula: content } : { value: content });
    }
    this.sheets.push(sheet);
    this.active ??= sheet;
    return sheet;
  }

  byId(id: number): Sheet | null {
    return this.sheets.find((sheet) => sheet.id === id) ?? null;
  }

  delete(sheet: Sheet): void {
    if (this.sheets.length === 1)
      throw new Refusal("You can't remove all the sheets in a document.");
    sheet.isDeleted = true;
    this.sheets.splice(this.sheets.indexOf(sheet), 1);
    if (this.active === sheet) this.active = this.sheets[0] ?? null;
  }

  /** The formula of a cell such as `Model!B2`. */
  formula(place: string): string {
    const [name, cell] = place.split("!");
    const sheet = this.sheets.find((one) => one.name === name);
    if (!sheet || cell === undefined) throw new Error(`no cell ${place}`);
    const { left, top } = boxOf(cell);
    return sheet.cell(left, top).formula;
  }
}

/** `B2:D9` as a box within a sheet of this size. */
export function boxOf(range: string, columns = 18_278, rows = 10_000_000): Box {
  const ends = /^\$?([A-Z]*)\$?(\d*)(?::\$?([A-Z]*)\$?(\d*))?$/.exec(range);
  const [, left = "", top = "", right = left, bottom = top] = ends ?? [];
  const isOpen = range.includes(":");
  if (!ends || range === "" || (!isOpen && (left === "" || top === ""))) {
    throw new Refusal("Range not found");
  }
  return {
    left: column(left) || 1,
    top: Number(top) || 1,
    right: column(right) || columns,
    bottom: Number(bottom) || rows,
  };
}

export function nameOfBox({ left, top, right, bottom }: Box): string {
  const first = `${letters(left)}${top}`;
  return left === right && top === bottom ? first : `${first}:${letters(right)}${bottom}`;
}

function overlap(one: Box, other: Box): boolean {
  return (
    one.left <= other.right &&
    other.left <= one.right &&
    one.top <= other.bottom &&
    other.top <= one.bottom
  );
}

function column(name: string): number {
  let number = 0;
  for (const letter of name) number = number * 26 + letter.charCodeAt(0) - 64;
  return number;
}

function letters(number: number): string {
  const rest = (number - 1) % 26;
  const before = (number - 1 - rest) / 26;
  return (before > 0 ? letters(before) : "") + String.fromCharCode(65 + rest);
}

/** What typing makes of a text without a sign before it. */
function typed(value: string): string | number | boolean {
  if (/^(true|false)$/i.test(value)) return value.toLowerCase() === "true";
  return value.trim() !== "" && !Number.isNaN(Number(value)) ? Number(value) : value;
}
