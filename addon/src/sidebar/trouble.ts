/** What to tell when the server or the script did not do what was asked. */
import type { Reply, ScriptError, ServerAnswer } from "../shared/bridge.ts";
import { problemKind, readProblem } from "../shared/problem.ts";
import type { Connection, Trouble } from "./state.ts";
import { words } from "./words.ts";

export function troubleOfScript({ code, message }: ScriptError): Trouble {
  const plain = { request: "", action: "retry" } as const;
  switch (code) {
    case "server-away":
      return {
        ...plain,
        tone: "warning",
        title: words.away,
        detail: words.awayDetail(message),
      };
    case "signed-out":
      return {
        ...plain,
        tone: "warning",
        title: words.signedOut,
        detail: words.signedOutDetail(message),
      };
    case "bad-call":
      return { ...plain, tone: "error", title: words.defect, detail: message };
    case "refused":
      return { ...plain, tone: "error", title: words.unreadable, detail: message };
  }
}

/** What an answer that is no success says. */
export function troubleOfAnswer({ status, body, retryAfter }: ServerAnswer): Trouble {
  const read = parsed(body);
  const { title, detail, request } = readProblem(status, read);
  const later = retryAfter === null ? "" : words.retryAfter(retryAfter);
  const told = { detail: detail || title, request };
  // Who belongs to several organizations has to say which is meant.
  if (typeof read === "object" && read !== null && "organizations" in read) {
    return { ...told, tone: "warning", title: words.whichOrganization, action: "settings" };
  }
  switch (problemKind(read)) {
    case "unauthenticated":
      return {
        ...told,
        tone: "warning",
        title: words.signedOut,
        detail: words.signedOutDetail(told.detail),
        action: "retry",
      };
    case "unknown-user":
    case "unknown-organization":
      return {
        ...told,
        tone: "warning",
        title: words.noMembership,
        detail: words.noMembershipDetail(told.detail),
        action: "none",
      };
    case "quota-exceeded":
      return { ...told, tone: "warning", title: words.overQuota, action: "plans" };
    case "rate-limited":
      return {
        tone: "warning",
        title: words.rateLimited,
        detail: later || told.detail,
        request,
        action: "retry",
      };
    case "unavailable":
      return {
        ...told,
        tone: "warning",
        title: words.away,
        detail: [told.detail, later].filter(Boolean).join(" "),
        action: "retry",
      };
    default:
      return { ...told, tone: "error", title, detail, action: "retry" };
  }
}

/** Whether the server is there, by what became of a request to it. */
export function connectionAfter(reply: Reply<ServerAnswer>): Connection | null {
  if (reply.ok) return [502, 503, 504].includes(reply.value.status) ? "offline" : "online";
  return reply.error.code === "server-away" ? "offline" : null;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
