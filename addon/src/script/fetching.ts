/** One request to the server, by Google's own hands. */
import type { SentFile, ServerAnswer, ServerRequest } from "../shared/bridge.ts";
import { Json } from "../shared/json.ts";
import { ScriptFailure, wordsOf } from "./reply.ts";

export type Headers = Record<string, string>;
type Blob = GoogleAppsScript.Base.Blob;
type Options = GoogleAppsScript.URL_Fetch.URLFetchRequestOptions;

/** From how many characters on a body is compressed. */
const worthCompressing = 50_000;

const methods = { GET: "get", POST: "post", PUT: "put", DELETE: "delete" } as const;

export function fetchFrom(
  { method, path, body, file }: Pick<ServerRequest, "method" | "path" | "body" | "file">,
  headers: Headers,
): ServerAnswer {
  const content = file ? form(body, file) : json(body);
  const response = send(path, {
    method: methods[method],
    // An answer is an answer, whatever its status; and the token goes to no other place.
    muteHttpExceptions: true,
    followRedirects: false,
    ...content,
    headers: { Accept: "application/json", ...headers, ...content.headers },
  });
  const named = response.getHeaders() as Record<string, unknown>;
  const retryAfter = Number.parseInt(header(named, "retry-after") ?? "", 10);
  return {
    status: response.getResponseCode(),
    body: response.getContentText("UTF-8"),
    etag: header(named, "etag"),
    retryAfter: Number.isNaN(retryAfter) ? null : retryAfter,
  };
}

function json(body: string | null): Options {
  if (body === null) return {};
  const contentType = "application/json";
  if (body.length <= worthCompressing) return { contentType, payload: body };
  const payload = Utilities.gzip(Utilities.newBlob(body)).setContentType(contentType);
  return { contentType, payload, headers: { "Content-Encoding": "gzip" } };
}

/** Google makes a form of it, because there is a file in it. */
function form(body: string | null, { name, type, base64 }: SentFile): Options {
  const members = Object.entries(JSON.parse(body ?? "{}") as object).map(
    ([member, given]): [string, string] => {
      const value = new Json(given, `body/${member}`);
      const text = Array.isArray(given)
        ? value.list((item) => item.text()).join(",")
        : value.text();
      return [member, text];
    },
  );
  const file = Utilities.newBlob(Utilities.base64Decode(base64), type, name);
  return { payload: Object.fromEntries<string | Blob>([...members, ["file", file]]) };
}

function send(path: string, options: Options): GoogleAppsScript.URL_Fetch.HTTPResponse {
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
