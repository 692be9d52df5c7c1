/** What stands in place of the list where there is nothing to list, with what can be done. */
import { make } from "../shared/elements.ts";
import { button, replaceKeepingFocus } from "./controls.ts";
import { formulaCount } from "./request.ts";
import { isBusy, type State } from "./state.ts";
import { words } from "./words.ts";

export interface BlankEvents {
  /** Check here. */
  readonly check: () => void;
  /** Show all findings. */
  readonly showAll: () => void;
}

interface Content {
  readonly sign: "clean" | "plain";
  readonly title: string;
  readonly text: string;
  readonly action: { readonly label: string; readonly act: () => void } | null;
}

export class Blank {
  readonly element = make("div", "blank");
  readonly #events: BlankEvents;
  #shown = "";

  constructor(events: BlankEvents) {
    this.#events = events;
  }

  /** Hidden as long as the list has rows. */
  show(state: State, rows: number): void {
    const content = rows > 0 ? null : this.#contentOf(state);
    this.element.hidden = rows > 0;
    const shown = content === null ? "" : `${content.title}\n${content.text}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    replaceKeepingFocus(this.element, content === null ? [] : parts(content));
  }

  #contentOf(state: State): Content | null {
    const { phase, ending, result, canCheck } = state;
    const plain = (title: string, text: string): Content => ({
      ...{ sign: "plain", title, text },
      action: null,
    });
    if (phase === "start") {
      const action = { label: words.startButton, act: this.#events.check };
      return { ...plain(words.startTitle, words.startText), action };
    }
    if (result !== null && result.found.total > 0) {
      const action = { label: words.filteredButton, act: this.#events.showAll };
      return { ...plain(words.filteredTitle, ""), action };
    }
    if (isBusy(state)) return null;
    if (result === null) {
      return ending === "failed" ? plain(words.failedTitle, words.failedText) : null;
    }
    const formulas = formulaCount(result.snapshot);
    if (formulas === 0) return plain(words.emptyTitle, words.emptyText);
    if (result.auditId !== null) return clean(words.cleanRecorded);
    if (!canCheck) return plain(words.serverOnlyTitle, words.serverOnlyText);
    if (result.checked < formulas) return plain(words.partialTitle, words.partialText);
    return clean(words.cleanHere);
  }
}

function clean(text: string): Content {
  return { sign: "clean", title: words.cleanTitle, text, action: null };
}

function parts({ sign, title, text, action }: Content): Node[] {
  const nodes: Node[] = [make("h2", "", title)];
  if (sign === "clean") {
    const tick = make("span", "tick", "✓");
    tick.setAttribute("aria-hidden", "true");
    nodes.unshift(tick);
  }
  if (text !== "") nodes.push(make("p", "", text));
  if (action !== null) nodes.push(button("blank", action.label, action.act));
  return nodes;
}
