/** Says in plain words what a formula computes. What it computes is found out by the analyzer. */
import { make } from "../../shared/elements.ts";
import { cut } from "../../shared/marked.ts";
import type { Panel, Step, Surface } from "../panel.ts";
import { formulaOf, visible } from "../text.ts";
import { field, makePanel, note, section } from "./parts.ts";
import { words } from "./words.ts";

/** The most characters of a formula, as the analyzer takes them. */
const longest = 32_767;

/** `formula` is what is explained first; empty for none. */
export function explainPanel(surface: Surface, formula = ""): Panel {
  const entry = make("textarea", "panels-input panels-code");
  entry.rows = 4;
  entry.maxLength = longest;
  entry.spellcheck = false;
  entry.value = formula;
  const result = make("div", "panels-area");
  let asked = 0;
  const show = async (): Promise<void> => {
    asked += 1;
    const turn = asked;
    const shown = await explain(surface, entry.value.trim());
    // What was typed meanwhile has the say.
    if (turn === asked) result.replaceChildren(...shown);
  };
  entry.addEventListener("input", () => void show());
  const parts = [field(words.explain.formula, entry, words.explain.hint), result];
  return makePanel(surface, words.explain.title, parts, () => void show());
}

async function explain(surface: Surface, formula: string): Promise<HTMLElement[]> {
  if (formula === "") return [note(words.explain.type)];
  try {
    const steps = await surface.explain(formula);
    if (steps === null) return [note(words.explain.absent)];
    const items = steps.map((step) => item(formula, step));
    return [section(words.explain.steps, make("ol", "panels-list panels-steps", ...items))];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [note(words.explain.failed(reason))];
  }
}

function item(formula: string, { text, span }: Step): HTMLLIElement {
  const part = formulaOf(cut(formula, span).marked, null, false);
  return make("li", "", part, make("p", "", ...visible(text)));
}
