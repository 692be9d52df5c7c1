/** Draws the rows of the list. Decides nothing about them. */
import type { Severity } from "../shared/finding.ts";
import { make } from "../shared/elements.ts";
import { cut } from "../shared/marked.ts";
import { placeName } from "./found.ts";
import { proper, shortened, visible } from "./text.ts";
import type { FindingRow, GroupRow, Grouping, Row } from "./view.ts";
import { words } from "./words.ts";

/** The heights of rows in pixels, which the list counts on. */
export const heights = { group: 32, finding: 48 } as const;

/** As much of the part in question as fits beside the rule's name. */
const EXCERPT = 40;

/** `approximate-lookup` as people read it. */
export function ruleTitle(rule: string): string {
  const spaced = rule.replaceAll("-", " ");
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/** The severity by form and letter; its colour only repeats them. */
export function signOf(severity: Severity): HTMLElement {
  const sign = make("span", `sign ${severity}`, words.sign[severity]);
  sign.setAttribute("role", "img");
  sign.setAttribute("aria-label", words.severity[severity]);
  return sign;
}

/** Makes `element` show `row`. */
export function drawRow(element: HTMLElement, row: Row, grouping: Grouping): void {
  element.className = `row ${row.kind} level-${row.position.level}`;
  element.setAttribute("aria-level", String(row.position.level));
  element.setAttribute("aria-posinset", String(row.position.index));
  element.setAttribute("aria-setsize", String(row.position.count));
  const cell = make("div", "cell", ...(row.kind === "group" ? group(row, grouping) : finding(row)));
  cell.setAttribute("role", "gridcell");
  element.replaceChildren(cell);
}

function group({ label, count }: GroupRow, grouping: Grouping): Node[] {
  const name = grouping === "rule" ? ruleTitle(label) : label;
  return [chevron(), proper(name, "label"), make("span", "count", words.amount(count))];
}

function finding({ places }: FindingRow): Node[] {
  const [first] = places;
  const { severity, rule, policy, span, formula, recorded } = first;
  const place = make("span", "place", proper(placeName(first)));
  if (places.length > 1) place.append(make("span", "more", words.copies(places.length - 1)));
  const { marked } = cut(formula, span);
  const excerpt = make("code", "excerpt", ...visible(shortened(marked, EXCERPT)));
  excerpt.dir = "ltr";
  const what = make("span", "what", ruleTitle(rule), excerpt);
  const tags = make("span", "tags");
  if (policy !== null) tags.append(make("span", "tag policy", words.policy));
  if (!recorded) tags.append(make("span", "tag local", words.localTagShort));
  return [chevron(), signOf(severity), make("span", "line", place, tags), what];
}

/** Which way it opens; `aria-expanded` says the same. */
function chevron(): HTMLElement {
  const sign = make("span", "chevron");
  sign.setAttribute("aria-hidden", "true");
  return sign;
}
