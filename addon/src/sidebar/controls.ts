/** Small pieces that all parts of the page use. */
import { make } from "../shared/elements.ts";

export interface ButtonLook {
  /** What it is called where its text says too little. */
  readonly label?: string;
  readonly className?: string;
}

/** A button; `name` is the same for the button that takes its place when its surroundings are drawn anew. */
export function button(
  name: string,
  text: string,
  act: () => void,
  { label, className = "" }: ButtonLook = {},
): HTMLButtonElement {
  const element = make("button", `button ${className}`.trim(), text);
  element.type = "button";
  element.dataset["name"] = name;
  if (label !== undefined) {
    element.setAttribute("aria-label", label);
    element.title = label;
  }
  element.addEventListener("click", act);
  return element;
}

/** Puts `parts` in place of what `element` has; the focus goes on to what has the same name. */
export function replaceKeepingFocus(element: HTMLElement, parts: readonly Node[]): void {
  const focused = document.activeElement;
  const name =
    focused instanceof HTMLElement && element.contains(focused)
      ? focused.dataset["name"]
      : undefined;
  element.replaceChildren(...parts);
  if (name === undefined) return;
  const next =
    element.querySelector<HTMLElement>(`[data-name="${CSS.escape(name)}"]`) ??
    element.querySelector<HTMLElement>("[data-name]");
  next?.focus({ preventScroll: true });
}

/** Shows `text`; what is the same already is left alone, because it would be read out again. */
export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
