/** What is to be told beside the findings: trouble, and that the spreadsheet was edited since. */
import { make } from "../shared/elements.ts";
import { button, replaceKeepingFocus } from "./controls.ts";
import type { State, Trouble } from "./state.ts";
import { proper } from "./text.ts";
import { words } from "./words.ts";

export interface BannerEvents {
  readonly retry: () => void;
  readonly dismiss: () => void;
  readonly plans: () => void;
  readonly settings: () => void;
  readonly recheck: () => void;
  readonly copy: (text: string) => void;
}

const signs = { note: "i", warning: "!", error: "×" } satisfies Record<Trouble["tone"], string>;

export class Banner {
  readonly element = make("div", "banners");
  readonly #events: BannerEvents;
  readonly #trouble = make("section", "banner");
  readonly #stale = make("section", "banner stale");
  #shown: Trouble | null = null;
  #shownSince: string | null = null;

  constructor(events: BannerEvents) {
    this.#events = events;
    this.#trouble.setAttribute("aria-label", words.troubleLabel);
    this.#stale.setAttribute("aria-label", words.staleLabel);
    this.#trouble.hidden = true;
    this.#stale.hidden = true;
    this.element.append(this.#trouble, this.#stale);
  }

  show({ trouble, editedSince }: State): void {
    if (trouble !== this.#shown) this.#showTrouble(trouble);
    if (editedSince !== this.#shownSince) this.#showStale(editedSince);
  }

  #showTrouble(trouble: Trouble | null): void {
    this.#shown = trouble;
    this.#trouble.hidden = trouble === null;
    if (trouble === null) {
      this.#trouble.replaceChildren();
      return;
    }
    const { tone, title, detail, request } = trouble;
    this.#trouble.className = `banner ${tone}`;
    const sign = make("span", "banner-sign", signs[tone]);
    sign.setAttribute("aria-hidden", "true");
    const dismiss = button("dismiss", "×", this.#events.dismiss, {
      label: words.dismiss,
      className: "icon",
    });
    const parts: Node[] = [sign, make("h2", "", proper(title)), dismiss];
    const lines = detail.split("\n").filter((line) => line !== "");
    parts.push(...lines.map((line) => make("p", "", proper(line))));
    if (request !== "") {
      parts.push(make("p", "request", words.request, make("code", "", request)));
    }
    parts.push(this.#buttons(trouble));
    replaceKeepingFocus(this.#trouble, parts);
  }

  #buttons({ action, request }: Trouble): HTMLElement {
    const buttons: HTMLElement[] = [];
    if (action === "retry") buttons.push(button("retry", words.retry, this.#events.retry));
    if (action === "settings") {
      buttons.push(button("settings", words.toSettings, this.#events.settings));
    }
    if (action === "plans") buttons.push(button("plans", words.overQuotaLink, this.#events.plans));
    if (request !== "") {
      const copy = (): void => {
        this.#events.copy(request);
      };
      buttons.push(button("copy", words.copyRequest, copy));
    }
    return make("div", "buttons", ...buttons);
  }

  #showStale(since: string | null): void {
    this.#shownSince = since;
    this.#stale.hidden = since === null;
    this.#stale.replaceChildren();
    if (since === null) return;
    this.#stale.append(
      make("span", "", words.edited(since)),
      button("recheck", words.recheck, this.#events.recheck),
    );
  }
}
