/** All safe fixes at once: every change is shown before any is made. */
import type { Change } from "../shared/bridge.ts";
import { make } from "../shared/elements.ts";
import { button } from "./controls.ts";
import { changesOf, diffOf } from "./detail.ts";
import { type Found, placeName } from "./found.ts";
import type { Panel, PlacedFinding } from "./panel.ts";
import { proper } from "./text.ts";
import { words } from "./words.ts";

/** Changes that are drawn at once; the others come when they are asked for. */
const PAGE = 100;

export interface SafeFixes {
  /** One for each cell. */
  readonly places: readonly PlacedFinding[];
  /** Fixes of cells that have another one already. */
  readonly left: number;
}

/** The fixes that keep the result of their formula. Each is a whole formula, so a cell takes one. */
export function safeFixesOf(found: Found): SafeFixes {
  const byCell = new Map<string, PlacedFinding>();
  let left = 0;
  for (const { places } of found.patterns) {
    for (const place of places) {
      if (place.fix?.safe !== true) continue;
      const cell = `${place.sheetId} ${place.column} ${place.row}`;
      if (byCell.has(cell)) left += 1;
      else byCell.set(cell, place);
    }
  }
  return { places: [...byCell.values()], left };
}

export function safeFixesPanel(
  { places, left }: SafeFixes,
  apply: (changes: readonly Change[], title: string) => void,
): Panel {
  const element = make("div", "safe");
  return {
    title: words.fixAllTitle,
    element,
    open: () => {
      if (places.length === 0) {
        element.replaceChildren(make("p", "", words.noSafeFixes));
        return;
      }
      const all = button("apply", words.fixAllButton(places.length), () => {
        apply(changesOf(places), words.fixAllTitle);
      });
      all.classList.add("main", "wide");
      const list = make("ol", "changes");
      element.replaceChildren(make("p", "", words.fixAllText(places.length, left)), all, list);
      addPage(element, list, places, 0);
    },
  };
}

function addPage(
  element: HTMLElement,
  list: HTMLElement,
  places: readonly PlacedFinding[],
  from: number,
): void {
  const page = places.slice(from, from + PAGE);
  const items = page.map((place) => {
    const title = make(
      "p",
      "",
      proper(placeName(place), "where"),
      " ",
      proper(place.fix?.title ?? ""),
    );
    return make("li", "", title, diffOf(place.formula, place.fix?.formula ?? place.formula));
  });
  list.append(...items);
  const next = from + page.length;
  if (next >= places.length) return;
  const more = button("more", words.showMore(places.length - next), () => {
    more.remove();
    addPage(element, list, places, next);
    const first = list.children[next];
    if (first instanceof HTMLElement) {
      first.tabIndex = -1;
      first.focus();
    }
  });
  element.append(more);
}
