/** What is to be known of one finding and what can be done about it, below its row. */
import type { Change } from "../shared/bridge.ts";
import { cellName } from "../shared/cells.ts";
import { make } from "../shared/elements.ts";
import { button, replaceKeepingFocus } from "./controls.ts";
import { compare, type Piece } from "./diff.ts";
import { placeName } from "./found.ts";
import type { Detail } from "./list.ts";
import type { PlacedFinding } from "./panel.ts";
import { ruleTitle } from "./rows.ts";
import { formulaOf, isLong, proper, shortened, visible } from "./text.ts";
import type { FindingRow } from "./view.ts";
import { words } from "./words.ts";

export interface DetailEvents {
  readonly go: (place: PlacedFinding) => void;
  readonly change: (changes: readonly Change[], title: string) => void;
  readonly suppress: (place: PlacedFinding) => void;
  readonly explain: (place: PlacedFinding) => void;
  readonly canExplain: () => boolean;
  /** Where the page about the finding's rule is; null where there is none. */
  readonly docs: (place: PlacedFinding) => string | null;
  /** Whether the organization lets nobody suppress findings of this rule. */
  readonly isLocked: (rule: string) => boolean;
}

export class FindingDetail implements Detail {
  readonly element = make("div", "detail");
  readonly #events: DetailEvents;
  #row: FindingRow | null = null;
  /** Which of the row's places is shown. */
  #index = 0;
  #isPreviewed = false;
  #isWhole = false;

  constructor(events: DetailEvents) {
    this.#events = events;
  }

  /** Shows the row's finding; of the one shown already, what was chosen stays. */
  show(row: FindingRow): void {
    const before = this.#row;
    if (before?.key !== row.key) {
      this.#index = 0;
      this.#isPreviewed = false;
      this.#isWhole = false;
    } else if (before.places[this.#index]?.formula !== row.places[this.#index]?.formula) {
      this.#index = 0;
      this.#isPreviewed = false;
    }
    this.#row = row;
    this.#draw();
  }

  /** The place that is shown of the finding. */
  get place(): PlacedFinding | null {
    return this.#row?.places[this.#index] ?? null;
  }

  #draw(): void {
    const { place } = this;
    if (this.#row === null || place === null) return;
    const parts = [
      ...this.#stepper(this.#row.places),
      ...this.#formula(place),
      make("p", "message", proper(place.message)),
      ...citation(place),
      this.#about(place),
      ...this.#preview(place),
      this.#buttons(this.#row.places, place),
    ];
    replaceKeepingFocus(this.element, parts);
  }

  #stepper(places: FindingRow["places"]): Node[] {
    if (places.length === 1) return [];
    const step = (by: number) => (): void => {
      this.#index = (this.#index + by + places.length) % places.length;
      this.#isPreviewed = false;
      this.#draw();
    };
    const place = places[this.#index];
    return [
      make(
        "div",
        "stepper",
        button("previous", "‹", step(-1), { label: words.previousCopy, className: "icon" }),
        proper(place === undefined ? "" : placeName(place), "where"),
        make("span", "quiet", words.stepper(this.#index + 1, places.length)),
        button("next", "›", step(1), { label: words.nextCopy, className: "icon" }),
      ),
    ];
  }

  #formula({ formula, span }: PlacedFinding): Node[] {
    const shown = formulaOf(formula, span, this.#isWhole);
    if (this.#isWhole || !isLong(formula)) return [shown];
    const whole = button("whole", words.showWhole(formula.length), () => {
      this.#isWhole = true;
      this.#draw();
    });
    whole.classList.add("link");
    return [shown, whole];
  }

  #about(place: PlacedFinding): HTMLElement {
    const { rule, recorded } = place;
    const about = make("p", "about");
    const address = this.#events.docs(place);
    if (address !== null) {
      const link = make("a", "", words.about(ruleTitle(rule)));
      link.href = address;
      link.target = "_blank";
      link.rel = "noopener noreferrer";
      link.dataset["name"] = "docs";
      about.append(link, " · ");
    }
    about.append(recorded ? words.recordedTag : words.localTag);
    if (this.#events.isLocked(rule)) about.append(" · ", words.locked);
    return about;
  }

  #preview({ formula, fix }: PlacedFinding): Node[] {
    if (fix === null || !this.#isPreviewed) return [];
    const effect = fix.safe ? words.keepsResult : words.mayChange;
    return [
      make(
        "div",
        "fix",
        make(
          "p",
          "",
          proper(fix.title),
          make("span", `effect ${fix.safe ? "safe" : "unsafe"}`, effect),
        ),
        diffOf(formula, fix.formula),
      ),
    ];
  }

  #buttons(places: FindingRow["places"], place: PlacedFinding): HTMLElement {
    const { fix } = place;
    const buttons = [
      button("go", words.go, () => {
        this.#events.go(place);
      }),
    ];
    if (fix !== null && !this.#isPreviewed) {
      buttons.push(
        button("fix", words.preview, () => {
          this.#isPreviewed = true;
          this.#draw();
        }),
      );
    }
    if (fix !== null && this.#isPreviewed) {
      // The same name as the button in whose place it stands: the focus goes on to it.
      const apply = button("fix", words.apply, () => {
        this.#events.change(changesOf([place]), fix.title);
      });
      apply.classList.add("main");
      buttons.push(apply);
      const all = changesOf(places);
      if (all.length > 1) {
        buttons.push(
          button("fix-all", words.applyAll(all.length), () => {
            this.#events.change(all, fix.title);
          }),
        );
      }
    }
    if (!this.#events.isLocked(place.rule)) {
      buttons.push(
        button("suppress", words.suppress, () => {
          this.#events.suppress(place);
        }),
      );
    }
    if (this.#events.canExplain()) {
      buttons.push(
        button("explain", words.explain, () => {
          this.#events.explain(place);
        }),
      );
    }
    return make("div", "buttons", ...buttons);
  }
}

/** The fixes of these findings as changes of their cells. */
export function changesOf(places: readonly PlacedFinding[]): Change[] {
  return places.flatMap((place) => {
    const { sheetId, formula, fix } = place;
    if (fix === null) return [];
    return [{ sheetId, cell: cellName(place), expected: formula, formula: fix.formula }];
  });
}

function citation({ policy }: PlacedFinding): Node[] {
  if (policy === null) return [];
  const sentence = make("blockquote", "", proper(policy.sentence));
  const source = make("figcaption", "", ...visible(words.citation(policy.title, policy.version)));
  source.dir = "auto";
  return [make("figure", "citation", sentence, source)];
}

/** Of long parts that both have, this much is shown at either side of a difference. */
const CONTEXT = 60;
const DIFFERENT = 400;

/** Two formulas, one below the other, with what differs marked by colour and by form. */
export function diffOf(before: string, after: string): HTMLElement {
  const pieces = compare(before, after);
  return make(
    "dl",
    "diff",
    ...line("removed", words.now, "−", pieces),
    ...line("added", words.after, "+", pieces),
  );
}

function line(
  kind: "removed" | "added",
  label: string,
  sign: string,
  pieces: readonly Piece[],
): HTMLElement[] {
  const code = make("code", "");
  code.dir = "ltr";
  for (const piece of pieces) {
    if (piece.kind === "same") code.append(...visible(shortened(piece.text, CONTEXT * 2)));
    else if (piece.kind === kind) {
      const text = visible(shortened(piece.text, DIFFERENT));
      code.append(make(kind === "removed" ? "del" : "ins", "", ...text));
    }
  }
  const mark = make("span", "diff-sign", sign);
  mark.setAttribute("aria-hidden", "true");
  return [make("dt", "unseen", label), make("dd", kind, mark, code)];
}
