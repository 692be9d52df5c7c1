/**
 * The person's session with the server: Google's word for who they are, shown once, for a token that
 * is kept for a few minutes. No token is ever logged or given to the sidebar.
 */
import type { ServerAnswer } from "../shared/bridge.ts";
import { Json } from "../shared/json.ts";
import { fetchFrom } from "./fetching.ts";
import { ScriptFailure } from "./reply.ts";

/** A token is not used in the last of its minutes, in seconds: clocks differ. */
const margin = 60;
/** As long as Google keeps anything in its cache, in seconds. */
const longest = 21_600;

/** A token for the organization, or the server's refusal to give one. */
export function session(
  organization: string | null,
): { readonly token: string } | { readonly refusal: ServerAnswer } {
  const cache = CacheService.getUserCache();
  const kept = cache.get(key(organization));
  if (kept !== null) return { token: kept };

  const named = organization === null ? {} : { organization };
  const body = JSON.stringify({ token: identityToken(), ...named });
  const answer = fetchFrom({ method: "POST", path: "/api/session", body }, {});
  if (answer.status !== 200) return { refusal: answer };
  const { token, seconds } = readSession(answer.body);
  if (seconds > 0) cache.put(key(organization), token, seconds);
  return { token };
}

/** The token and for how long it is to be used, in seconds. */
function readSession(body: string): { token: string; seconds: number } {
  try {
    const given = new Json(JSON.parse(body));
    const life = (Date.parse(given.get("expiresAt").text()) - Date.now()) / 1000;
    const seconds = Math.min(Math.floor(life) - margin, longest);
    return { token: given.get("token").text(), seconds };
  } catch {
    // Not in the error's words, which may repeat what came.
    throw new ScriptFailure("server-away", `What answers at ${SERVER} is not SheetBrain.`);
  }
}

export function forgetSession(organization: string | null): void {
  CacheService.getUserCache().remove(key(organization));
}

function identityToken(): string {
  // Null where the person did not let the add-on know who they are, whatever the types say.
  const token = ScriptApp.getIdentityToken() as string | null;
  if (!token) {
    throw new ScriptFailure(
      "signed-out",
      "Google does not tell the add-on who you are. Open it again from the menu Extensions and allow what it asks for.",
    );
  }
  return token;
}

/** Short, whatever the settings hold: Google takes keys of 250 characters. */
function key(organization: string | null): string {
  return `session:${(organization ?? "").slice(0, 200)}`;
}
