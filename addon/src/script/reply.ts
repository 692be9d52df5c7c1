/** Errors that the sidebar is told of: they cross Google's bridge as values. */
import type { Reply, ScriptErrorCode } from "../shared/bridge.ts";
import { UnreadableAnswer } from "../shared/json.ts";

/** What went wrong and what to do, in words for people. */
export class ScriptFailure extends Error {
  readonly code: ScriptErrorCode;

  constructor(code: ScriptErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** What `act` gives, or why it gave nothing. */
export function reply<T>(act: () => T): Reply<T> {
  try {
    return { ok: true, value: act() };
  } catch (error) {
    if (error instanceof ScriptFailure) {
      return { ok: false, error: { code: error.code, message: error.message } };
    }
    if (error instanceof UnreadableAnswer) {
      return { ok: false, error: { code: "bad-call", message: error.message } };
    }
    // Everything else is Google's: its services refuse in their own words.
    console.error("a service refused", error);
    return { ok: false, error: { code: "refused", message: wordsOf(error) } };
  }
}

/** What an exception of a service says. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
