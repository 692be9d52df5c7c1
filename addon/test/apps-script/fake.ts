/**
 * Google Apps Script for tests: the real Code.js in a realm of its own, with services that are as
 * strict as Google's or stricter. Each call is a run of its own, as there: what is to last must be
 * kept in properties or caches.
 */
import { readFileSync } from "node:fs";
import vm from "node:vm";
import type { Reply, Script } from "../../src/shared/bridge.ts";
import { type AuthMode, host, type Person, type Screen } from "./host.ts";
import { carry } from "./marshal.ts";
import { spreadsheets } from "./spreadsheet.ts";
import { cacheService, emptyKept, type Kept, lockService, propertiesService } from "./storage.ts";
import { Misuse, type Need, Refusal, type Watch } from "./strict.ts";
import { utilities } from "./utilities.ts";
import { serverAt, urlFetchApp, type WebServer } from "./web.ts";
import { Workbook } from "./workbook.ts";

export interface FakeOptions {
  readonly workbook?: Workbook;
  /** Who gets what is sent to the built-in address: a function, or the address of a real server. */
  readonly server?: WebServer | string | null;
  readonly person?: Partial<Person>;
  /** The folder with Code.js, appsscript.json and sidebar.html; `dist` when it is not given. */
  readonly folder?: URL;
  /** Without WebAssembly, as in runtimes that have none. */
  readonly hasWebAssembly?: boolean;
}

export interface Fake {
  readonly workbook: Workbook;
  readonly kept: Kept;
  readonly screen: Screen;
  /** What was logged, in the order of the calls. */
  readonly logged: readonly string[];
  /** How often each service was called in the latest run. */
  readonly counts: ReadonlyMap<string, number>;
  /** The names of all functions that a page of the script can call. */
  readonly globals: () => string[];
  /** As `google.script.run` does. */
  readonly run: (name: string, ...given: unknown[]) => unknown;
  /** The same for the functions that the sidebar knows. */
  readonly call: <Name extends keyof Script>(
    name: Name,
    ...given: Parameters<Script[Name]>
  ) => ReturnType<Script[Name]>;
  /** As Google calls `onOpen`, `onInstall` and `onEdit`. */
  readonly trigger: (name: string, authMode: AuthMode) => void;
  /** As a formula of a cell calls a function. */
  readonly evaluate: (name: string, ...given: unknown[]) => unknown;
  /** Calls `act` before a service is called for the given time in the next run, such as the 2nd. */
  readonly before: (service: string, time: number, act: () => void) => void;
  /** Lets time pass, in milliseconds. */
  readonly advance: (duration: number) => void;
  readonly stop: () => Promise<unknown>;
}

const dist = new URL("../../", import.meta.url);

/** Which needs are met in a run. */
const allowed: Record<AuthMode, readonly Need[]> = {
  NONE: ["nothing"],
  // Simple triggers: whatever they may do in fact, nobody gave them a permission.
  LIMITED: ["nothing", "document", "change"],
  CUSTOM_FUNCTION: ["nothing", "document"],
  FULL: ["nothing", "document", "change", "permission"],
};

export function startFake(options: FakeOptions = {}): Fake {
  const folder = options.folder ?? dist;
  const read = (name: string): string => readFileSync(new URL(name, folder), "utf8");
  const manifest = JSON.parse(read("appsscript.json")) as {
    oauthScopes: string[];
    urlFetchWhitelist: string[];
  };
  const script = new vm.Script(read("Code.js"), { filename: "Code.js" });
  const workbook = options.workbook ?? new Workbook();
  const person: Person = { email: "ada@example.com", identityToken: "identity", ...options.person };
  const kept = emptyKept();
  const screen: Screen = { sidebar: null, menu: [] };
  const logged: string[] = [];
  const counts = new Map<string, number>();
  const interventions = new Map<string, () => void>();
  const remote = typeof options.server === "string" ? serverAt(options.server) : null;
  const server = typeof options.server === "function" ? options.server : (remote?.server ?? null);
  let passed = 0;

  const run = (mode: AuthMode, name: string, given: unknown[]): unknown => {
    counts.clear();
    const misuses: Misuse[] = [];
    const realm = vm.createContext({});
    const watch: Watch = {
      enter(service, need, scope) {
        const time = (counts.get(service) ?? 0) + 1;
        counts.set(service, time);
        if (!allowed[mode].includes(need))
          throw watch.misuse(`${service} is not allowed in ${mode}`);
        if (scope !== undefined && !manifest.oauthScopes.includes(scope)) {
          throw watch.misuse(`${service} needs the scope ${scope}`);
        }
        const act = interventions.get(`${service} ${time}`);
        interventions.delete(`${service} ${time}`);
        act?.();
      },
      translate: (error) => (error instanceof Refusal ? exception(realm, error.message) : error),
      misuse(message) {
        const misuse = new Misuse(message);
        misuses.push(misuse);
        return misuse;
      },
    };
    const { ui, htmlService, scriptApp, session } = host(watch, screen, person, (page) =>
      page === "sidebar" ? read("sidebar.html") : null,
    );
    const { app, flush } = spreadsheets(workbook, watch, ui);
    const lock = lockService(kept, watch);
    const log = (...said: unknown[]): void => {
      logged.push(said.map(String).join(" "));
    };
    Object.assign(realm, {
      SpreadsheetApp: app,
      HtmlService: htmlService,
      ScriptApp: scriptApp,
      Session: session,
      PropertiesService: propertiesService(kept, watch),
      CacheService: cacheService(kept, watch, () => Date.now() + passed),
      LockService: lock.service,
      UrlFetchApp: urlFetchApp(watch, manifest.urlFetchWhitelist, server),
      Utilities: utilities(watch),
      console: { log, info: log, warn: log, error: log },
    });
    setClock(realm, passed);
    if (options.hasWebAssembly === false) vm.runInContext("delete globalThis.WebAssembly", realm);
    script.runInContext(realm);
    const called: unknown = Reflect.get(realm, name);
    if (typeof called !== "function") throw new Misuse(`there is no function ${name}`);
    try {
      const result: unknown = Reflect.apply(called, undefined, given);
      flush();
      if (lock.isHeld()) throw watch.misuse("the lock was not given back");
      return result;
    } finally {
      // Whatever the script did with it.
      const [first] = misuses;
      // eslint-disable-next-line no-unsafe-finally
      if (first) throw first;
    }
  };

  const page = (name: string, ...given: unknown[]): unknown => {
    if (name.endsWith("_")) throw new Misuse(`${name} is private`);
    const arrived = given.map((one) => carry(one, "argument"));
    // A function that gives nothing gives null.
    return carry(run("FULL", name, arrived) ?? null);
  };

  return {
    workbook,
    kept,
    screen,
    logged,
    counts,
    globals: () => globalFunctions(script),
    run: page,
    call: (name, ...given) => page(name, ...given) as ReturnType<Script[typeof name]>,
    trigger: (name, authMode) => {
      run(authMode, name, [{ authMode }]);
    },
    evaluate: (name, ...given) => carry(run("CUSTOM_FUNCTION", name, given)),
    before: (service, time, act) => interventions.set(`${service} ${time}`, act),
    advance: (duration) => {
      passed += duration;
    },
    stop: () => remote?.stop() ?? Promise.resolve(),
  };
}

/** What a reply holds; throws when it is an error. */
export function valueOf<T>(reply: Reply<T>): T {
  if (!reply.ok) throw new Error(`${reply.error.code}: ${reply.error.message}`);
  return reply.value;
}

/** An exception as services throw it: one of the script's own realm. */
function exception(realm: vm.Context, message: string): unknown {
  const make = vm.runInContext(
    "(message) => Object.assign(new Error(message), { name: 'Exception' })",
    realm,
  ) as (message: string) => unknown;
  return make(message);
}

function setClock(realm: vm.Context, passed: number): void {
  vm.runInContext(
    `globalThis.Date = class extends Date {
      constructor(...given) { if (given.length === 0) super(Date.now()); else super(...given); }
      static now() { return super.now() + ${passed}; }
    }`,
    realm,
  );
}

/** Also what is no property of the realm's object would be called by name: there must be none. */
function globalFunctions(script: vm.Script): string[] {
  const realm = vm.createContext({});
  const before = new Set(Object.getOwnPropertyNames(realm));
  script.runInContext(realm);
  return Object.getOwnPropertyNames(realm).filter(
    (name) => !before.has(name) && typeof Reflect.get(realm, name) === "function",
  );
}
