/** Conditional formats: rules, their conditions and the builder that makes them. */
import {
  insideOf,
  instance,
  itself,
  listOf,
  method,
  Refusal,
  strict,
  text,
  type Type,
  type Watch,
} from "./strict.ts";
import type { Place } from "./spreadsheet.ts";
import type { ConditionalFormat } from "./workbook.ts";

type Reads = (
  signatures: Type[][],
  run: (...given: never[]) => unknown,
) => ReturnType<typeof method>;

export interface ConditionalFormats {
  readonly criteria: object;
  rule(format: ConditionalFormat): object;
  builder(): object;
}

const criteria = { CUSTOM_FORMULA: "CUSTOM_FORMULA", NUMBER_GREATER_THAN: "NUMBER_GREATER_THAN" };
const colour: Type = {
  name: "colour",
  accepts: (given) => typeof given === "string" && /^#[0-9a-f]{6}$/.test(given),
};

export function conditionalFormats(watch: Watch, reads: Reads): ConditionalFormats {
  const rule = (format: ConditionalFormat): object => {
    const condition = strict("BooleanCondition", watch, {
      getCriteriaType: reads([[]], () => format.criteria),
      getCriteriaValues: reads([[]], () => [...format.values]),
    });
    return strict(
      "ConditionalFormatRule",
      watch,
      {
        // A scale of colours has none.
        getBooleanCondition: reads([[]], () => (format.criteria === "GRADIENT" ? null : condition)),
      },
      {},
      format,
    );
  };

  const builder = (): object => {
    let made: ConditionalFormat = { criteria: "", values: [], boxes: [], format: {} };
    const set = (change: Partial<ConditionalFormat>): typeof itself => {
      made = { ...made, ...change };
      return itself;
    };
    const style = (name: string) =>
      reads([[colour]], (given: string) => set({ format: { ...made.format, [name]: given } }));
    return strict("ConditionalFormatRuleBuilder", watch, {
      whenFormulaSatisfied: reads([[text]], (formula: string) =>
        set({ criteria: criteria.CUSTOM_FORMULA, values: [formula] }),
      ),
      setBackground: style("background"),
      setFontColor: style("fontColor"),
      setRanges: reads([[listOf(instance("Range"))]], (ranges: object[]) =>
        set({ boxes: Array.from(ranges, (range) => (insideOf(range) as Place).box) }),
      ),
      build: reads([[]], () => {
        if (made.boxes.length === 0 || made.criteria === "") {
          throw new Refusal(
            "Conditional format rules must have at least one range and a condition.",
          );
        }
        return rule(made);
      }),
    });
  };
  return { criteria, rule, builder };
}
