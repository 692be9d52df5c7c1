/** What those who run SheetBrain need to know of a sidebar that misbehaves. No secrets, no formulas. */
import { make } from "../../shared/elements.ts";
import type { Panel, Surface } from "../panel.ts";
import { call, get } from "./ask.ts";
import { copyButton, facts, makePanel } from "./parts.ts";
import { words } from "./words.ts";

type Row = keyof typeof words.diagnostics.rows;
const rows = Object.keys(words.diagnostics.rows) as Row[];

/** The facts as a text to paste into a report. */
export function toText(found: ReadonlyMap<Row, string>): string {
  const lines = [...found].map(([row, value]) => `${words.diagnostics.rows[row]}: ${value}`);
  return `${lines.join("\n")}\n`;
}

export function diagnosticsPanel(surface: Surface): Panel {
  const places = new Map(rows.map((row) => [row, make("span", "")]));
  const found = new Map<Row, string>();
  const set = (row: Row, value: string): void => {
    found.set(row, value);
    const place = places.get(row);
    if (place !== undefined) place.textContent = value;
  };
  const list = facts([...places].map(([row, place]) => [words.diagnostics.rows[row], place]));
  const parts = [
    make("p", "panels-intro", words.diagnostics.intro),
    list,
    copyButton(surface, words.diagnostics.copy, () => toText(found)),
  ];
  return makePanel(surface, words.diagnostics.title, parts, () => {
    for (const row of rows) set(row, words.diagnostics.waiting);
    tellPage(surface, set);
    void tellScript(surface, set);
    void tellServer(surface, set);
    void tellWasm(set);
  });
}

type Set = (row: Row, value: string) => void;

/** What is known at once. */
function tellPage(surface: Surface, set: Set): void {
  const results = surface.results();
  const unchecked = words.diagnostics.notChecked;
  set("engine", results?.engine ?? unchecked);
  set("ruleset", results?.ruleset ?? unchecked);
  set("locale", results?.snapshot.spreadsheet.locale ?? unchecked);
  set("origin", globalThis.origin);
  set("size", words.diagnostics.bytes(pageSize()));
  set("language", navigator.language);
  set("browser", navigator.userAgent);
  set("time", new Date().toISOString());
}

/** Bytes of script and style in the page, which is one file. */
function pageSize(): number {
  const parts = [...document.querySelectorAll("script, style")];
  const encoder = new TextEncoder();
  return parts.reduce((sum, part) => sum + encoder.encode(part.textContent).length, 0);
}

async function tellScript({ script }: Surface, set: Set): Promise<void> {
  const around = await call(script.getSurroundings());
  set("addon", around.ok ? around.value.version : around.failure.title);
  set("server", around.ok ? around.value.server : around.failure.title);
}

async function tellServer({ script }: Surface, set: Set): Promise<void> {
  const start = performance.now();
  const health = await get(script, "/api/health", (body) => body.get("version").text());
  set("latency", words.diagnostics.milliseconds(performance.now() - start));
  const failure = health.ok ? "" : [health.failure.title, health.failure.detail].join(": ");
  set("serverVersion", health.ok ? health.value : failure);
}

/** Tries the smallest module that there is: whether it may run is the page's policy to say. */
async function tellWasm(set: Set): Promise<void> {
  if (typeof WebAssembly === "undefined") {
    set("wasm", words.diagnostics.wasmAbsent);
    return;
  }
  try {
    await WebAssembly.instantiate(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
    set("wasm", words.diagnostics.wasmRuns);
  } catch (error) {
    set(
      "wasm",
      words.diagnostics.wasmRefused(error instanceof Error ? error.message : String(error)),
    );
  }
}
