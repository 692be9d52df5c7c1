/** The state in one line. */
import { formulaCount } from "./request.ts";
import { outcomeOf, type State } from "./state.ts";
import { words } from "./words.ts";

export function summaryOf(state: State): string {
  const summary = whatIs(state);
  return state.phase === "done" && state.news !== "" ? `${state.news} ${summary}` : summary;
}

function whatIs({ phase, ending, scope, result, progress, canCheck }: State): string {
  if (phase === "start") return words.notChecked;
  if (phase === "reading") return words.reading[scope];
  if (phase === "checking") return words.progress(progress.done, progress.total);
  if (result === null) return ending === "cancelled" ? words.cancelledReading : words.notChecked;
  const formulas = formulaCount(result.snapshot);
  if (phase === "auditing") return words.sending(formulas);
  const outcome = outcomeOf(result);
  if (result.auditId !== null) return words.recorded(outcome);
  if (!canCheck && formulas > 0) return words.serverOnly(formulas, outcome.sheets);
  if (result.checked < formulas) return words.cancelled(result.checked, outcome);
  return words.outcome(outcome);
}
