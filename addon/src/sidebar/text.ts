/**
 * Shows text of unknown origin: what can not be seen is named, what would turn the direction of
 * writing around is shown and not obeyed, and long texts are cut around what matters.
 */
import type { Span } from "../shared/finding.ts";
import { make } from "../shared/elements.ts";
import { cut } from "../shared/marked.ts";
import { words } from "./words.ts";

/**
 * What can not be seen: controls (line break and tab aside), what has no width or turns the
 * direction of writing, spaces that are none, halves of characters. Not the signs of Arabic numbers,
 * which are counted among them, and not the joiner within an emoji.
 */
const hidden =
  /(?![\n\t \u0600-\u0605\u06dd\u070f]|(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Variation_Selector}])\u200d)(?:[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Zs}\u115f\u1160\u3164]|\u17b4|\u17b5)/gu;

/** The nodes that show `text`, with a name in place of what can not be seen. */
export function visible(text: string): Node[] {
  const nodes: Node[] = [];
  let from = 0;
  for (const match of text.matchAll(hidden)) {
    if (match.index > from) nodes.push(document.createTextNode(text.slice(from, match.index)));
    nodes.push(nameOf(match[0]));
    from = match.index + match[0].length;
  }
  if (from < text.length) nodes.push(document.createTextNode(text.slice(from)));
  return nodes;
}

function nameOf(character: string): HTMLElement {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  const name = make("span", "hidden-character", `U+${code}`);
  name.title = words.hiddenCharacter;
  return name;
}

/** Text that people wrote, in the direction of its own script. */
export function proper(text: string, className = ""): HTMLElement {
  const element = make("bdi", className, ...visible(text));
  element.dir = "auto";
  return element;
}

/** How much of a long formula is shown on either side of the part in question, and of that part. */
const room = { around: 90, marked: 280 } as const;

/** A formula with the part in question marked; long ones are cut unless they are wanted whole. */
export function formulaOf(formula: string, span: Span | null, isWhole: boolean): HTMLElement {
  const { before, marked, after } = cut(formula, span);
  const code = make("code", "formula");
  // Formulas are written from left to right, whatever their texts are.
  code.dir = "ltr";
  const [head, part, tail] = isWhole
    ? [before, marked, after]
    : marked === ""
      ? ["", "", shortened(before + after, room.marked)]
      : [lastOf(before, room.around), shortened(marked, room.marked), firstOf(after, room.around)];
  code.append(...visible(head));
  if (part !== "") code.append(make("mark", "", ...visible(part)));
  code.append(...visible(tail));
  return code;
}

export function isLong(formula: string): boolean {
  return formula.length > room.marked;
}

/** The ends of `text`, with what is left out in their middle. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${firstOf(text, Math.floor(most / 2))}${lastOf(text, Math.floor(most / 2) - 1).slice(1)}`;
}

function firstOf(text: string, most: number): string {
  if (text.length <= most) return text;
  // Never half of a character.
  return `${text.slice(0, isHalf(text, most) ? most - 1 : most)}…`;
}

function lastOf(text: string, most: number): string {
  if (text.length <= most) return text;
  const from = text.length - most;
  return `…${text.slice(isHalf(text, from) ? from + 1 : from)}`;
}

/** Whether a cut at `index` would go through a surrogate pair. */
function isHalf(text: string, index: number): boolean {
  return (text.codePointAt(index - 1) ?? 0) > 0xffff;
}
