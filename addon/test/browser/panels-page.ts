/**
 * The page on which the tests open panels: as little of a sidebar as a panel needs. What a panel
 * asks of the script goes to the test; anything else that it asks throws.
 */
import { make } from "../../src/shared/elements.ts";
import { checkerFor, loadAnalyzer } from "../../src/sidebar/analyzer.ts";
import { Overlay } from "../../src/sidebar/overlay.ts";
import type { Panel, Results, Surface } from "../../src/sidebar/panel.ts";
import { explainPanel, panels, suppressForm } from "../../src/sidebar/panels/index.ts";

/** What the test gives the page before it is loaded. */
export interface Given {
  readonly callScript: (name: string, given: readonly unknown[]) => Promise<unknown>;
  /** Null before the first check. */
  readonly results: Results | null;
}

/** What the test does on the page. */
export interface Acts {
  /** Opens the panel with this title. */
  readonly open: (title: string) => void;
  /** Opens the form for the first finding. */
  readonly suppress: () => void;
  readonly explain: (formula: string) => void;
  /** How often something asked for a new check. */
  readonly rechecks: () => number;
}

const given = globalThis as unknown as Given;
const live = make("p", "unseen");
live.setAttribute("role", "status");
const start = make("button", "button", "Start");
const main = make("main", "", make("h1", "", "SheetBrain"), start);
const overlay = new Overlay([main], () => {
  start.focus();
});
document.body.append(main, overlay.element, live);
start.focus();
let rechecks = 0;

const script = new Proxy(
  {},
  {
    get: (_, name) => {
      if (typeof name !== "string") throw new Error("the script has texts as names");
      return (...values: unknown[]) => given.callScript(name, values);
    },
  },
) as Surface["script"];

const surface: Surface = strict({
  script,
  say: (text) => {
    live.textContent = text;
  },
  results: () => given.results,
  explain: async (formula) => {
    await loadAnalyzer();
    return checkerFor("en-GB", null).explain(formula);
  },
  recheck: () => {
    rechecks += 1;
  },
  close: () => {
    overlay.close();
  },
});

/** The object, with members that it does not have thrown about. */
function strict<T extends object>(object: T): T {
  return new Proxy(object, {
    get: (target, name): unknown => {
      if (!Object.hasOwn(target, name)) throw new Error(`there is no ${String(name)}`);
      return Reflect.get(target, name);
    },
  });
}

function show(panel: Panel | undefined): void {
  if (panel === undefined) throw new Error("there is no such panel");
  overlay.open(panel);
}

const all = panels(surface);
const acts: Acts = {
  open: (wanted) => {
    show(all.find(({ title }) => title === wanted));
  },
  suppress: () => {
    const finding = given.results?.findings[0];
    show(finding && suppressForm(surface, finding));
  },
  explain: (formula) => {
    show(explainPanel(surface, formula));
  },
  rechecks: () => rechecks,
};
Object.assign(globalThis, { acts });
