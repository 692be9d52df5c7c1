/** Where a panel is shown: over everything else, which can not be reached meanwhile. */
import { make } from "../shared/elements.ts";
import { button } from "./controls.ts";
import type { Panel } from "./panel.ts";
import { words } from "./words.ts";

export class Overlay {
  readonly element = make("section", "overlay");
  readonly #covered: readonly HTMLElement[];
  readonly #title = make("h2", "");
  readonly #body = make("div", "overlay-body");
  #opener: HTMLElement | null = null;
  readonly #orphaned: () => void;

  /** `orphaned` is called when what had the focus before is not there any more. */
  constructor(covered: readonly HTMLElement[], orphaned: () => void) {
    this.#covered = covered;
    this.#orphaned = orphaned;
    this.#title.id = "overlay-title";
    this.#title.tabIndex = -1;
    this.element.hidden = true;
    this.element.setAttribute("role", "dialog");
    this.element.setAttribute("aria-modal", "true");
    this.element.setAttribute("aria-labelledby", this.#title.id);
    const close = button("close", "×", this.close, { label: words.close, className: "icon" });
    this.element.append(make("div", "overlay-head", this.#title, close), this.#body);
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      event.preventDefault();
      this.close();
    });
  }

  open(panel: Panel): void {
    if (this.element.hidden) {
      const focused = document.activeElement;
      this.#opener = focused instanceof HTMLElement ? focused : null;
    }
    this.#title.textContent = panel.title;
    this.#body.replaceChildren(panel.element);
    this.#body.scrollTop = 0;
    this.element.hidden = false;
    for (const part of this.#covered) part.inert = true;
    panel.open();
    this.#title.focus();
  }

  /** Closes what is open; the focus goes back to where it was. */
  readonly close = (): void => {
    if (this.element.hidden) return;
    this.element.hidden = true;
    for (const part of this.#covered) part.inert = false;
    this.#body.replaceChildren();
    if (this.#opener?.isConnected === true) this.#opener.focus();
    else this.#orphaned();
    this.#opener = null;
  };
}
