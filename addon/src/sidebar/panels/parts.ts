/** The elements that panels are made of. Text only ever becomes text. */
import { make } from "../../shared/elements.ts";
import type { Panel, Surface } from "../panel.ts";
import { words } from "./words.ts";

let made = 0;

/** An id that no other element of the page has. */
function newId(): string {
  made += 1;
  return `panels-${made}`;
}

/**
 * A panel of these parts. Escape closes it, unless a part of it takes the key for itself; `open`
 * fills it.
 */
export function makePanel(
  surface: Surface,
  title: string,
  parts: readonly Node[],
  open: () => void,
): Panel {
  const element = make("div", "panels", ...parts);
  onEscape(element, () => {
    surface.close();
  });
  return { title, element, open };
}

/** Has Escape within the element do this and nothing else. */
export function onEscape(element: HTMLElement, act: () => void): void {
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing || event.defaultPrevented) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  });
}

/** A button. It stays focusable while what it started runs, but then starts nothing. */
export function button(
  label: string,
  act: () => void | Promise<void>,
  className = "button",
): HTMLButtonElement {
  const element = make("button", className, label);
  element.type = "button";
  element.addEventListener("click", () => {
    void once(element, act);
  });
  return element;
}

/** Runs `act` unless it runs already, and shows on the element that it does. */
export async function once(element: HTMLElement, act: () => void | Promise<void>): Promise<void> {
  if (element.getAttribute("aria-disabled") === "true") return;
  const running = act();
  if (running === undefined) return;
  element.setAttribute("aria-disabled", "true");
  try {
    await running;
  } finally {
    element.removeAttribute("aria-disabled");
  }
}

/** A control with its label and, below it, what else is to be known. */
export function field(label: string, control: HTMLElement, hint = ""): HTMLDivElement {
  control.id = newId();
  const name = make("label", "panels-label", label);
  name.htmlFor = control.id;
  const whole = make("div", "panels-field", name, control);
  if (hint !== "") whole.append(describe(control, hint));
  return whole;
}

/** A text that is read out with the control. */
export function describe(control: HTMLElement, hint: string): HTMLParagraphElement {
  const text = make("p", "panels-hint", hint);
  text.id = newId();
  const others = control.getAttribute("aria-describedby");
  control.setAttribute("aria-describedby", others === null ? text.id : `${others} ${text.id}`);
  return text;
}

/** A check box or radio button in front of its label. */
export function choice(label: string, control: HTMLInputElement, hint = ""): HTMLDivElement {
  control.id = newId();
  const name = make("label", "", label);
  name.htmlFor = control.id;
  const whole = make("div", "panels-choice", control, name);
  if (hint !== "") whole.append(describe(control, hint));
  return whole;
}

export function input(type: string, maxLength?: number): HTMLInputElement {
  const element = make("input", type === "text" || type === "date" ? "panels-input" : "");
  element.type = type;
  if (maxLength !== undefined) element.maxLength = maxLength;
  return element;
}

/** A heading within a panel, which the focus can be put on. */
export function heading(text: string, level: "h3" | "h4" = "h3"): HTMLHeadingElement {
  const element = make(level, "panels-heading", text);
  element.tabIndex = -1;
  return element;
}

/** A section with a heading as its name. */
export function section(title: string, ...parts: readonly Node[]): HTMLElement {
  const name = heading(title);
  name.id = newId();
  const element = make("section", "panels-section", name, ...parts);
  element.setAttribute("aria-labelledby", name.id);
  return element;
}

/** Names and values. */
export function facts(rows: readonly (readonly [string, Node | string])[]): HTMLDListElement {
  return make(
    "dl",
    "panels-facts",
    ...rows.map(([name, value]) => make("div", "", make("dt", "", name), make("dd", "", value))),
  );
}

export function note(text: string): HTMLParagraphElement {
  return make("p", "panels-note", text);
}

/** A text that only screen readers tell. */
export function unseen(text: string): HTMLSpanElement {
  return make("span", "unseen", text);
}

/** A button that copies; where the browser forbids it, the text is selected to be copied by hand. */
export function copyButton(surface: Surface, label: string, text: () => string): HTMLElement {
  const whole = make("div", "panels-copy");
  const copy = button(label, async () => {
    try {
      await navigator.clipboard.writeText(text());
      whole.replaceChildren(copy);
      surface.say(words.copied);
    } catch {
      const area = make("textarea", "panels-input");
      area.readOnly = true;
      area.value = text();
      area.rows = 3;
      whole.replaceChildren(copy, field(words.copyText, area));
      area.focus();
      area.select();
      surface.say(words.notCopied);
    }
  });
  whole.append(copy);
  return whole;
}
