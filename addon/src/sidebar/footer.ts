/** What can be done with all that was found. */
import { make } from "../shared/elements.ts";
import { button, setText } from "./controls.ts";
import { isBusy, type State } from "./state.ts";
import { words } from "./words.ts";

export interface FooterEvents {
  readonly undo: () => void;
  readonly fixAll: () => void;
  readonly export: () => void;
}

export class Footer {
  readonly element = make("footer", "footer");
  readonly #undo: HTMLButtonElement;
  readonly #fixAll: HTMLButtonElement;
  readonly #export: HTMLButtonElement;

  constructor(events: FooterEvents) {
    this.#undo = this.#button("undo", words.undo(0), events.undo);
    this.#fixAll = this.#button("fix-all", words.fixAll(0), events.fixAll);
    this.#export = this.#button("export", words.export, events.export);
    this.element.append(this.#fixAll, this.#undo, this.#export);
  }

  show(state: State, safeFixes: number): void {
    const busy = isBusy(state);
    setText(this.#undo, words.undo(state.undoable));
    setText(this.#fixAll, words.fixAll(safeFixes));
    setDisabled(this.#undo, busy || state.undoable === 0);
    setDisabled(this.#fixAll, busy || safeFixes === 0);
    setDisabled(this.#export, busy || state.result === null);
  }

  #button(name: string, text: string, act: () => void): HTMLButtonElement {
    const element: HTMLButtonElement = button(name, text, () => {
      if (element.getAttribute("aria-disabled") !== "true") act();
    });
    return element;
  }
}

/** Not `disabled`: a button with the focus would lose it. */
function setDisabled(element: HTMLElement, isDisabled: boolean): void {
  element.setAttribute("aria-disabled", String(isDisabled));
}
