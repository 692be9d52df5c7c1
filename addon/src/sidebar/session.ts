/**
 * What the sidebar does: reads the spreadsheet, checks it here, has the server audit it, makes fixes.
 * Knows no page; whoever shows the state is told when it changed.
 */
import type { Reply, Scope, ServerAnswer, Snapshot } from "../shared/bridge.ts";
import { UnreadableAnswer } from "../shared/json.ts";
import { type Checker, checkerFor, loadAnalyzer } from "./analyzer.ts";
import { readAnswer } from "./answer.ts";
import { checkSnapshot } from "./check.ts";
import { Found, placeKey } from "./found.ts";
import { recall, refresh, shelf, silencer } from "./organization.ts";
import type { PlacedFinding, RemoteScript, Results, Step } from "./panel.ts";
import { formulaCount, requestOf } from "./request.ts";
import { Cancelled } from "./slices.ts";
import {
  type Ending,
  isBusy,
  newState,
  type Phase,
  type Result,
  type State,
  type Trouble,
} from "./state.ts";
import { summaryOf } from "./summary.ts";
import { connectionAfter, troubleOfAnswer, troubleOfScript } from "./trouble.ts";
import { words } from "./words.ts";

/** How long findings of before stay while new ones are looked for, in milliseconds. */
const LINGER = 150;
/** The script is asked about edits no more often, in milliseconds. */
const EDIT_PAUSE = 10_000;

/** An audit that may have to be sent again, under the same key. */
interface Request {
  readonly body: string;
  readonly key: string;
  readonly snapshot: Snapshot;
}

export interface Audience {
  readonly changed: () => void;
  /** Says it in the live region. */
  readonly say: (text: string) => void;
}

export class Session {
  readonly state: State = newState();
  /** The script; whoever asks the server through it tells the session whether it answers. */
  readonly script: RemoteScript;
  readonly #audience: Audience;
  #running: AbortController | null = null;
  #pending: Request | null = null;
  #wasSent = false;
  #checker: { readonly key: string; readonly checker: Checker } | null = null;
  /** Places of findings that the last audit recorded. */
  #recorded = new Set<string>();
  readonly #templates = new Map<string, number>();
  #editsAsked = -Infinity;
  /** How many requests were made of the server. */
  #asked = 0;
  /** Which of them, from 1, told last whether the server is there. */
  #heard = 0;
  /** The spreadsheet's, once it was read. */
  #locale: string | null = null;

  constructor(script: RemoteScript, audience: Audience) {
    this.script = {
      ...script,
      askServer: async (request) => {
        const number = (this.#asked += 1);
        const reply = await script.askServer(request);
        this.#hear(reply, number);
        return reply;
      },
    };
    this.#audience = audience;
  }

  /** Learns where it is and checks at once, if that is wanted. Nothing goes to the server. */
  async open(): Promise<void> {
    void loadAnalyzer().catch(() => undefined);
    const snapshot = this.#read();
    await this.#locate();
    if (this.state.surroundings?.settings.checkOnOpen === true) await this.#check(snapshot);
    this.#audience.changed();
  }

  async choose(scope: Scope): Promise<void> {
    const hadResult = this.state.phase !== "start";
    this.state.scope = scope;
    if (hadResult) await this.check();
    else this.#audience.changed();
  }

  /** Checks in this page. */
  async check(): Promise<void> {
    this.state.trouble = null;
    this.state.news = "";
    await this.#check(this.#read());
  }

  /** Checks what is there after `news`; what else is told of the last action stays. */
  async checkAgain(news: string): Promise<void> {
    this.state.news = news;
    await this.#check(this.#read());
  }

  /** Checks in this page and then has the server audit and record. */
  async audit(): Promise<void> {
    this.state.trouble = null;
    this.state.news = "";
    await this.#run(async (signal) => {
      const snapshot = await this.#checkHere(this.#read(), signal);
      if (snapshot === null) return;
      this.#enter("auditing");
      const department = this.state.surroundings?.settings.department ?? null;
      const body = await requestOf(snapshot, department, signal);
      if (body === null) {
        this.tell({ tone: "warning", title: words.tooLarge, detail: words.tooLargeDetail });
        return;
      }
      this.#pending = { body, key: crypto.randomUUID(), snapshot };
      await this.#send(this.#pending, signal);
    });
  }

  /** Does again what failed: an audit that was sent goes under the same key, and counts once. */
  async retry(): Promise<void> {
    const pending = this.#pending;
    if (pending === null) {
      await this.check();
      return;
    }
    this.state.trouble = null;
    this.state.news = "";
    await this.#run(async (signal) => {
      this.#enter("auditing");
      await this.#send(pending, signal);
    });
  }

  cancel(): void {
    this.#running?.abort();
  }

  /** After something changed what would be found: settings, policies, what is silenced. */
  async recheck(): Promise<void> {
    await this.#locate();
    if (this.state.connection !== "unasked") await this.#learn();
    await this.check();
  }

  dismiss(): void {
    this.state.trouble = null;
    this.#audience.changed();
  }

  /** Asks whether the spreadsheet was edited after it was read; not more often than now and then. */
  async noticeEdits(): Promise<void> {
    const { result } = this.state;
    const now = performance.now();
    if (result === null || isBusy(this.state) || now - this.#editsAsked < EDIT_PAUSE) return;
    this.#editsAsked = now;
    const reply = await this.script.getLastEdit();
    if (!reply.ok || reply.value === null || this.state.result !== result) return;
    const { takenAt } = result.snapshot;
    if (Date.parse(reply.value) <= Date.parse(takenAt)) return;
    this.state.editedSince = takenAt;
    this.#audience.changed();
  }

  /**
   * What a formula computes, read as the spreadsheet's locale writes it; null where the page may not
   * run WebAssembly. Rejects for what is no formula.
   */
  async explain(formula: string): Promise<readonly Step[] | null> {
    const checker = await this.#loadChecker(this.#locale ?? (await this.#readLocale()));
    return checker?.explain(formula) ?? null;
  }

  /**
   * Where the page about a finding's rule is; null where there is none, or where that is not known:
   * a sentence may demand what a built-in rule checks, or something of its own.
   */
  docsOf({ rule, category }: PlacedFinding): string | null {
    const isBuiltIn = category !== "policy" || this.#checker?.checker.isBuiltIn(rule) === true;
    const server = this.state.surroundings?.server;
    return isBuiltIn && server !== undefined ? `${server}/rules/${encodeURIComponent(rule)}` : null;
  }

  /** What is on screen, for panels. */
  results(): Results | null {
    const { result } = this.state;
    if (result === null) return null;
    const { snapshot, found, auditId, engine, ruleset } = result;
    return { snapshot, findings: found.all(), auditId, engine, ruleset };
  }

  /** Reads what is in scope. */
  async #read(): Promise<Reply<Snapshot>> {
    const reply = await this.script.getSnapshot(this.state.scope);
    if (reply.ok) this.#locale = reply.value.spreadsheet.locale;
    return reply;
  }

  async #readLocale(): Promise<string> {
    const reply = await this.#read();
    if (!reply.ok) throw new Error(reply.error.message);
    return reply.value.spreadsheet.locale;
  }

  /** Runs `work` in place of what runs; what was found until it is called off stands. */
  async #run(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    this.#wasSent = false;
    let ending: Ending = "complete";
    try {
      await work(running.signal);
      if (this.state.phase === "reading") ending = "failed";
    } catch (error) {
      // Another run took its place and has the say.
      if (this.#running !== running) return;
      ending = this.#endingAfter(error);
    }
    if (this.#running !== running) return;
    this.#running = null;
    this.state.phase = "done";
    this.state.ending = ending;
    this.#audience.changed();
    this.#audience.say(summaryOf(this.state));
  }

  #endingAfter(error: unknown): Ending {
    const wasAuditing = this.state.phase === "auditing";
    if (error instanceof Cancelled) {
      if (this.#wasSent) {
        this.tell({ tone: "note", title: words.sentAlready, detail: words.sentAlreadyDetail });
      }
      return wasAuditing ? "complete" : "cancelled";
    }
    console.error(error);
    if (error instanceof UnreadableAnswer) {
      const detail = words.badAnswerDetail(error.message);
      this.tell({ tone: "error", title: words.badAnswer, detail, action: "retry" });
      return "complete";
    }
    const detail = error instanceof Error ? error.message : String(error);
    this.tell({ tone: "error", title: words.defect, detail });
    return wasAuditing ? "complete" : "failed";
  }

  async #check(reading: Promise<Reply<Snapshot>>): Promise<void> {
    this.#pending = null;
    await this.#run(async (signal) => {
      await this.#checkHere(reading, signal);
    });
  }

  /** What was read, and checked as far as this browser can; null when it could not be read. */
  async #checkHere(
    reading: Promise<Reply<Snapshot>>,
    signal: AbortSignal,
  ): Promise<Snapshot | null> {
    this.#pending = null;
    this.#enter("reading");
    const reply = await unlessCancelled(reading, signal);
    if (!reply.ok) {
      this.tell(troubleOfScript(reply.error));
      return null;
    }
    const snapshot = reply.value;
    this.state.undoable = snapshot.undoable;
    this.state.editedSince = null;
    const checker = await unlessCancelled(this.#loadChecker(snapshot.spreadsheet.locale), signal);
    const result: Result = {
      ...{ snapshot, found: new Found(), checked: 0, skipped: [], suppressed: 0, auditId: null },
      engine: checker?.engine ?? "",
      ruleset: checker?.ruleset ?? "",
    };
    this.#enter("checking");
    if (checker === null) this.state.result = result;
    else await this.#fill(result, checker, signal);
    return snapshot;
  }

  /** Checks slice by slice. What was shown before stays a moment, so that nothing flickers. */
  async #fill(result: Result, checker: Checker, signal: AbortSignal): Promise<void> {
    const { snapshot, found, skipped } = result;
    const total = formulaCount(snapshot);
    const until = this.state.result === null ? 0 : performance.now() + LINGER;
    const isSilenced = silencer(this.state.orders.silences);
    const advance = (done: number): void => {
      result.checked = done;
      this.state.progress = { done, total };
      if (performance.now() >= until) this.state.result = result;
      this.#audience.changed();
    };
    advance(0);
    try {
      await checkSnapshot(snapshot, checker, signal, this.#templateOf, {
        found: (finding) => {
          if (isSilenced(finding)) result.suppressed += 1;
          else found.add({ ...finding, recorded: this.#recorded.has(placeKey(finding)) });
        },
        skipped: (one) => skipped.push(one),
        advanced: advance,
      });
    } finally {
      if (this.#running?.signal === signal) this.state.result = result;
    }
  }

  /** Null where the page may not run WebAssembly. */
  async #loadChecker(locale: string): Promise<Checker | null> {
    try {
      await loadAnalyzer();
    } catch (error) {
      console.error(error);
      this.state.canCheck = false;
      return null;
    }
    this.state.canCheck = true;
    const key = `${locale} ${this.state.orders.etag ?? ""}`;
    if (this.#checker?.key !== key) this.#checker = { key, checker: this.#makeChecker(locale) };
    return this.#checker.checker;
  }

  #makeChecker(locale: string): Checker {
    const { rules } = this.state.orders;
    try {
      return checkerFor(locale, rules);
    } catch (error) {
      if (rules === null) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      const detail = words.badRulesDetail(reason);
      this.tell({ tone: "warning", title: words.badRules, detail });
      return checkerFor(locale, null);
    }
  }

  async #send({ body, key, snapshot }: Request, signal: AbortSignal): Promise<void> {
    this.#wasSent = true;
    void this.#learn();
    const sending = this.script.askServer({
      ...{ method: "POST", path: "/api/audit", body, idempotencyKey: key },
    });
    const reply = await unlessCancelled(sending, signal);
    if (!reply.ok) {
      this.tell(troubleOfScript(reply.error));
      return;
    }
    if (reply.value.status !== 200) {
      this.tell(troubleOfAnswer(reply.value));
      return;
    }
    const found = new Found();
    const recorded = new Set<string>();
    const audited = await readAnswer(
      reply.value.body,
      snapshot,
      signal,
      this.#templateOf,
      (one) => {
        found.add(one);
        recorded.add(placeKey(one));
      },
    );
    const { auditId, engine, ruleset, formulas, suppressed } = audited;
    const skipped = [...audited.skipped];
    this.state.result = {
      ...{ snapshot, found, checked: formulas, skipped, suppressed, auditId, engine, ruleset },
    };
    this.#recorded = recorded;
    this.#pending = null;
  }

  /** Who and where this is; what is kept of the organization's orders goes with it. */
  async #locate(): Promise<void> {
    const reply = await this.script.getSurroundings();
    if (!reply.ok) {
      this.tell(troubleOfScript(reply.error));
      return;
    }
    this.state.surroundings = reply.value;
    const { server, email, settings } = reply.value;
    this.state.orders = recall(shelf(server, email, settings));
  }

  /** Has the organization's orders ready for the next check here. */
  async #learn(): Promise<void> {
    const { surroundings, orders } = this.state;
    if (surroundings === null) return;
    const { server, email, settings } = surroundings;
    const key = shelf(server, email, settings);
    this.state.orders = await refresh(this.script, key, settings.department, orders);
  }

  readonly #templateOf = (fingerprint: string, template: number | null = null): number => {
    const known = this.#templates.get(fingerprint);
    if (known !== undefined) return known;
    // What no formula here has: negative, so that it is nobody else's.
    const number = template ?? -1 - this.#templates.size;
    this.#templates.set(fingerprint, number);
    return number;
  };

  /** Replies may overtake one another: what a later request learned stands. */
  #hear(reply: Reply<ServerAnswer>, number: number): void {
    const connection = connectionAfter(reply);
    if (connection === null || number < this.#heard) return;
    this.#heard = number;
    if (connection === this.state.connection) return;
    this.state.connection = connection;
    this.#audience.changed();
  }

  #enter(phase: Phase): void {
    this.state.phase = phase;
    this.#audience.changed();
    // After a change its outcome is to be heard, and not that it is looked at.
    if (phase === "reading" && this.state.news === "") {
      this.#audience.say(words.reading[this.state.scope]);
    }
    const { result } = this.state;
    if (phase === "auditing" && result !== null) {
      this.#audience.say(words.sending(formulaCount(result.snapshot)));
    }
  }

  /** Shows something beside the findings. */
  tell(trouble: Partial<Trouble> & Pick<Trouble, "tone" | "title" | "detail">): void {
    this.state.trouble = { request: "", action: "none", ...trouble };
    this.#audience.changed();
  }
}

/** What `promise` resolves to; at once Cancelled after `signal` was given. */
function unlessCancelled<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = (): void => {
      reject(new Cancelled());
    };
    if (signal.aborted) cancel();
    signal.addEventListener("abort", cancel, { once: true });
    promise.then(resolve, reject);
  });
}
