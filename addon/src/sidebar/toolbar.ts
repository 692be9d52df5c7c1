/** Which findings are wanted: by level, by text, and how they are put together. */
import { make } from "../shared/elements.ts";
import { severities } from "../shared/finding.ts";
import type { Found } from "./found.ts";
import { groupings, type Level, levelOf, levels, type Wanted } from "./view.ts";
import { words } from "./words.ts";

/** The worst severity of each level, whose sign it has. */
const signs = { error: "high", warning: "medium", info: "info" } as const;

export class Toolbar {
  readonly element = make("div", "toolbar");
  readonly #changed: () => void;
  readonly #levels = new Set<Level>(levels);
  readonly #folded = new Set<string>();
  readonly #toggles = new Map<Level, { button: HTMLButtonElement; count: HTMLElement }>();
  readonly #search = make("input", "search");
  readonly #grouping = make("select", "grouping");
  readonly #amount = make("p", "amount");

  constructor(changed: () => void) {
    this.#changed = changed;
    this.#search.type = "search";
    this.#search.placeholder = words.search;
    this.#search.setAttribute("aria-label", words.search);
    this.#search.spellcheck = false;
    this.#search.dir = "auto";
    this.#search.addEventListener("input", changed);
    for (const grouping of groupings) {
      const option = make("option", "", words.grouping[grouping]);
      option.value = grouping;
      this.#grouping.append(option);
    }
    this.#grouping.addEventListener("change", changed);
    const toggles = make("div", "toggles", ...levels.map((level) => this.#toggle(level)));
    toggles.setAttribute("role", "group");
    toggles.setAttribute("aria-label", words.levelsLabel);
    this.#grouping.setAttribute("aria-label", words.groupBy);
    const line = make("div", "filters", this.#search, this.#grouping);
    this.element.append(toggles, line, this.#amount);
  }

  get wanted(): Wanted {
    const grouping = groupings.find((one) => one === this.#grouping.value) ?? "pattern";
    return {
      levels: this.#levels,
      text: this.#search.value,
      grouping,
      folded: this.#folded,
    };
  }

  /** Wants everything again. */
  reset(): void {
    for (const level of levels) this.#levels.add(level);
    this.#search.value = "";
    this.#changed();
    this.#search.focus();
  }

  fold(key: string): void {
    if (!this.#folded.delete(key)) this.#folded.add(key);
    this.#changed();
  }

  show(found: Found, shown: number): void {
    for (const [level, { button, count }] of this.#toggles) {
      const amount = severities
        .filter((severity) => levelOf(severity) === level)
        .reduce((sum, severity) => sum + found.count(severity), 0);
      button.setAttribute("aria-pressed", String(this.#levels.has(level)));
      button.title = words.levelToggle(level, amount);
      count.textContent = words.shortAmount(amount);
    }
    this.#amount.hidden = shown === found.total;
    this.#amount.textContent = words.of(shown, found.total);
  }

  #toggle(level: Level): HTMLElement {
    const sign = make("span", `sign ${signs[level]}`, words.sign[signs[level]]);
    sign.setAttribute("aria-hidden", "true");
    const count = make("span", "count");
    const button = make("button", "toggle", sign, make("span", "", words.levelShort[level]), count);
    button.type = "button";
    button.addEventListener("click", () => {
      if (!this.#levels.delete(level)) this.#levels.add(level);
      this.#changed();
    });
    this.#toggles.set(level, { button, count });
    return button;
  }
}
