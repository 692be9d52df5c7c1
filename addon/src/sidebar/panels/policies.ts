/** The organization's policies, and what of each is enforced. Changes nothing. */
import { make } from "../../shared/elements.ts";
import type { Panel, Surface } from "../panel.ts";
import {
  type CompiledPolicy,
  type Policy,
  type PolicyPage,
  readCompiledPolicy,
  readPolicyPage,
} from "./answers.ts";
import { Area } from "./area.ts";
import { get, type Outcome } from "./ask.ts";
import { button, heading, makePanel, note, onEscape } from "./parts.ts";
import { sentenceView } from "./sentence_view.ts";
import { words } from "./words.ts";

/** Policies on a page: each comes with its text, and the bridge is slow. */
const pageSize = 25;

export function policiesPanel(surface: Surface): Panel {
  const view = new PoliciesView(surface);
  return makePanel(surface, words.policies.title, [view.element], () => {
    view.open();
  });
}

/** Shows either the list or one policy. */
class PoliciesView {
  readonly element: HTMLDivElement;
  readonly #surface: Surface;
  readonly #pages: Area;
  readonly #list = make("ul", "panels-list panels-links");
  readonly #listView: HTMLDivElement;

  constructor(surface: Surface) {
    this.#surface = surface;
    this.#pages = new Area(surface);
    this.#listView = make(
      "div",
      "",
      make("p", "panels-intro", words.policies.intro),
      this.#list,
      this.#pages.element,
    );
    this.element = make("div", "", this.#listView);
  }

  open(): void {
    this.#list.replaceChildren();
    this.element.replaceChildren(this.#listView);
    void this.#load(null);
  }

  /** Adds a page to the list; the first one without a cursor. */
  async #load(cursor: string | null): Promise<void> {
    const query = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    await this.#pages.fill(
      () => get(this.#surface.script, `/api/policies?limit=${pageSize}${query}`, readPolicyPage),
      (page) => this.#add(page),
    );
  }

  /** Gives what stands below the list. */
  #add({ policies, nextCursor }: PolicyPage): HTMLElement[] {
    const entries = policies.map((policy) => this.#entry(policy));
    this.#list.append(...entries);
    const count = this.#list.childElementCount;
    if (count === 0) return [note(words.policies.empty)];
    this.#surface.say(words.policies.shown(count));
    if (nextCursor === null) return [];
    const more = button(words.policies.more, async () => {
      await this.#load(nextCursor);
      // The button is gone; its place in the order is the first of the new entries.
      const next = this.#list.children[count]?.querySelector("button");
      (next ?? this.#pages.element).focus();
    });
    return [more];
  }

  #entry(policy: Policy): HTMLLIElement {
    const open = button(
      policy.title,
      () => {
        this.#show(policy, open);
      },
      "panels-link",
    );
    return make("li", "", open, make("p", "panels-hint", about(policy)));
  }

  /** Shows one policy; going back puts the focus on `origin`. */
  #show(policy: Policy, origin: HTMLElement): void {
    const area = new Area(this.#surface);
    const title = heading(policy.title);
    const back = (): void => {
      this.element.replaceChildren(this.#listView);
      origin.focus();
    };
    const detail = make(
      "div",
      "",
      button(words.back, back, "button"),
      title,
      make("p", "panels-hint", about(policy)),
      area.element,
    );
    onEscape(detail, back);
    this.element.replaceChildren(detail);
    title.focus();
    void area.fill(() => this.#find(policy.id), detailOf);
  }

  #find(id: string): Promise<Outcome<CompiledPolicy>> {
    return get(this.#surface.script, `/api/policies/${encodeURIComponent(id)}`, readCompiledPolicy);
  }
}

function detailOf({ sentences, warnings, upgradable }: CompiledPolicy): HTMLElement[] {
  const told = upgradable ? [...warnings, words.policies.upgradable] : warnings;
  return [...told.map(note), sentenceView(sentences)];
}

/** Which version is in force, and whom it is for. */
function about({ version, publishedVersion, department, category, tags }: Policy): string {
  const inForce =
    publishedVersion === null
      ? words.policies.draft
      : publishedVersion === version
        ? words.policies.inForce(version)
        : words.policies.newerDraft(version, publishedVersion);
  return [inForce, department, category, ...tags].filter((part) => part !== null).join(" · ");
}
