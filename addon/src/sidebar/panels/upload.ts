/**
 * A new policy: read and tried first, stored when it is saved. Text is tried without being stored;
 * the text of a Word or PDF file is found by the server, which keeps it as a draft meanwhile.
 */
import { make } from "../../shared/elements.ts";
import type { Panel, Surface } from "../panel.ts";
import { type CompiledPolicy, mayWrite, readCompiledPolicy, readPreview } from "./answers.ts";
import { Area, failureOf } from "./area.ts";
import { ask, type Outcome } from "./ask.ts";
import { accepted, kindOf, mostBytes, textOf, titleOf, toBase64, trialOf } from "./document.ts";
import { whoAmI } from "./me.ts";
import { button, field, heading, input, makePanel, note, once } from "./parts.ts";
import { sentenceView } from "./sentence_view.ts";
import { trialView } from "./trial_view.ts";
import { words } from "./words.ts";

export function uploadPanel(surface: Surface): Panel {
  const form = new UploadForm(surface);
  return makePanel(surface, words.upload.title, [form.element], () => {
    form.open();
  });
}

/** A file whose text the server finds. */
interface Binary {
  readonly name: string;
  readonly type: string;
  readonly base64: string;
}

class UploadForm {
  readonly element: HTMLDivElement;
  readonly #surface: Surface;
  readonly #role = make("div", "panels-role");
  readonly #form = make("form", "panels-form");
  readonly #title = input("text", 200);
  readonly #department = input("text", 200);
  readonly #text = make("textarea", "panels-input");
  readonly #file = input("file");
  readonly #submit = make("button", "button main", words.upload.preview);
  readonly #said = make("div", "panels-said");
  readonly #result: Area;
  /** What is read by the server; null while the text is what counts. */
  #binary: Binary | null = null;
  /** Whether the role allows saving; true as well while that is not known: the server decides. */
  #maySave = true;

  constructor(surface: Surface) {
    this.#surface = surface;
    this.#result = new Area(surface);
    this.#text.rows = 6;
    this.#file.accept = accepted;
    this.#form.noValidate = true;
    this.#form.append(
      field(words.upload.name, this.#title),
      field(words.upload.department, this.#department, words.upload.departmentHint),
      field(words.upload.text, this.#text, words.upload.textHint),
      field(words.upload.file, this.#file, words.upload.fileHint),
      this.#submit,
    );
    this.#text.addEventListener("input", () => {
      this.#forgetFile();
    });
    this.#file.addEventListener("change", () => {
      void this.#choose(this.#file.files?.[0] ?? null);
    });
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      void once(this.#submit, () => this.#start());
    });
    this.element = make(
      "div",
      "",
      make("p", "panels-intro", words.upload.intro),
      this.#role,
      this.#form,
      this.#said,
      this.#result.element,
    );
  }

  open(): void {
    void this.#findRole();
  }

  /** Tells a viewer before the work of writing a policy, not after. */
  async #findRole(): Promise<void> {
    const me = await whoAmI(this.#surface.script);
    this.#maySave = !me.ok || mayWrite(me.value);
    const told = me.ok ? words.upload.viewer : words.upload.unknownRole;
    this.#role.replaceChildren(...(me.ok && this.#maySave ? [] : [note(told)]));
  }

  /** The text was changed, so neither a file nor what was read of it counts any more. */
  #forgetFile(): void {
    this.#binary = null;
    this.#file.value = "";
    this.#submit.textContent = words.upload.preview;
    this.#said.replaceChildren();
    this.#result.show();
  }

  async #choose(file: File | null): Promise<void> {
    this.#result.show();
    this.#binary = null;
    this.#submit.textContent = words.upload.preview;
    if (file === null) return;
    const refused = await this.#take(file);
    if (refused === null) {
      if (this.#title.value.trim() === "") this.#title.value = titleOf(file.name);
    } else {
      this.#file.value = "";
      this.#tell(refused);
    }
  }

  /** Takes the file for what the form is about; gives the reason why it does not. */
  async #take(file: File): Promise<string | null> {
    const known = kindOf(file.name);
    if (known === null) return words.upload.wrongKind(file.name);
    if (file.size > mostBytes) return words.upload.tooLarge(file.name);
    const buffer = await file.arrayBuffer().catch(() => null);
    if (buffer === null) return words.upload.unreadableFile(file.name);
    const bytes = new Uint8Array(buffer);
    if (known.kind === "binary") {
      this.#text.value = "";
      this.#binary = { name: file.name, type: known.type, base64: toBase64(bytes) };
      this.#submit.textContent = words.upload.readAsDraft;
      this.#tell(words.upload.chosen(file.name), words.upload.draftHint);
      return null;
    }
    const text = textOf(bytes);
    if (text === null) return words.upload.notText(file.name);
    if (text.trim() === "") return words.upload.empty(file.name);
    this.#text.value = text;
    this.#said.replaceChildren();
    return null;
  }

  #tell(...texts: readonly string[]): void {
    this.#said.replaceChildren(...texts.map(note));
    this.#surface.say(texts.join(" "));
  }

  async #start(): Promise<void> {
    if (this.#binary !== null) {
      await this.#draft(this.#binary);
    } else if (this.#text.value.trim() === "") {
      this.#refuse(this.#text, words.upload.needsText);
    } else {
      this.#said.replaceChildren();
      await this.#preview(this.#text.value);
    }
  }

  #refuse(control: HTMLElement, reason: string): void {
    control.setAttribute("aria-invalid", "true");
    control.addEventListener(
      "input",
      () => {
        control.removeAttribute("aria-invalid");
      },
      { once: true },
    );
    this.#tell(reason);
    control.focus();
  }

  async #preview(content: string): Promise<void> {
    const trial = trialOf(content, this.#surface.results()?.snapshot ?? null);
    const save = this.#maySave ? [this.#saveButton(content)] : [];
    if (trial === null) {
      this.#result.show(note(words.upload.tooLongToTry), ...save);
      return;
    }
    const body = JSON.stringify({ content, formulas: trial.formulas });
    const request = { method: "POST", path: "/api/policies/preview", body } as const;
    await this.#result.fill(
      () => ask(this.#surface.script, request, readPreview),
      (preview) => [
        this.#resultHeading(),
        sentenceView(preview.sentences),
        ...trialView(preview, trial),
        ...save,
      ],
    );
  }

  /** Is shown next and gets the focus then, so that what came is read where it begins. */
  #resultHeading(): HTMLElement {
    const title = heading(words.upload.result);
    queueMicrotask(() => {
      title.focus();
    });
    return title;
  }

  #saveButton(content: string): HTMLElement {
    const outcome = make("div", "");
    const save = button(
      words.upload.save,
      async () => {
        const title = this.#titleGiven();
        if (title === null) return;
        const body = JSON.stringify({ title, content, ...this.#forWhom() });
        const request = { method: "POST", path: "/api/ingest", body } as const;
        const saved = await ask(this.#surface.script, request, readCompiledPolicy);
        this.#showSaved(saved, outcome);
      },
      "button main",
    );
    return make("div", "panels-actions", save, outcome);
  }

  /** Null when there is none, which is told. */
  #titleGiven(): string | null {
    const title = this.#title.value.trim();
    if (title === "") this.#refuse(this.#title, words.upload.needsTitle);
    return title || null;
  }

  #forWhom(): { department?: string } {
    const department = this.#department.value.trim();
    return department === "" ? {} : { department };
  }

  #showSaved(saved: Outcome<CompiledPolicy>, outcome: HTMLElement): void {
    if (!saved.ok) {
      outcome.replaceChildren(failureOf(this.#surface, saved.failure, null));
      return;
    }
    const another = button(words.upload.another, () => {
      this.#form.reset();
      this.#forgetFile();
      this.#title.focus();
    });
    this.#forgetFile();
    this.#tell(words.upload.saved(saved.value.policy.title));
    this.#result.show(another, sentenceView(saved.value.sentences));
    another.focus();
    this.#surface.recheck();
  }

  async #draft(file: Binary): Promise<void> {
    if (!this.#maySave) {
      this.#tell(words.upload.viewer);
      return;
    }
    const title = this.#titleGiven();
    if (title === null) return;
    const body = JSON.stringify({ title, status: "draft", ...this.#forWhom() });
    const request = { method: "POST", path: "/api/ingest", body, file } as const;
    await this.#result.fill(
      () => ask(this.#surface.script, request, readCompiledPolicy),
      (draft) => this.#draftView(draft),
    );
  }

  #draftView({ policy, sentences }: CompiledPolicy): HTMLElement[] {
    this.#said.replaceChildren();
    const { id, title, content, department, category, tags } = policy;
    const path = `/api/policies/${encodeURIComponent(id)}`;
    const outcome = make("div", "");
    const publish = async (): Promise<void> => {
      const body = JSON.stringify({
        title,
        content,
        department,
        category,
        tags,
        status: "published",
      });
      const request = { method: "PUT", path, body } as const;
      this.#showSaved(await ask(this.#surface.script, request, readCompiledPolicy), outcome);
    };
    const discard = async (): Promise<void> => {
      const request = { method: "DELETE", path, body: null } as const;
      const deleted = await ask(this.#surface.script, request, () => null);
      if (deleted.ok) {
        this.#forgetFile();
        this.#tell(words.upload.discarded);
        this.#title.focus();
      } else {
        outcome.replaceChildren(failureOf(this.#surface, deleted.failure, null));
      }
    };
    return [
      this.#resultHeading(),
      note(words.upload.isDraft),
      sentenceView(sentences),
      this.#trialOfDraft(id, content),
      make(
        "div",
        "panels-actions",
        button(words.upload.publish, publish, "button main"),
        button(words.upload.discard, discard),
        outcome,
      ),
    ];
  }

  #trialOfDraft(policyId: string, content: string): HTMLElement {
    const trial = trialOf(content, this.#surface.results()?.snapshot ?? null);
    if (trial === null) return note(words.upload.tooLongToTry);
    const area = new Area(this.#surface);
    const body = JSON.stringify({ content, policyId, formulas: trial.formulas });
    const request = { method: "POST", path: "/api/policies/preview", body } as const;
    void area.fill(
      () => ask(this.#surface.script, request, readPreview),
      (preview) => trialView(preview, trial),
    );
    return area.element;
  }
}
