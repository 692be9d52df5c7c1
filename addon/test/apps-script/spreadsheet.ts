/** SpreadsheetApp over a {@link Workbook}, with no more than what the add-on may use of it. */
import { conditionalFormats } from "./formats.ts";
import {
  insideOf,
  instance,
  integer,
  itself,
  listOf,
  method,
  Refusal,
  strict,
  text,
  type Type,
  type Watch,
} from "./strict.ts";
import {
  type Box,
  boxOf,
  type ConditionalFormat,
  nameOfBox,
  type Sheet,
  type Workbook,
} from "./workbook.ts";

/** What lies behind a Range. */
export interface Place {
  readonly sheet: Sheet;
  readonly box: Box;
}

export interface Spreadsheets {
  readonly app: object;
  /** Carries out what was written and not flushed: Google does so when a run ends. */
  readonly flush: () => void;
}

const scope = "https://www.googleapis.com/auth/spreadsheets.currentonly";
const value: Type = {
  name: "value",
  accepts: (given) => ["string", "number", "boolean"].includes(typeof given),
};
const matrix = (item: Type): Type => listOf(listOf(item));

export function spreadsheets(workbook: Workbook, watch: Watch, ui: object): Spreadsheets {
  // Google writes later than it is told, and says only then what it refuses.
  let pending: (() => void)[] = [];
  const flush = (): void => {
    const writes = pending;
    pending = [];
    for (const write of writes) write();
  };
  const later = (write: () => void): typeof itself => {
    pending.push(write);
    return itself;
  };
  const reading = <T>(read: () => T): T => {
    flush();
    return read();
  };
  const reads = (
    signatures: Type[][],
    run: (...given: never[]) => unknown,
  ): ReturnType<typeof method> =>
    method("document", signatures, (...given) => reading(() => run(...given)), scope);
  const changes = (
    signatures: Type[][],
    run: (...given: never[]) => unknown,
  ): ReturnType<typeof method> => method("change", signatures, run, scope);

  const present = (sheet: Sheet): Sheet => {
    if (sheet.isDeleted) throw new Refusal(`Sheet ${sheet.id} not found`);
    return sheet;
  };

  const rangeOf = (sheet: Sheet, box: Box): object => {
    if (box.left < 1 || box.top < 1 || box.right > sheet.columns || box.bottom > sheet.rows) {
      throw new Refusal("The coordinates of the range are outside the dimensions of the sheet.");
    }
    const map = <T>(read: (column: number, row: number) => T): T[][] =>
      span(box.top, box.bottom).map((row) => span(box.left, box.right).map((at) => read(at, row)));
    const fill = <T>(
      rows: readonly (readonly T[])[],
      write: (column: number, row: number, item: T) => void,
    ): void => {
      const [height, width] = [box.bottom - box.top + 1, box.right - box.left + 1];
      if (rows.length !== height || rows.some((row) => row.length !== width)) {
        throw new Refusal("The data does not match the number of rows or columns in the range.");
      }
      for (const [down, row] of rows.entries()) {
        for (const [along, item] of row.entries()) write(box.left + along, box.top + down, item);
      }
    };
    return strict(
      "Range",
      watch,
      {
        getA1Notation: reads([[]], () => nameOfBox(box)),
        getFormulas: reads([[]], () =>
          map((column, row) => present(sheet).cell(column, row).formula),
        ),
        canEdit: reads([[]], () => !present(sheet).isProtected(box)),
        setFormulas: changes([[matrix(text)]], (rows: string[][]) =>
          later(() => {
            fill(rows, (column, row, formula) => {
              present(sheet).setFormula(column, row, formula);
            });
          }),
        ),
        setValues: changes([[matrix(value)]], (rows: string[][]) =>
          later(() => {
            fill(rows, (column, row, item) => {
              present(sheet).setValue(column, row, item);
            });
          }),
        ),
        setFontWeight: changes([[text]], (fontWeight: string) =>
          later(() => {
            map((column, row) => {
              sheet.edit(column, row, { fontWeight });
            });
          }),
        ),
      },
      {},
      { sheet, box } satisfies Place,
    );
  };

  const sheetOf = (sheet: Sheet): object => {
    const onGrid = <T>(act: () => T): T => {
      if (present(sheet).type !== "GRID") {
        throw new Refusal("This operation is not supported on this type of sheet.");
      }
      return act();
    };
    return strict(
      "Sheet",
      watch,
      {
        getType: reads([[]], () => SheetType[present(sheet).type]),
        getSheetId: reads([[]], () => sheet.id),
        getName: reads([[]], () => present(sheet).name),
        isSheetHidden: reads([[]], () => present(sheet).isHidden),
        getMaxRows: reads([[]], () => onGrid(() => sheet.rows)),
        getMaxColumns: reads([[]], () => onGrid(() => sheet.columns)),
        getLastRow: reads([[]], () => onGrid(() => sheet.used().row)),
        getLastColumn: reads([[]], () => onGrid(() => sheet.used().column)),
        getDataRange: reads([[]], () =>
          onGrid(() => {
            const { column, row } = sheet.used();
            const [right, bottom] = [Math.max(1, column), Math.max(1, row)];
            return rangeOf(sheet, { left: 1, top: 1, right, bottom });
          }),
        ),
        getRange: reads(
          [[text], [integer, integer], [integer, integer, integer, integer]],
          (...given: [string] | [number, number, number?, number?]) =>
            onGrid(() => {
              if (typeof given[0] === "string") {
                return rangeOf(sheet, boxOf(given[0], sheet.columns, sheet.rows));
              }
              const [top, left = 1, height = 1, width = 1] = given;
              if (height < 1 || width < 1) {
                throw new Refusal("The number of rows or columns in the range must be at least 1.");
              }
              return rangeOf(sheet, {
                left,
                top,
                right: left + width - 1,
                bottom: top + height - 1,
              });
            }),
        ),
        getRangeList: reads([[listOf(text)]], (names: string[]) =>
          onGrid(() => {
            const ranges = names.map((name) => boxOf(name, sheet.columns, sheet.rows));
            return rangeList(ranges.map((box) => rangeOf(sheet, box)));
          }),
        ),
        getConditionalFormatRules: reads([[]], () =>
          onGrid(() => sheet.conditionalFormats.map((rule) => formats.rule(rule))),
        ),
        setConditionalFormatRules: changes(
          [[listOf(instance("ConditionalFormatRule"))]],
          (rules: object[]) =>
            later(() => {
              if (onGrid(() => sheet.protections.some(({ box }) => box === null))) {
                throw new Refusal("You are trying to edit a protected cell or object.");
              }
              sheet.conditionalFormats = Array.from(
                rules,
                (rule) => insideOf(rule) as ConditionalFormat,
              );
            }),
        ),
        insertRowsAfter: changes([[integer, integer]], (_: number, count: number) => {
          sheet.rows += count;
          return itself;
        }),
        insertColumnsAfter: changes([[integer, integer]], (_: number, count: number) => {
          sheet.columns += count;
          return itself;
        }),
        setFrozenRows: changes([[integer]], (count: number) => {
          sheet.frozenRows = count;
        }),
      },
      {},
      sheet,
    );
  };

  const rangeList = (ranges: object[]): object =>
    strict("RangeList", watch, { getRanges: reads([[]], () => ranges) });

  const activeSheet = (): Sheet => {
    if (!workbook.active) throw new Refusal("There is no active sheet.");
    return workbook.active;
  };
  const selected = (): object[] => {
    const sheet = activeSheet();
    return sheet.type === "GRID" ? workbook.selection.map((box) => rangeOf(sheet, box)) : [];
  };

  const spreadsheet = strict("Spreadsheet", watch, {
    getName: reads([[]], () => workbook.name),
    getSpreadsheetLocale: reads([[]], () => workbook.locale),
    getSheets: reads([[]], () => workbook.sheets.map(sheetOf)),
    getSheetById: reads([[integer]], (id: number) => {
      const sheet = workbook.byId(id);
      return sheet && sheetOf(sheet);
    }),
    getActiveSheet: reads([[]], () => sheetOf(activeSheet())),
    getActiveRange: reads([[]], () => selected().at(-1) ?? null),
    getActiveRangeList: reads([[]], () => {
      const ranges = selected();
      return ranges.length > 0 ? rangeList(ranges) : null;
    }),
    insertSheet: changes([[text]], (name: string) => {
      const isTaken = workbook.sheets.some((one) => one.name.toLowerCase() === name.toLowerCase());
      if (isTaken) throw new Refusal(`A sheet with the name "${name}" already exists.`);
      if (name === "" || name.length > 100) throw new Refusal("The sheet name is not valid.");
      workbook.active = workbook.add(name);
      return sheetOf(workbook.active);
    }),
    deleteSheet: changes([[instance("Sheet")]], (sheet: object) => {
      flush();
      workbook.delete(insideOf(sheet) as Sheet);
    }),
  });

  const formats = conditionalFormats(watch, reads);

  const app = strict(
    "SpreadsheetApp",
    watch,
    {
      getActiveSpreadsheet: reads([[]], () => spreadsheet),
      getUi: method("nothing", [[]], () => ui),
      flush: changes([[]], flush),
      newConditionalFormatRule: reads([[]], () => formats.builder()),
      setActiveRange: changes([[instance("Range")]], (range: object) => {
        const { sheet, box } = insideOf(range) as Place;
        if (present(sheet).isHidden) throw new Refusal("A hidden sheet can not be activated.");
        workbook.active = sheet;
        workbook.selection = [box];
        return range;
      }),
    },
    { SheetType, BooleanCriteria: formats.criteria },
  );
  return { app, flush };
}

const SheetType = { GRID: "GRID", OBJECT: "OBJECT", DATASOURCE: "DATASOURCE" };

function span(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
