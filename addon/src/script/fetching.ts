/** One request to the server, by Google's own hands. */
import type { Method, ServerAnswer } from "../shared/bridge.ts";
import { ScriptFailure, wordsOf } from "./reply.ts";

export type Headers = Record<string, string>;

/** From how many characters on a body is compressed. */
const worthCompressing = 50_000;

const methods = { GET: "get", POST: "post", PUT: "put", DELETE: "delete" } as const;

export function fetchFrom(
  method: Method,
  path: string,
  headers: Headers,
  body: string | null,
): ServerAnswer {
  const options: GoogleAppsScript.URL_Fetch.URLFetchRequestOptions = {
    method: methods[method],
    headers: { Accept: "application/json", ...headers },
    // An answer is an answer, whatever its status; and the token goes to no other place.
    muteHttpExceptions: true,
    followRedirects: false,
    ...(body === null ? {} : { contentType: "application/json", payload: body }),
  };
  if (body !== null && body.length > worthCompressing) {
    options.payload = Utilities.gzip(Utilities.newBlob(body)).setContentType("application/json");
    options.headers = { ...options.headers, "Content-Encoding": "gzip" };
  }
  const response = send(path, options);
  const named = response.getHeaders() as Record<string, unknown>;
  const retryAfter = Number.parseInt(header(named, "retry-after") ?? "", 10);
  return {
    status: response.getResponseCode(),
    body: response.getContentText("UTF-8"),
    etag: header(named, "etag"),
    retryAfter: Number.isNaN(retryAfter) ? null : retryAfter,
  };
}

function send(
  path: string,
  options: GoogleAppsScript.URL_Fetch.URLFetchRequestOptions,
): GoogleAppsScript.URL_Fetch.HTTPResponse {
  try {
    return UrlFetchApp.fetch(SERVER + path, options);
  } catch (error) {
    console.warn("the server was not reached", wordsOf(error));
    throw new ScriptFailure("server-away", adviceFor(wordsOf(error)));
  }
}

function adviceFor(words: string): string {
  if (/too many times|quota/i.test(words)) {
    return "Google lets the add-on send no more requests today. What was found in the sheet stays.";
  }
  if (/permission|whitelist|allowlist/i.test(words)) {
    return `Google does not let the add-on reach ${SERVER}. Whoever deployed it must allow that address.`;
  }
  return `No answer came from ${SERVER}. Try again in a few minutes; what was found in the sheet stays.`;
}

/** The header, however it is written; of several the first. */
function header(headers: Record<string, unknown>, name: string): string | null {
  const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  const value: unknown = Array.isArray(found) ? found[0] : found;
  return typeof value === "string" ? value : null;
}
