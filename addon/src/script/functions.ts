/**
 * The functions for cells: `SHEETBRAIN_CHECK` and `SHEETBRAIN_EXPLAIN`. They run as nobody and may
 * change nothing, so the analyzer in the script does their work.
 */
import { loadAnalyzer } from "./analyzer.ts";
import { wordsOf } from "./reply.ts";

type Analyzer = ReturnType<typeof loadAnalyzer>;

/** A cell, or the rows of a range. */
type Cells = unknown;

/** What Google takes in a cell, in characters. */
const cellLimit = 50_000;

export function checkFormulas(given: Cells): string | string[][] {
  return forEach(given, "checked", (analyzer, formula) => {
    const [checked] = analyzer.check([formula]);
    if (!checked) throw new Error("the analyzer gave no answer");
    if (checked.skipped !== null) throw new Error(checked.skipped);
    const lines = checked.findings.map(({ severity, message }) => `${severity}: ${message}`);
    return lines.join("\n") || "No findings";
  });
}

export function explainFormulas(given: Cells): string | string[][] {
  return forEach(given, "explained", (analyzer, formula) => {
    const steps = analyzer.explain(formula);
    return steps.map(({ text }, index) => `${index + 1}. ${text}`).join("\n");
  });
}

/**
 * Calls `say` for each formula; one cell gives one text, a range as many as it has cells. Where `say`
 * throws, the text is what could not be `done` and why.
 */
function forEach(
  given: Cells,
  done: string,
  say: (analyzer: Analyzer, formula: string) => string,
): string | string[][] {
  const one = (cell: unknown): string => {
    if (cell === "" || cell === undefined || cell === null) return "";
    if (typeof cell !== "string" || !cell.startsWith("=")) {
      return "Not a formula: give its text, such as FORMULATEXT(B2)";
    }
    try {
      return say(loadAnalyzer(), cell).slice(0, cellLimit);
    } catch (error) {
      return `could not be ${done} here: ${wordsOf(error)}`;
    }
  };
  if (!Array.isArray(given)) return one(given);
  return given.map((row: unknown) => (Array.isArray(row) ? row.map(one) : [one(row)]));
}
