/** Who the user is here, and what they prefer; kept by the script for this user. */
import type { Settings, Surroundings } from "../../shared/bridge.ts";
import { make } from "../../shared/elements.ts";
import type { Panel, Surface } from "../panel.ts";
import type { Me } from "./answers.ts";
import { Area, failureOf } from "./area.ts";
import { call, type Failure, type OrganizationChoice, type Outcome } from "./ask.ts";
import { forgetMe, whoAmI } from "./me.ts";
import { button, choice, facts, field, input, makePanel, note, once, section } from "./parts.ts";
import { words } from "./words.ts";

export function settingsPanel(surface: Surface): Panel {
  const view = new SettingsView(surface);
  return makePanel(surface, words.settings.title, [view.element], () => {
    view.open();
  });
}

interface Found {
  readonly around: Surroundings;
  readonly me: Outcome<Me>;
}

class SettingsView {
  readonly element: HTMLDivElement;
  readonly #surface: Surface;
  readonly #area: Area;
  /** As the script keeps them. */
  #settings: Settings = { organization: null, department: null, checkOnOpen: false };

  constructor(surface: Surface) {
    this.#surface = surface;
    this.#area = new Area(surface);
    this.element = this.#area.element;
  }

  open(): void {
    void this.#load();
  }

  async #load(): Promise<void> {
    await this.#area.fill(
      () => this.#find(),
      (found) => [this.#you(found), this.#preferences()],
    );
  }

  async #find(): Promise<Outcome<Found>> {
    const { script } = this.#surface;
    const [around, me] = await Promise.all([call(script.getSurroundings()), whoAmI(script)]);
    if (!around.ok) return around;
    this.#settings = around.value.settings;
    return { ok: true, value: { around: around.value, me } };
  }

  #you({ around, me }: Found): HTMLElement {
    const email = around.email || words.settings.unknownEmail;
    if (!me.ok) {
      const about = facts([[words.settings.email, email]]);
      return section(words.settings.you, about, this.#unknown(me.failure));
    }
    const { organization, user, role } = me.value;
    const about = facts([
      [words.settings.email, around.email || (user?.email ?? words.settings.unknownEmail)],
      [words.settings.organization, organization.name],
      [words.settings.role, words.roles[role]],
    ]);
    const below = make("div", "");
    const change = button(words.settings.changeOrganization, () => this.#change(below));
    below.append(change);
    return section(words.settings.you, about, below);
  }

  /** Nobody is known yet: perhaps because one of several organizations is to be chosen. */
  #unknown(failure: Failure): HTMLElement {
    return failure.organizations.length > 0
      ? this.#chooser(failure.organizations)
      : failureOf(this.#surface, failure, () => this.#load());
  }

  /** Shows between which organizations there is a choice. */
  async #change(below: HTMLElement): Promise<void> {
    const asked = await this.#askOrganizations();
    if (!asked.ok) {
      below.replaceChildren(failureOf(this.#surface, asked.failure, null));
    } else if (asked.value.length === 0) {
      below.replaceChildren(note(words.settings.onlyOne));
      this.#surface.say(words.settings.onlyOne);
      this.#area.element.focus();
    } else {
      const chooser = this.#chooser(asked.value);
      below.replaceChildren(chooser);
      chooser.querySelector("select")?.focus();
    }
  }

  /**
   * The person's organizations; none when there is but one. The server names them to whoever does
   * not say which one is meant, so for the time of the question nothing is said.
   */
  async #askOrganizations(): Promise<Outcome<readonly OrganizationChoice[]>> {
    const before = this.#settings;
    const unsaid = await this.#keep({ ...before, organization: null });
    if (!unsaid.ok) return unsaid;
    const me = await whoAmI(this.#surface.script);
    const restored = await this.#keep(before);
    if (!restored.ok) return restored;
    if (me.ok) return { ok: true, value: [] };
    const { organizations } = me.failure;
    return organizations.length > 0 ? { ok: true, value: organizations } : me;
  }

  #chooser(organizations: readonly OrganizationChoice[]): HTMLElement {
    const select = make("select", "panels-input");
    const hint = make("option", "", words.settings.choose);
    hint.value = "";
    select.append(hint);
    for (const { id, name } of organizations) {
      const option = make("option", "", name);
      option.value = id;
      option.selected = id === this.#settings.organization;
      select.append(option);
    }
    const outcome = make("div", "");
    const use = button(words.settings.use, async () => {
      if (select.value === "") {
        select.focus();
        return;
      }
      const kept = await this.#keep({ ...this.#settings, organization: select.value });
      if (kept.ok) {
        this.#surface.say(words.settings.saved);
        this.#surface.recheck();
        this.#area.element.focus();
        await this.#load();
      } else {
        outcome.replaceChildren(failureOf(this.#surface, kept.failure, null));
      }
    });
    const control = field(words.settings.organization, select, words.settings.chooseOrganization);
    return make("div", "panels-form", control, use, outcome);
  }

  #preferences(): HTMLElement {
    const department = input("text", 200);
    department.value = this.#settings.department ?? "";
    const checkOnOpen = input("checkbox");
    checkOnOpen.checked = this.#settings.checkOnOpen;
    const save = make("button", "button main", words.settings.save);
    const outcome = make("div", "panels-said");
    const form = make(
      "form",
      "panels-form",
      field(words.settings.department, department, words.settings.departmentHint),
      choice(words.settings.checkOnOpen, checkOnOpen, words.settings.checkHint),
      save,
      outcome,
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void once(save, async () => {
        const wanted = {
          ...this.#settings,
          department: department.value.trim() || null,
          checkOnOpen: checkOnOpen.checked,
        };
        outcome.replaceChildren(await this.#saved(wanted));
      });
    });
    return section(words.settings.preferences, form);
  }

  async #saved(wanted: Settings): Promise<HTMLElement> {
    const isOther = wanted.department !== this.#settings.department;
    const kept = await this.#keep(wanted);
    if (!kept.ok) return failureOf(this.#surface, kept.failure, null);
    if (isOther) this.#surface.recheck();
    this.#surface.say(words.settings.saved);
    return note(words.settings.saved);
  }

  async #keep(settings: Settings): Promise<Outcome<null>> {
    const kept = await call(this.#surface.script.saveSettings(settings));
    if (kept.ok) {
      this.#settings = settings;
      forgetMe(this.#surface.script);
    }
    return kept;
  }
}
