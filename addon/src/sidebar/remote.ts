/**
 * `google.script.run` as promises. What goes wrong on the way becomes a reply too, so that there is
 * one way to fail. Knows nothing of what is asked.
 */
import type { Reply, Script, ScriptErrorCode } from "../shared/bridge.ts";
import type { RemoteScript } from "./panel.ts";
import { words } from "./words.ts";

/** Google's runner, as far as it is used: every function of the script is a member of it. */
export interface Runner {
  withSuccessHandler(handler: (value: unknown) => void): Runner;
  withFailureHandler(handler: (error: unknown) => void): Runner;
}

/** How long an answer may take, in milliseconds; Google itself ends a script after six minutes. */
const patience = { spreadsheet: 60_000, server: 370_000 } as const;

/** The runner of the page; null outside of a spreadsheet. */
export function findRunner(page: object): Runner | null {
  let found: unknown = page;
  for (const name of ["google", "script", "run"]) {
    if (typeof found !== "object" || found === null) return null;
    found = Reflect.get(found, name);
  }
  return typeof found === "object" && found !== null ? (found as Runner) : null;
}

export function connect(runner: Runner): RemoteScript {
  const call = <Name extends keyof Script>(name: Name): RemoteScript[Name] =>
    ((...given: unknown[]) => ask(runner, name, given)) as unknown as RemoteScript[Name];
  return {
    getSurroundings: call("getSurroundings"),
    saveSettings: call("saveSettings"),
    getSnapshot: call("getSnapshot"),
    getLastEdit: call("getLastEdit"),
    goTo: call("goTo"),
    changeFormulas: call("changeFormulas"),
    undoChange: call("undoChange"),
    highlight: call("highlight"),
    clearHighlights: call("clearHighlights"),
    writeReport: call("writeReport"),
    askServer: call("askServer"),
  };
}

function ask(runner: Runner, name: keyof Script, given: unknown[]): Promise<Reply<unknown>> {
  const isForServer = name === "askServer";
  const away: ScriptErrorCode = isForServer ? "server-away" : "refused";
  const wrong = given.findIndex((value) => !mayCross(value));
  if (wrong >= 0) return Promise.resolve(failed("bad-call", words.badArgument(name, wrong)));
  return new Promise((resolve) => {
    const limit = isForServer ? patience.server : patience.spreadsheet;
    const timer = setTimeout(() => {
      resolve(failed(away, words.noReply(limit / 1000)));
    }, limit);
    const settle = (reply: Reply<unknown>): void => {
      clearTimeout(timer);
      resolve(reply);
    };
    const handled = runner
      .withSuccessHandler((value) => {
        settle(isReply(value) ? value : failed("bad-call", words.oddReply(name)));
      })
      .withFailureHandler((error) => {
        settle(failed(away, words.bridgeFailed(messageOf(error))));
      });
    const remote: unknown = Reflect.get(handled, name);
    if (typeof remote === "function") Reflect.apply(remote, handled, given);
    else settle(failed("bad-call", words.noSuchFunction(name)));
  });
}

function failed(code: ScriptErrorCode, message: string): Reply<unknown> {
  return { ok: false, error: { code, message } };
}

function isReply(value: unknown): value is Reply<unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    "ok" in value &&
    (value.ok === true
      ? "value" in value
      : value.ok === false && "error" in value && typeof value.error === "object")
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whether Google carries it: it turns other values into nothing, or refuses the whole call. */
function mayCross(value: unknown): boolean {
  if (typeof value === "string" || typeof value === "boolean" || value === null) return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(mayCross);
  if (typeof value !== "object") return false;
  return Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(mayCross);
}
