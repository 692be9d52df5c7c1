/** The part of a panel that waits for an answer: shows that it waits, what came, or what went wrong. */
import { make } from "../../shared/elements.ts";
import type { Surface } from "../panel.ts";
import type { Failure, Outcome } from "./ask.ts";
import { button, copyButton, heading } from "./parts.ts";
import { words } from "./words.ts";

export class Area {
  readonly element: HTMLDivElement;
  readonly #surface: Surface;
  /** Which question is the latest: the answer to an older one comes too late. */
  #turn = 0;

  constructor(surface: Surface) {
    this.#surface = surface;
    this.element = make("div", "panels-area");
    this.element.tabIndex = -1;
  }

  /** Shows what `ask` gives, as soon as it does; a failure with a way to ask again. */
  async fill<T>(
    ask: () => Promise<Outcome<T>>,
    show: (value: T) => readonly Node[],
  ): Promise<void> {
    const turn = this.#wait();
    const outcome = await ask();
    if (turn !== this.#turn) return;
    if (outcome.ok) {
      this.show(...show(outcome.value));
    } else {
      const again = async (): Promise<void> => {
        // The button that was pressed goes away with the failure.
        this.element.focus();
        await this.fill(ask, show);
      };
      this.show(failureOf(this.#surface, outcome.failure, again));
    }
  }

  /** Shows these and awaits nothing any more. */
  show(...nodes: readonly Node[]): void {
    this.#turn += 1;
    this.element.removeAttribute("aria-busy");
    this.element.replaceChildren(...nodes);
  }

  #wait(): number {
    this.#turn += 1;
    this.element.setAttribute("aria-busy", "true");
    this.element.replaceChildren(make("p", "panels-waiting", words.loading));
    return this.#turn;
  }
}

/** A failure in words; it is also said. Without `again` there is nothing to press. */
export function failureOf(
  surface: Surface,
  { kind, title, detail, request }: Failure,
  again: (() => Promise<void>) | null,
): HTMLElement {
  const hint = words.failures.hint[kind];
  const whole = make("div", `panels-failure panels-${kind}`, heading(title));
  for (const text of [detail, hint]) if (text !== "") whole.append(make("p", "", text));
  if (request !== "") {
    whole.append(
      make("p", "panels-request", words.request(request)),
      copyButton(surface, words.copyRequest, () => request),
    );
  }
  if (again !== null) whole.append(button(words.retry, again));
  surface.say([title, detail].filter((part) => part !== "").join(". "));
  return whole;
}
