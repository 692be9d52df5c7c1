/** Shows what a policy would find in the formulas last checked, and how it goes with those in force. */
import { make } from "../../shared/elements.ts";
import type { Issue, Preview } from "./answers.ts";
import type { Trial } from "./document.ts";
import { formulaOf, visible } from "../text.ts";
import { note, section } from "./parts.ts";
import { words } from "./words.ts";

/** Hits that are shown one by one. */
const shownHits = 5;

export function trialView({ issues, flagged, hits }: Preview, trial: Trial): HTMLElement[] {
  const { formulas, of } = trial;
  const shown: HTMLElement[] = [];
  if (issues.length > 0) {
    const items = issues.map(issueOf);
    shown.push(section(words.upload.issues, make("ul", "panels-list", ...items)));
  }
  if (formulas.length === 0 || flagged === null) return [...shown, note(words.upload.notTried)];
  const found = [make("p", "panels-total", words.upload.flagged(flagged, formulas.length))];
  if (formulas.length < of)
    found.push(make("p", "panels-hint", words.upload.triedSome(formulas.length, of)));
  return [...shown, section(words.upload.onScreen, ...found, ...hitList(hits))];
}

function issueOf({ message, rules }: Issue): HTMLLIElement {
  const demands = rules.map(({ policy, demand }) =>
    make("li", "panels-paraphrase", words.upload.demand(policy, demand)),
  );
  return make("li", "", make("ol", "panels-plain", ...demands), make("p", "", message));
}

function hitList(hits: Preview["hits"]): HTMLElement[] {
  if (hits.length === 0) return [];
  const items = hits.slice(0, shownHits).map(({ formula, message }) => {
    const told = make("p", "panels-hint", ...visible(message));
    return make("li", "", formulaOf(formula, null, false), told);
  });
  const list = make("ul", "panels-list", ...items);
  const left = hits.length - items.length;
  return left > 0 ? [list, make("p", "panels-hint", words.upload.moreHits(left))] : [list];
}
