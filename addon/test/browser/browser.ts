/** Starts Chromium with a profile of its own, which ends with it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { setting } from "./program.ts";

/** No sandbox, because CI may be root; and no word to anyone but the server under test. */
const quietly = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export interface Browser {
  readonly context: BrowserContext;
  readonly close: () => Promise<void>;
}

export async function startBrowser(): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), "sheetbrain-chromium-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: setting("SHEETBRAIN_TEST_BROWSER"),
    args: quietly,
    viewport: { width: 1100, height: 900 },
  });
  // Everything here is local: what takes longer than this does not come.
  context.setDefaultTimeout(10_000);
  return {
    context,
    close: async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/** Leaves a picture of the whole page for people to look at. */
export async function takeScreenshot(page: Page, name: string): Promise<void> {
  const path = join(setting("SHEETBRAIN_TEST_SCREENSHOTS"), `${name}.png`);
  await page.screenshot({ path, fullPage: true });
}
