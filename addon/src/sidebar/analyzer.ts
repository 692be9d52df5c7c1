/** The analyzer in this page, behind what the sidebar needs of it. No analysis happens in TypeScript. */
import load, {
  Analyzer,
  type Checked,
  engine,
  isBuiltIn,
  type OrganizationRules,
} from "@sheetbrain/analyzer/enforcement/base64";
import type { Step } from "./panel.ts";

/** One check in slices. */
export interface Run {
  /** One answer for each formula; `cells` has the column and the row of each in turn, from 1. */
  readonly check: (
    formulas: readonly string[],
    cells: readonly number[],
    sheet: string,
  ) => readonly Checked[];
  /** Gives its memory back. */
  readonly end: () => void;
}

export interface Checker {
  readonly engine: string;
  /** The hash of the rules, as an audit with the same rules has it. */
  readonly ruleset: string;
  readonly begin: () => Run;
  /** Whether a built-in rule has this name. */
  readonly isBuiltIn: (rule: string) => boolean;
  /** What a formula computes; throws for what is no formula. */
  readonly explain: (formula: string) => readonly Step[];
}

/** Has the module ready. Rejects where WebAssembly is refused. */
export const loadAnalyzer: () => Promise<void> = load;

/**
 * Checks formulas as the spreadsheet's locale writes them, with the organization's rules (the answer
 * of `GET /api/rulesets`) or, for null, with those that are recommended. Throws when the rules can not
 * be used whole. The analyzer has to be loaded.
 */
export function checkerFor(locale: string, rules: unknown): Checker {
  const analyzer =
    rules === null
      ? new Analyzer("recommended", locale)
      : Analyzer.ofRuleSet(rules as OrganizationRules, locale);
  return {
    engine: engine(),
    ruleset: analyzer.ruleset,
    begin: () => {
      const run = analyzer.begin();
      return {
        check: (formulas, cells, sheet) => run.check(formulas, Uint32Array.from(cells), sheet),
        end: () => {
          run.free();
        },
      };
    },
    isBuiltIn,
    explain: (formula) => analyzer.explain(formula),
  };
}
