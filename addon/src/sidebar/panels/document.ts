/** Policy documents before they are sent: what kind they are, and what a trial of them may hold. */
import type { Snapshot } from "../../shared/bridge.ts";

/** The most bytes of a document that the server takes. */
export const mostBytes = 10 * 1024 * 1024;

/** The most bytes of a trial, which the server takes as any other small request. */
const mostTrialBytes = 240 * 1024;

/** The most formulas of a trial: more take long and say no more. */
const mostTrialFormulas = 2000;

/** Text is read here; the text of the others is found by the server. */
export type DocumentKind = "text" | "binary";

const kinds: ReadonlyMap<string, { readonly kind: DocumentKind; readonly type: string }> = new Map([
  ["txt", { kind: "text", type: "text/plain" }],
  ["md", { kind: "text", type: "text/markdown" }],
  [
    "docx",
    {
      kind: "binary",
      type: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    },
  ],
  ["pdf", { kind: "binary", type: "application/pdf" }],
]);

/** For `accept` of a file field. */
export const accepted = [...kinds.keys()].map((extension) => `.${extension}`).join(",");

/** What the document's name says it is; null for a kind that no server reads. */
export function kindOf(name: string): { kind: DocumentKind; type: string } | null {
  const extension = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
  return kinds.get(extension) ?? null;
}

/** `Lookups.v2.md` is titled `Lookups.v2`. */
export function titleOf(name: string): string {
  return name.replace(/\.[^.]+$/, "").slice(0, 200);
}

/** The text of a document; null when its bytes are no UTF-8 text. */
export function textOf(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text.includes("\0") ? null : text;
  } catch {
    return null;
  }
}

/** Bytes as Google's bridge carries them. */
export function toBase64(bytes: Uint8Array): string {
  // In pieces: a call takes only so many arguments.
  const piece = 0x8000;
  let binary = "";
  for (let start = 0; start < bytes.length; start += piece) {
    binary += String.fromCharCode(...bytes.subarray(start, start + piece));
  }
  return btoa(binary);
}

export interface Trial {
  /** Each formula once. */
  readonly formulas: readonly string[];
  /** How many different formulas there were to choose from. */
  readonly of: number;
}

/** The formulas to try a policy of this text on; null when the text alone is too long for a trial. */
export function trialOf(content: string, snapshot: Snapshot | null): Trial | null {
  const size = (text: string): number => new TextEncoder().encode(JSON.stringify(text)).length + 1;
  let left = mostTrialBytes - size(content);
  if (left < 0) return null;
  const all = new Set(snapshot?.sheets.flatMap((sheet) => sheet.formulas) ?? []);
  const formulas: string[] = [];
  for (const formula of all) {
    left -= size(formula);
    if (left < 0 || formulas.length === mostTrialFormulas) break;
    formulas.push(formula);
  }
  return { formulas, of: all.size };
}
