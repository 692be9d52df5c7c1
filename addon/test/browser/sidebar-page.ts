/**
 * The finished sidebar.html as Google shows it: 300 pixels wide, in a sandboxed frame, under Google's
 * policy, with google.script.run in front of the real Code.js.
 */
import { readFile } from "node:fs/promises";
import axe, { type AxeResults } from "axe-core";
import type { Frame, Page } from "playwright-core";
import type { Script } from "../../src/shared/bridge.ts";
import type { Fake } from "../apps-script/fake.ts";
import type { Browser } from "./browser.ts";

/** How many were opened: each has an origin of its own, as deployments have, and so keeps nothing. */
let opened = 0;

const sandbox = [
  "allow-downloads",
  "allow-forms",
  "allow-modals",
  "allow-popups",
  "allow-popups-to-escape-sandbox",
  "allow-same-origin",
  "allow-scripts",
].join(" ");

const contentPolicy = (isWasmAllowed: boolean): string =>
  `object-src 'none'; base-uri 'self'; script-src 'unsafe-inline' ${isWasmAllowed ? "'unsafe-eval'" : ""} https:`;

/** As Google's runner: other values do not cross, and who answers is chosen beforehand. */
const runner = `
  const send = async (name, given, succeed, fail) => {
    const response = await fetch("/run", { method: "POST", body: JSON.stringify({ name, given }) });
    const { value, error } = await response.json();
    if (error === undefined) succeed?.(value);
    else fail?.(new Error(error));
  };
  const check = (value) => {
    if (["undefined", "function", "symbol", "bigint"].includes(typeof value)) throw new TypeError("Failed due to illegal value");
    if (typeof value === "object" && value !== null) Object.values(value).forEach(check);
  };
  const runnerWith = (succeed, fail) => new Proxy({}, {
    get: (_, name) => {
      if (name === "withSuccessHandler") return (handler) => runnerWith(handler, fail);
      if (name === "withFailureHandler") return (handler) => runnerWith(succeed, handler);
      if (!FUNCTIONS.includes(name)) return undefined;
      return (...given) => { given.forEach(check); void send(name, given, succeed, fail); };
    },
  });
  globalThis.google = { script: { run: runnerWith() } };
`;

export interface Opening {
  readonly scheme?: "light" | "dark";
  readonly isWasmAllowed?: boolean;
  /** In pixels. */
  readonly height?: number;
  /** Called before the script's function is; what it waits for keeps the answer back. */
  readonly before?: (name: keyof Script, given: readonly unknown[]) => Promise<void> | void;
}

export interface Sidebar {
  readonly page: Page;
  readonly frame: Frame;
  /** Which functions of the script were called, in their order. */
  readonly calls: string[];
  /** What the browser complained of. */
  readonly complaints: string[];
  /** What axe finds, in words. */
  readonly violations: () => Promise<string[]>;
}

export async function openSidebar(
  browser: Browser,
  fake: Fake,
  { scheme = "light", isWasmAllowed = true, height = 640, before }: Opening = {},
): Promise<Sidebar> {
  opened += 1;
  // Answered by the test itself: nothing listens there.
  const site = `https://n-${opened}-script.sheetbrain.test/`;
  const page = await browser.context.newPage();
  const calls: string[] = [];
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.setViewportSize({ width: 300, height });
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
  const stub = runner.replace("FUNCTIONS", JSON.stringify(fake.globals()));
  const html = await readFile("dist/sidebar.html", "utf8");
  const framed = html.split("<head>").join(`<head><script>{${stub}}</script>`);
  await page.route(`${site}**`, async (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname === "/run") {
      const { name, given } = JSON.parse(route.request().postData() ?? "") as {
        name: keyof Script;
        given: unknown[];
      };
      calls.push(name);
      await before?.(name, given);
      const body = JSON.stringify(answerOf(() => fake.run(name, ...given)));
      // The page may be closed by now.
      await route.fulfill({ contentType: "application/json", body }).catch(() => undefined);
    } else if (pathname === "/frame") {
      await route.fulfill({
        contentType: "text/html; charset=utf-8",
        headers: { "content-security-policy": contentPolicy(isWasmAllowed) },
        body: framed,
      });
    } else {
      await route.fulfill({ contentType: "text/html; charset=utf-8", body: around });
    }
  });
  await page.goto(site);
  const frame = page.frame({ url: `${site}frame` });
  if (frame === null) throw new Error("the sidebar has no frame");
  await frame.locator("h1").waitFor();
  return { page, frame, calls, complaints, violations: () => violations(frame) };
}

const around = `<!doctype html><html lang="en"><title>Sheets</title>
  <style>body { margin: 0 } iframe { display: block; width: 300px; height: 100vh; border: 0 }</style>
  <iframe title="SheetBrain" src="/frame" sandbox="${sandbox}"></iframe></html>`;

function answerOf(run: () => unknown): { value?: unknown; error?: string } {
  try {
    return { value: run() ?? null };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

async function violations(frame: Frame): Promise<string[]> {
  await frame.evaluate(axe.source);
  const results = await frame.evaluate(
    async (): Promise<AxeResults> => await (globalThis as unknown as { axe: typeof axe }).axe.run(),
  );
  return results.violations.map(
    ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(" | ")}`,
  );
}

/** Presses the button of this name. */
export async function press({ frame }: Sidebar, name: string): Promise<void> {
  await frame.getByRole("button", { name, exact: true }).click();
}

/** Waits until this is on the page. */
export async function says({ frame }: Sidebar, text: string | RegExp): Promise<void> {
  await frame.getByText(text).first().waitFor();
}

/** Opens the first finding with this text. */
export async function openFinding({ frame }: Sidebar, text: string): Promise<void> {
  await frame.locator(".row.finding", { hasText: text }).first().click();
  await frame.locator(".detail").waitFor();
}
