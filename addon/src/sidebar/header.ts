/** The first line: the name, whether the server answers, and the menu. */
import { make } from "../shared/elements.ts";
import { button, setText } from "./controls.ts";
import type { State } from "./state.ts";
import { words } from "./words.ts";

export interface MenuItem {
  readonly label: string;
  readonly act: () => void;
}

export class Header {
  readonly element = make("header", "header");
  readonly #connection = make("span", "connection");
  readonly #connectionText = make("span", "");
  readonly #menu = make("div", "menu");
  readonly #opener: HTMLButtonElement;

  constructor() {
    const dot = make("span", "dot");
    dot.setAttribute("aria-hidden", "true");
    this.#connection.append(dot, this.#connectionText);
    this.#opener = button("menu", "⋮", this.#toggle, {
      label: words.menu,
      className: "icon",
    });
    this.#opener.setAttribute("aria-haspopup", "menu");
    this.#opener.setAttribute("aria-expanded", "false");
    this.#menu.setAttribute("role", "menu");
    this.#menu.setAttribute("aria-label", words.menu);
    this.#menu.hidden = true;
    this.#menu.addEventListener("keydown", this.#onKey);
    this.element.addEventListener("focusout", ({ relatedTarget }) => {
      const isInside = relatedTarget instanceof Node && this.element.contains(relatedTarget);
      if (!isInside) this.#close(false);
    });
    this.element.append(make("h1", "", words.name), this.#connection, this.#opener, this.#menu);
  }

  setItems(items: readonly MenuItem[]): void {
    this.#menu.replaceChildren(
      ...items.map(({ label, act }) => {
        const item = button("item", label, () => {
          this.#close(true);
          act();
        });
        item.className = "menu-item";
        item.setAttribute("role", "menuitem");
        item.tabIndex = -1;
        return item;
      }),
    );
  }

  show({ connection }: State): void {
    this.#connection.className = `connection ${connection}`;
    this.#connection.title = words.connectionHint[connection];
    setText(this.#connectionText, words.connection[connection]);
  }

  readonly #toggle = (): void => {
    if (!this.#menu.hidden) {
      this.#close(true);
      return;
    }
    this.#menu.hidden = false;
    this.#opener.setAttribute("aria-expanded", "true");
    this.#focusItem(0);
  };

  #close(givesFocusBack: boolean): void {
    if (this.#menu.hidden) return;
    this.#menu.hidden = true;
    this.#opener.setAttribute("aria-expanded", "false");
    if (givesFocusBack) this.#opener.focus();
  }

  #items(): HTMLElement[] {
    return [...this.#menu.querySelectorAll<HTMLElement>("[role=menuitem]")];
  }

  #focusItem(index: number): void {
    const items = this.#items();
    items[(index + items.length) % items.length]?.focus();
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    const items = this.#items();
    const index = items.findIndex((item) => item === document.activeElement);
    switch (event.key) {
      case "ArrowDown":
        this.#focusItem(index + 1);
        break;
      case "ArrowUp":
        this.#focusItem(index - 1);
        break;
      case "Home":
        this.#focusItem(0);
        break;
      case "End":
        this.#focusItem(items.length - 1);
        break;
      case "Escape":
        this.#close(true);
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
}
