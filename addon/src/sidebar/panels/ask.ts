/** Asks the server through the script and says in one way what came of it. Knows no element. */
import type { Reply, ServerAnswer, ServerRequest } from "../../shared/bridge.ts";
import { Json, UnreadableAnswer } from "../../shared/json.ts";
import { readProblem } from "../../shared/problem.ts";
import type { RemoteScript } from "../panel.ts";
import { words } from "./words.ts";

export type FailureKind =
  /** No answer came: what is on screen stays, and trying again may help. */
  | "away"
  /** The server does not know who asks. */
  | "signed-out"
  /** Role, plan or membership does not allow it. */
  | "forbidden"
  /** Anything else, said by the server, the script or the reader of the answer. */
  | "problem";

export interface Failure {
  readonly kind: FailureKind;
  readonly title: string;
  /** What happened and what to do; empty when the title says all. */
  readonly detail: string;
  /** The id of the request in the server's log; empty when there is none. */
  readonly request: string;
  /** Between which organizations the person has to choose; empty unless that is the reason. */
  readonly organizations: readonly OrganizationChoice[];
}

export interface OrganizationChoice {
  /** As it is kept in the settings. */
  readonly id: string;
  readonly name: string;
}

export type Outcome<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

/** Calls a function of the script. Never rejects. */
export async function call<T>(reply: Promise<Reply<T>>): Promise<Outcome<T>> {
  try {
    const answer = await reply;
    if (answer.ok) return answer;
    const { code, message } = answer.error;
    if (code === "server-away") return failed("away", words.failures.away, message);
    if (code === "signed-out") return failed("signed-out", words.failures.signedOut, message);
    return failed("problem", words.failures.script, message);
  } catch (error) {
    return failed("problem", words.failures.script, textOf(error));
  }
}

/** Asks the server; `read` makes the value of the answer's body. Never rejects. */
export async function ask<T>(
  script: RemoteScript,
  request: ServerRequest,
  read: (body: Json) => T,
): Promise<Outcome<T>> {
  const reply = await call(script.askServer(request));
  if (!reply.ok) return reply;
  const { status, body } = reply.value;
  if (status < 200 || status > 299) return refused(reply.value);
  try {
    return { ok: true, value: read(new Json(body === "" ? null : JSON.parse(body))) };
  } catch (error) {
    if (error instanceof UnreadableAnswer || error instanceof SyntaxError)
      return failed("problem", words.failures.unreadable, error.message);
    throw error;
  }
}

/** Reads what can be read with no more than an address. */
export function get<T>(
  script: RemoteScript,
  path: string,
  read: (body: Json) => T,
): Promise<Outcome<T>> {
  return ask(script, { method: "GET", path, body: null }, read);
}

function refused({ status, body, retryAfter }: ServerAnswer): Outcome<never> {
  const parsed = parse(body);
  const { title, detail, request } = readProblem(status, parsed);
  const wait = retryAfter === null ? "" : words.failures.retryAfter(retryAfter);
  const kind = status === 401 ? "signed-out" : status === 403 ? "forbidden" : "problem";
  return {
    ok: false,
    failure: {
      kind,
      title,
      detail: [detail, wait].filter((part) => part !== "").join(" "),
      request,
      organizations: organizationsIn(parsed),
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy's page, for example: the status is all that is known.
    return null;
  }
}

/** The member `organizations` of a problem. */
function organizationsIn(problem: unknown): OrganizationChoice[] {
  try {
    return new Json(problem).get("organizations").orNull((all) => all.list(readOrganization)) ?? [];
  } catch {
    return [];
  }
}

function readOrganization(organization: Json): OrganizationChoice {
  return { id: organization.get("id").text(), name: organization.get("name").text() };
}

function failed(kind: FailureKind, title: string, detail: string): Outcome<never> {
  return { ok: false, failure: { kind, title, detail, request: "", organizations: [] } };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
