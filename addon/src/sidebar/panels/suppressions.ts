/** The list of what is silenced; those who may, end an entry. */
import { make } from "../../shared/elements.ts";
import type { Panel, Surface } from "../panel.ts";
import { proper } from "../text.ts";
import { mayWrite, readSuppressions, type Suppression } from "./answers.ts";
import { Area, failureOf } from "./area.ts";
import { ask, get, type Outcome } from "./ask.ts";
import { whoAmI } from "./me.ts";
import { button, makePanel, note, onEscape } from "./parts.ts";
import { dayName } from "./quota.ts";
import { aboutOf } from "./silence.ts";
import { words } from "./words.ts";

export function suppressionsPanel(surface: Surface): Panel {
  const area = new Area(surface);
  const parts = [make("p", "panels-intro", words.suppressions.intro), area.element];
  return makePanel(surface, words.suppressions.title, parts, () => {
    void area.fill(
      () => find(surface),
      ({ suppressions, mayDelete }) => show(surface, suppressions, mayDelete),
    );
  });
}

interface Found {
  readonly suppressions: readonly Suppression[];
  readonly mayDelete: boolean;
}

async function find({ script }: Surface): Promise<Outcome<Found>> {
  const [list, me] = await Promise.all([
    get(script, "/api/suppressions", readSuppressions),
    whoAmI(script),
  ]);
  if (!list.ok) return list;
  if (!me.ok) return me;
  return { ok: true, value: { suppressions: list.value, mayDelete: mayWrite(me.value) } };
}

function show(
  surface: Surface,
  suppressions: readonly Suppression[],
  mayDelete: boolean,
): HTMLElement[] {
  if (suppressions.length === 0) return [note(words.suppressions.empty)];
  const list = make("ul", "panels-list");
  for (const suppression of suppressions) {
    const entry = item(suppression);
    if (mayDelete) entry.append(remover(surface, suppression, entry));
    list.append(entry);
  }
  return mayDelete ? [list] : [note(words.suppressions.viewer), list];
}

function item(suppression: Suppression): HTMLLIElement {
  const { reason, author, createdAt, expiresAt, state, lastMatchedOn } = suppression;
  const ends =
    expiresAt === null ? words.suppressions.stays : words.suppressions.ends(dayName(expiresAt));
  const matched =
    lastMatchedOn === null
      ? words.suppressions.neverMatched
      : words.suppressions.lastMatched(dayName(lastMatchedOn));
  const by = words.suppressions.by(author ?? words.suppressions.program, dayName(createdAt));
  return make(
    "li",
    `panels-suppression panels-${state}`,
    make("p", "panels-about", proper(aboutOf(suppression))),
    make("p", "panels-quote", proper(reason)),
    make("p", "panels-hint", by),
    make("p", "panels-hint", [words.suppressions.state[state], ends, matched].join(" · ")),
  );
}

/** Deletes at the second press only: what was silenced comes back for everyone. */
function remover(surface: Surface, suppression: Suppression, entry: HTMLLIElement): HTMLElement {
  const whole = make("div", "panels-remover");
  const start = button(words.suppressions.delete, () => {
    whole.replaceChildren(sure);
    cancel.focus();
  });
  start.setAttribute("aria-label", words.suppressions.deleteThis(aboutOf(suppression)));
  const back = (): void => {
    whole.replaceChildren(start);
    start.focus();
  };
  const outcome = make("div", "");
  const cancel = button(words.cancel, back);
  const yes = button(
    words.suppressions.yes,
    async () => {
      const path = `/api/suppressions/${encodeURIComponent(suppression.id)}`;
      const request = { method: "DELETE", path, body: null } as const;
      const answer = await ask(surface.script, request, () => null);
      if (answer.ok) removed(surface, entry);
      else outcome.replaceChildren(failureOf(surface, answer.failure, null));
    },
    "button panels-danger",
  );
  const sure = make("div", "panels-sure", note(words.suppressions.sure), cancel, yes, outcome);
  onEscape(sure, back);
  whole.append(start);
  return whole;
}

/** The focus goes to what stands next, so that it is not lost with the entry. */
function removed(surface: Surface, entry: HTMLLIElement): void {
  const neighbour = entry.nextElementSibling ?? entry.previousElementSibling;
  const area = entry.closest<HTMLElement>(".panels-area");
  entry.remove();
  if (neighbour === null) area?.replaceChildren(note(words.suppressions.empty));
  (neighbour?.querySelector("button") ?? area)?.focus();
  surface.say(words.suppressions.deleted);
  surface.recheck();
}
