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
  return forEach(given, (analyzer, formula) => {
    const [checked] = analyzer.check([formula]);
    if (!checked) return notChecked("the analyzer gave no answer");
    if (checked.skipped !== null) return notChecked(checked.skipped);
    const lines = checked.findings.map(({ severity, message }) => `${severity}: ${message}`);
    return lines.join("\n") || "No findings";
  });
}

export function explainFormulas(given: Cells): string | string[][] {
  return forEach(given, (analyzer, formula) => {
    // Only where the module that was built in has words for formulas.
    const { explain } = analyzer as { explain?: (formula: string) => readonly { text: string }[] };
    if (!explain) return "could not be explained here: this add-on's analyzer has no words for it";
    const steps = explain.call(analyzer, formula);
    return steps.map(({ text }) => text).join("\n");
  });
}

/** Calls `say` for each formula; one cell gives one text, a range as many as it has cells. */
function forEach(
  given: Cells,
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
      return notChecked(wordsOf(error));
    }
  };
  if (!Array.isArray(given)) return one(given);
  return given.map((row: unknown) => (Array.isArray(row) ? row.map(one) : [one(row)]));
}

function notChecked(why: string): string {
  return `could not be checked here: ${why}`;
}
