/**
 * A page with the sidebar's panels, as wide as in Google Sheets: the script is a stand-in that has
 * what panels call and nothing else, the server behind it is the real program.
 */
import assert from "node:assert/strict";
import { build } from "esbuild";
import type { Page } from "playwright-core";
import type { Reply, ServerAnswer, ServerRequest, Settings } from "../../src/shared/bridge.ts";
import { readFinding } from "../../src/shared/audit.ts";
import { Json } from "../../src/shared/json.ts";
import type { Results } from "../../src/sidebar/panel.ts";
import { startBrowser } from "./browser.ts";
import type { Acts } from "./panels-page.ts";
import { startProgram } from "./program.ts";

const site = "http://sheetbrain.test/";
const hostile = '=VLOOKUP("<img src=x onerror=alert(1)>", Rates!A:B, 2)';
const formulas = ["=VLOOKUP(B2, Rates!A:B, 2)", hostile, "=SUM(B2:B9)", "=NOW()+1.07*A1"];

/** What stands in for the script; the server's answers are real unless `answer` gives another. */
export interface Scripted {
  readonly answer?: (request: ServerRequest) => Reply<ServerAnswer> | null;
  readonly isUnchecked?: boolean;
  readonly scheme?: "light" | "dark";
}

export interface Opened {
  readonly page: Page;
  readonly settings: () => Settings;
  readonly act: (run: (acts: Acts) => void) => Promise<void>;
}

export interface PanelHost {
  /** Asks the server as the script does. */
  readonly send: (request: ServerRequest) => Promise<ServerAnswer>;
  /** Loads the page, lets `use` use it and expects that the browser complained of nothing. */
  readonly onPage: (scripted: Scripted, use: (opened: Opened) => Promise<void>) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Starts the program and the browser. */
export async function startPanels(): Promise<PanelHost> {
  const program = await startProgram();
  try {
    const { address } = program;
    const results = await audit(address);
    const document = await pageOf();
    const browser = await startBrowser();
    return {
      send: (request) => send(address, request),
      onPage: async (scripted, use) => {
        const page = await browser.context.newPage();
        try {
          await usePage(page, { scripted, address, results, document }, use);
        } finally {
          await page.close();
        }
      },
      stop: async () => {
        await browser.close();
        await program.stop();
      },
    };
  } catch (error) {
    await program.stop();
    throw error;
  }
}

interface Loaded {
  readonly scripted: Scripted;
  /** Where the server listens. */
  readonly address: string;
  readonly results: Results;
  /** The page's source. */
  readonly document: string;
}

async function usePage(
  page: Page,
  { scripted, address, results, document }: Loaded,
  use: (opened: Opened) => Promise<void>,
): Promise<void> {
  await page.setViewportSize({ width: 300, height: 960 });
  await page.emulateMedia({ colorScheme: scripted.scheme ?? "light" });
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => complaints.push(message.text()));
  const script = scriptOf(scripted, address);
  await page.exposeFunction("callScript", script.call);
  await page.addInitScript(
    (value) => Object.assign(globalThis, { results: value }),
    scripted.isUnchecked === true ? null : results,
  );
  await page.route(`${site}**`, (route) =>
    route.fulfill({ contentType: "text/html", body: document }),
  );
  await page.goto(site);
  await use({
    page,
    settings: script.settings,
    act: async (run) => {
      await page.evaluate(`(${run.toString()})(acts)`);
    },
  });
  assert.deepEqual(complaints, []);
}

async function pageOf(): Promise<string> {
  const bundle = await build({
    entryPoints: ["test/browser/panels-page.ts", "src/sidebar/sidebar.css"],
    outdir: "out",
    bundle: true,
    write: false,
    format: "iife",
    target: "es2022",
  });
  const part = (extension: string): string =>
    bundle.outputFiles.find(({ path }) => path.endsWith(extension))?.text ?? "";
  return [
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>Panels</title>`,
    `<style>${part(".css")}</style>`,
    `<body><script>${part(".js").replaceAll("</script", "<\\/script")}</script>`,
  ].join("");
}

/** What the server's own audit finds in the formulas, as the sidebar keeps it. */
async function audit(address: string): Promise<Results> {
  const body = JSON.stringify({ formulas: formulas.map((formula) => [formula]) });
  const { body: text } = await send(address, { method: "POST", path: "/api/audit", body });
  const answer = new Json(JSON.parse(text));
  const findings = answer.get("audits").list((entry) => {
    const row = Number(entry.get("cellAddress").text().replace(/\D/g, ""));
    const formula = entry.get("formula").text();
    return entry.get("findings").list((finding) => ({
      ...readFinding(finding),
      sheetId: 7,
      sheet: "Price model",
      column: 1,
      row,
      formula,
      fingerprint: finding.get("fingerprint").text(),
      template: row,
      recorded: true,
    }));
  });
  return {
    snapshot: {
      spreadsheet: { name: "Budget <b>2026</b>", locale: "en_GB" },
      active: { sheetId: 7, range: "A1" },
      sheets: [{ id: 7, name: "Price model", cells: [1, 1, 1, 2, 1, 3, 1, 4], formulas }],
      takenAt: "2026-11-27T04:20:00Z",
      undoable: 0,
    },
    findings: findings.flat(),
    auditId: answer.get("auditId").text(),
    engine: answer.get("engine").text(),
    ruleset: answer.get("ruleset").text(),
  };
}

async function send(address: string, request: ServerRequest): Promise<ServerAnswer> {
  const headers = { "x-user-id": "user_demo", "x-user-org": "org_demo" };
  const init: RequestInit =
    request.file === undefined
      ? { headers: { ...headers, "content-type": "application/json" }, body: request.body }
      : { headers, body: formOf(request) };
  const response = await fetch(new URL(request.path, address), {
    method: request.method,
    ...init,
  });
  return {
    status: response.status,
    body: await response.text(),
    etag: response.headers.get("etag"),
    retryAfter: Number(response.headers.get("retry-after")) || null,
  };
}

function formOf({ body, file }: ServerRequest): FormData {
  assert.ok(file);
  const form = new FormData();
  const fields = JSON.parse(body ?? "{}") as Record<string, string>;
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  const bytes = Buffer.from(file.base64, "base64");
  form.append("file", new Blob([bytes], { type: file.type }), file.name);
  return form;
}

/** The functions of the script that panels call, and no others. */
function scriptOf(
  { answer }: Scripted,
  address: string,
): {
  call: (name: string, given: readonly unknown[]) => Promise<unknown>;
  settings: () => Settings;
} {
  let settings: Settings = { organization: null, department: null, checkOnOpen: true };
  const call = async (name: string, given: readonly unknown[]): Promise<unknown> => {
    switch (name) {
      case "askServer": {
        const request = given[0] as ServerRequest;
        return answer?.(request) ?? { ok: true, value: await send(address, request) };
      }
      case "getSurroundings":
        return {
          ok: true,
          value: { server: address, version: "0.1.0", email: "ada@example.com", settings },
        };
      case "saveSettings":
        settings = given[0] as Settings;
        return { ok: true, value: null };
      case "writeReport":
        return { ok: true, value: { sheetId: 8, range: "A1" } };
      case "goTo":
        return { ok: true, value: null };
      default:
        throw new Error(`panels do not call ${name}`);
    }
  };
  return { call, settings: () => settings };
}
