/**
 * Asks SheetBrain's server on behalf of the sidebar, which can reach nothing but this script: the
 * paths that the sidebar needs, at the one address that was built in, as the signed-in person.
 */
import type { Method, ServerAnswer, ServerRequest } from "../shared/bridge.ts";
import { fetchFrom, type Headers } from "./fetching.ts";
import { ScriptFailure } from "./reply.ts";
import { forgetSession, session } from "./session.ts";
import { readSettings } from "./settings.ts";

/** One part of a path, such as an id. */
const part = "[A-Za-z0-9_.~%-]*[A-Za-z0-9_~%-]";

/** What the sidebar may ask for. */
const routes: readonly (readonly [string, readonly Method[]])[] = [
  ["/api/health", ["GET"]],
  ["/api/me", ["GET"]],
  ["/api/audit", ["POST"]],
  ["/api/audits", ["GET"]],
  [`/api/audits/${part}`, ["GET"]],
  ["/api/usage", ["GET"]],
  ["/api/stats", ["GET"]],
  ["/api/rules", ["GET"]],
  [`/api/rules/${part}`, ["GET"]],
  ["/api/rulesets", ["GET"]],
  [`/api/rulesets/${part}`, ["GET"]],
  ["/api/policies", ["GET", "POST"]],
  ["/api/policies/preview", ["POST"]],
  [`/api/policies/${part}`, ["GET", "PUT", "DELETE"]],
  [`/api/policies/${part}/versions`, ["GET"]],
  [`/api/policies/${part}/accept-upgrade`, ["POST"]],
  ["/api/ingest", ["POST"]],
  ["/api/suppressions", ["GET", "POST", "DELETE"]],
  [`/api/suppressions/${part}`, ["DELETE"]],
];

const query = "(\\?[^#\\s\\\\]*)?";

export function askServer(request: ServerRequest): ServerAnswer {
  const { method, path } = request;
  if (!isAllowed(method, path)) {
    throw new ScriptFailure(
      "bad-call",
      `The sidebar may not ask the server for ${method} ${path}.`,
    );
  }
  const headers: Headers = {};
  if (request.idempotencyKey !== undefined) headers["Idempotency-Key"] = request.idempotencyKey;
  if (request.ifNoneMatch !== undefined) headers["If-None-Match"] = request.ifNoneMatch;
  const ask = (token: string): ServerAnswer =>
    fetchFrom(request, { ...headers, Authorization: `Bearer ${token}` });

  const { organization } = readSettings();
  const known = session(organization);
  if (!("token" in known)) return known.refusal;
  const answer = ask(known.token);
  if (answer.status !== 401) return answer;
  // Ended before its time, as when the server's secret changed: once more, with a new one.
  forgetSession(organization);
  const renewed = session(organization);
  return "token" in renewed ? ask(renewed.token) : renewed.refusal;
}

function isAllowed(method: Method, path: string): boolean {
  return routes.some(
    ([route, methods]) => methods.includes(method) && new RegExp(`^${route}${query}$`).test(path),
  );
}
