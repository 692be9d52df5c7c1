/** What is checked, the button that audits or cancels, and how far that is. */
import { scopes, type Scope } from "../shared/bridge.ts";
import { make } from "../shared/elements.ts";
import { button, setText } from "./controls.ts";
import { isBusy, type State } from "./state.ts";
import { summaryOf } from "./summary.ts";
import { words } from "./words.ts";

export interface CommandEvents {
  readonly choose: (scope: Scope) => void;
  readonly audit: () => void;
  readonly cancel: () => void;
}

export class Command {
  readonly element = make("div", "command");
  readonly #events: CommandEvents;
  readonly #radios = new Map<Scope, HTMLInputElement>();
  readonly #main: HTMLButtonElement;
  readonly #bar = make("div", "bar");
  readonly #progress = make("div", "progress", this.#bar);
  readonly #summary = make("p", "summary");
  #isBusy = false;

  constructor(events: CommandEvents) {
    this.#events = events;
    this.#main = button("audit", words.auditScope.sheet, () => {
      if (this.#isBusy) this.#events.cancel();
      else this.#events.audit();
    });
    this.#main.classList.add("main", "wide");
    this.#progress.setAttribute("role", "progressbar");
    this.#progress.setAttribute("aria-label", words.progressLabel);
    this.#progress.setAttribute("aria-valuemin", "0");
    this.#progress.setAttribute("aria-valuemax", "100");
    this.element.append(this.#scopes(), this.#main, this.#progress, this.#summary);
  }

  focus(): void {
    this.#main.focus();
  }

  show(state: State): void {
    this.#isBusy = isBusy(state);
    for (const [scope, radio] of this.#radios) radio.checked = scope === state.scope;
    setText(this.#main, this.#isBusy ? words.cancel : words.auditScope[state.scope]);
    this.#main.classList.toggle("cancel", this.#isBusy);
    setText(this.#summary, summaryOf(state));
    this.#showProgress(state);
  }

  #showProgress({ phase, progress: { done, total } }: State): void {
    this.#progress.classList.toggle("idle", !this.#isBusy);
    this.#progress.setAttribute("aria-hidden", String(!this.#isBusy));
    const isKnown = phase === "checking" && total > 0;
    this.#progress.classList.toggle("unknown", this.#isBusy && !isKnown);
    this.#bar.style.transform = isKnown ? `scaleX(${done / total})` : "";
    if (isKnown) {
      this.#progress.setAttribute("aria-valuenow", String(Math.round((done / total) * 100)));
    } else this.#progress.removeAttribute("aria-valuenow");
  }

  #scopes(): HTMLElement {
    const group = make("fieldset", "segments", make("legend", "unseen", words.scopeLabel));
    for (const scope of scopes) {
      const radio = make("input", "");
      radio.type = "radio";
      radio.name = "scope";
      radio.value = scope;
      radio.addEventListener("change", () => {
        this.#events.choose(scope);
      });
      this.#radios.set(scope, radio);
      group.append(make("label", "segment", radio, make("span", "", words.scope[scope])));
    }
    return group;
  }
}
