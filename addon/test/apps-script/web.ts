/**
 * UrlFetchApp: what the manifest does not list is refused, and an answer comes before the call
 * returns. Requests to the address that the add-on was built for go to a function, or to a real
 * server that a second thread asks.
 */
import { gunzipSync } from "node:zlib";
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import {
  insideOf,
  method,
  nameOf,
  Refusal,
  strict,
  text,
  type Type,
  type Watch,
} from "./strict.ts";
import type { BlobContent } from "./utilities.ts";

export interface WebRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Their names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  /** As it was before it was compressed; null for none, or for a form. */
  readonly body: string | null;
  /** The fields of a form; null when it is none. */
  readonly form: Readonly<Record<string, string | FormFile>> | null;
}

export interface FormFile {
  readonly name: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

export interface WebAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Answers at once; throwing stands for a server that no request reaches. */
export type WebServer = (request: WebRequest) => WebAnswer;

const scope = "https://www.googleapis.com/auth/script.external_request";
const largest = 50 * 1_024 * 1_024;
const known = new Set([
  "method",
  "headers",
  "contentType",
  "payload",
  "muteHttpExceptions",
  "followRedirects",
]);
/** Google sets these itself and refuses others' values. */
const reserved = new Set(["host", "content-length", "user-agent", "x-forwarded-for", "connection"]);

const options: Type = {
  name: "options",
  accepts: (given) =>
    typeof given === "object" &&
    given !== null &&
    Object.keys(given).every((key) => known.has(key)),
};

interface Options {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly contentType?: string;
  readonly payload?: string | object;
  readonly muteHttpExceptions?: boolean;
  readonly followRedirects?: boolean;
}

export function urlFetchApp(
  watch: Watch,
  allowed: readonly string[],
  server: WebServer | null,
): object {
  const respond = ({ status, headers = {}, body = "" }: WebAnswer): object =>
    strict("HTTPResponse", watch, {
      getResponseCode: method("nothing", [[]], () => status),
      getContentText: method("nothing", [[text]], () => body),
      getHeaders: method("nothing", [[]], () => headers),
    });

  const fetch = (url: string, asked: Options): object => {
    if (!allowed.some((prefix) => url.startsWith(prefix))) {
      throw new Refusal(`Attempted to access ${url}, which is not in the urlFetchWhitelist.`);
    }
    // The token must go nowhere else, and every status must be read.
    if (asked.followRedirects !== false) throw watch.misuse("a redirect would be followed");
    if (asked.muteHttpExceptions !== true) throw watch.misuse("a status would be an exception");
    const { origin, pathname, search } = new URL(url);
    const { headers, bytes, form } = prepare(asked);
    if (bytes && bytes.length > largest) throw new Refusal("Limit exceeded: URLFetch POST Size.");
    if (!server) throw new Refusal(`DNS error: ${origin}`);
    const isCompressed = headers["content-encoding"] === "gzip";
    const body = bytes && (isCompressed ? gunzipSync(bytes) : bytes).toString("utf8");
    const method = (asked.method ?? "get").toUpperCase();
    let answer: WebAnswer;
    try {
      answer = server({ method, path: pathname + search, headers, body, form });
    } catch {
      throw new Refusal(`Address unavailable: ${url}`);
    }
    return respond(answer);
  };

  return strict("UrlFetchApp", watch, {
    fetch: method("permission", [[text, options]], fetch, scope),
  });
}

interface Prepared {
  readonly headers: Record<string, string>;
  readonly bytes: Buffer | null;
  readonly form: WebRequest["form"];
}

/** Headers and body as they are sent. */
function prepare({ headers = {}, contentType, payload }: Options): Prepared {
  const sent: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const isBad = typeof value !== "string" || /[^\x20-\x7e]/.test(value);
    if (isBad || reserved.has(name.toLowerCase())) {
      throw new Refusal(`Attribute provided with invalid value: Header:${name}`);
    }
    sent[name.toLowerCase()] = value;
  }
  if (payload === undefined) return { headers: sent, bytes: null, form: null };
  const urlencoded = "application/x-www-form-urlencoded";
  if (typeof payload === "string") {
    sent["content-type"] = contentType ?? urlencoded;
    return { headers: sent, bytes: Buffer.from(payload), form: null };
  }
  if (nameOf(payload) === "Blob") {
    const { bytes, type } = insideOf(payload) as BlobContent;
    sent["content-type"] = contentType ?? type ?? urlencoded;
    return { headers: sent, bytes, form: null };
  }
  return { headers: sent, bytes: null, form: formOf(payload) };
}

/** A form: texts, and files as blobs that have a name. */
function formOf(payload: object): Prepared["form"] {
  const fields = Object.entries(payload as Record<string, unknown>).map(
    ([field, given]): [string, string | FormFile] => {
      if (typeof given === "string") return [field, given];
      const isBlob = typeof given === "object" && given !== null && nameOf(given) === "Blob";
      const { name = null, type, bytes } = (isBlob ? insideOf(given) : {}) as Partial<BlobContent>;
      if (name === null || !type || !bytes) {
        throw new Refusal(`Attribute provided with invalid value: payload ${field}`);
      }
      return [field, { name, type, bytes: Uint8Array.from(bytes) }];
    },
  );
  return Object.fromEntries(fields);
}

/** What the second thread does: one request for each message. */
const asking = `
const { parentPort } = require("node:worker_threads");
const formOf = (fields) => {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === "string") form.append(name, value);
    else form.append(name, new Blob([value.bytes], { type: value.type }), value.name);
  }
  return form;
};
parentPort.on("message", async ({ port, signal, url, method, headers, text, form }) => {
  const body = form ? formOf(form) : text;
  try {
    const response = await fetch(url, { method, headers, body, redirect: "manual" });
    const answer = { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
    port.postMessage({ answer });
  } catch (error) {
    port.postMessage({ error: String(error) });
  }
  Atomics.store(signal, 0, 1);
  Atomics.notify(signal, 0);
});
`;

/** A server that is reached through HTTP, such as the real one. */
export function serverAt(address: string): { server: WebServer; stop: () => Promise<unknown> } {
  const worker = new Worker(asking, { eval: true });
  // Nobody has to wait for it.
  worker.unref();
  const server: WebServer = ({ method, path, headers, body, form }) => {
    const signal = new Int32Array(new SharedArrayBuffer(4));
    const { port1, port2 } = new MessageChannel();
    // Sent as text again: what was compressed is so no more.
    const plain = Object.entries(headers).filter(([name]) => name !== "content-encoding");
    const request = { url: address + path, method, headers: Object.fromEntries(plain) };
    worker.postMessage({ ...request, text: body, form, signal, port: port2 }, [port2]);
    Atomics.wait(signal, 0, 0);
    const received = receiveMessageOnPort(port1) as
      { message: { answer?: WebAnswer; error?: string } } | undefined;
    port1.close();
    if (!received?.message.answer) throw new Error(received?.message.error ?? "no answer");
    return received.message.answer;
  };
  return { server, stop: () => worker.terminate() };
}
