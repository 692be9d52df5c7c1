/** Silences a finding, for a reason that is kept. What is silenced is decided by the server. */
import { make } from "../../shared/elements.ts";
import type { Panel, PlacedFinding, Surface } from "../panel.ts";
import { proper, visible } from "../text.ts";
import { mayWrite, readSuppression } from "./answers.ts";
import { Area, failureOf } from "./area.ts";
import { ask } from "./ask.ts";
import { whoAmI } from "./me.ts";
import { choice, describe, facts, field, input, makePanel, note, once } from "./parts.ts";
import { charactersIn, check, longestReason, placeOf, type Reach, reaches } from "./silence.ts";
import { words } from "./words.ts";

/** The form for one finding. */
export function suppressForm(surface: Surface, finding: PlacedFinding): Panel {
  const area = new Area(surface);
  const about = facts([
    [words.suppress.rule, make("code", "", finding.rule)],
    [words.suppress.cell, proper(placeOf(finding))],
  ]);
  const parts = [about, make("p", "", ...visible(finding.message)), area.element];
  return makePanel(surface, words.suppress.title, parts, () => {
    void area.fill(
      () => whoAmI(surface.script),
      (me) => (mayWrite(me) ? [new Form(surface, finding).element] : [note(words.suppress.viewer)]),
    );
  });
}

class Form {
  readonly element = make("form", "panels-form");
  readonly #surface: Surface;
  readonly #finding: PlacedFinding;
  readonly #reach: ReadonlyMap<Reach, HTMLInputElement>;
  readonly #range = input("text", 1000);
  readonly #reason = make("textarea", "panels-input");
  readonly #until = input("date");
  readonly #submit = make("button", "button main", words.suppress.submit);
  readonly #outcome = make("div", "");

  constructor(surface: Surface, finding: PlacedFinding) {
    this.#surface = surface;
    this.#finding = finding;
    this.#reach = new Map(reaches.map((reach) => [reach, input("radio")]));
    this.#range.value = placeOf(finding);
    this.#reason.required = true;
    this.#reason.rows = 3;
    this.element.noValidate = true;
    this.element.append(
      this.#choices(),
      this.#why(),
      field(words.suppress.until, this.#until, words.suppress.untilHint),
      this.#submit,
      this.#outcome,
    );
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      void once(this.#submit, () => this.#send());
    });
  }

  /** How far the silence reaches; the range is asked for only where it is the answer. */
  #choices(): HTMLFieldSetElement {
    const range = field(words.suppress.range, this.#range, words.suppress.rangeHint);
    const whole = make("fieldset", "panels-group", make("legend", "", words.suppress.what));
    const show = (): void => {
      range.hidden = this.#chosen() !== "range";
    };
    for (const [reach, radio] of this.#reach) {
      radio.name = "reach";
      radio.checked = reach === "finding";
      radio.addEventListener("change", show);
      whole.append(choice(words.suppress.reach[reach], radio));
      if (reach === "range") whole.append(range);
    }
    show();
    return whole;
  }

  #chosen(): Reach {
    return reaches.find((reach) => this.#reach.get(reach)?.checked) ?? "finding";
  }

  /** The reason, with how much of it may still be written. */
  #why(): HTMLElement {
    const whole = field(words.suppress.reason, this.#reason, words.suppress.reasonHint);
    const counter = describe(this.#reason, "");
    const tell = (): void => {
      const left = longestReason - charactersIn(this.#reason.value.trim());
      counter.textContent = words.suppress.left(Math.max(left, 0));
    };
    this.#reason.addEventListener("input", tell);
    tell();
    whole.append(counter);
    return whole;
  }

  async #send(): Promise<void> {
    const fields = { range: this.#range, reason: this.#reason, until: this.#until };
    for (const each of Object.values(fields)) each.removeAttribute("aria-invalid");
    const filled = {
      reach: this.#chosen(),
      range: this.#range.value,
      reason: this.#reason.value,
      until: this.#until.value,
    };
    const checked = check(this.#finding, filled, new Date());
    if (!checked.ok) {
      const unfit = fields[checked.field];
      unfit.setAttribute("aria-invalid", "true");
      this.#outcome.replaceChildren(note(checked.message));
      this.#surface.say(checked.message);
      unfit.focus();
      return;
    }
    this.#outcome.replaceChildren(note(words.suppress.submitting));
    const request = { method: "POST", path: "/api/suppressions", body: checked.body } as const;
    const answer = await ask(this.#surface.script, request, readSuppression);
    if (answer.ok) {
      this.#surface.recheck();
      this.#surface.close();
      this.#surface.say(words.suppress.done);
    } else {
      this.#outcome.replaceChildren(failureOf(this.#surface, answer.failure, null));
    }
  }
}
