/** The npm package of the analyzer in a real browser, by each of the ways that pages load it. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { Page } from "playwright-core";
import { type Browser, startBrowser } from "./browser.ts";

/** Answered by the tests themselves: nothing listens there. */
const site = "http://sheetbrain.test/";

let browser: Browser;

before(async () => {
  browser = await startBrowser();
});

after(async () => {
  await browser.close();
});

/** What a page does with an entry: it checks a formula and puts the rules that found something into its title. */
const use = `
  await load();
  const [{ findings }] = new Analyzer("recommended", "en-US").check(["=VLOOKUP(B2, A:B, 2)"]);
  document.title = findings.map(({ rule }) => rule).join(" ");
`;

async function assertChecks(page: Page): Promise<void> {
  await page.waitForFunction(() => document.title !== "");
  assert.equal(await page.title(), "approximate-lookup");
}

/** The policy allows this module to run and nothing else to be fetched but by the same site. */
const webPolicy =
  "default-src 'none'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; connect-src 'self'";

for (const module of ["@sheetbrain/analyzer", "@sheetbrain/analyzer/policies"]) {
  test(`the web entry of ${module} fetches the module that lies beside it`, async () => {
    const folder = new URL(".", import.meta.resolve(`${module}/web`));
    const page = await browser.context.newPage();
    await page.route(`${site}**`, async (route) => {
      const { pathname } = new URL(route.request().url());
      if (pathname === "/") {
        await route.fulfill({
          contentType: "text/html",
          headers: { "content-security-policy": webPolicy },
          body: `<title></title><script type="module">
            import load, { Analyzer } from "./package/web.js"; ${use}</script>`,
        });
      } else {
        const file = fileURLToPath(new URL(pathname.replace("/package/", ""), folder));
        await route.fulfill({ path: file, contentType: typeOf(file) });
      }
    });
    await page.goto(site);
    await assertChecks(page);
    await page.close();
  });

  test(`the base64 entry of ${module} runs in a sandboxed frame that may fetch nothing`, async () => {
    const bundle = await build({
      stdin: {
        contents: `import load, { Analyzer } from "${module}/base64"; (async () => { ${use} })();`,
        resolveDir: process.cwd(),
      },
      bundle: true,
      write: false,
      format: "iife",
      target: "es2022",
      minify: true,
    });
    const script = bundle.outputFiles[0]?.text.replaceAll("</script", "<\\/script");
    const page = await browser.context.newPage();
    const asked: string[] = [];
    await page.route(`${site}**`, async (route) => {
      const { pathname } = new URL(route.request().url());
      asked.push(pathname);
      const isFrame = pathname === "/frame";
      await route.fulfill({
        contentType: "text/html",
        headers: isFrame
          ? {
              "content-security-policy":
                "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'",
            }
          : {},
        body: isFrame
          ? `<title></title><script>${script}</script>`
          : `<iframe sandbox="allow-scripts" src="frame"></iframe>`,
      });
    });
    await page.goto(site);
    const frame = page.frames().find((frame) => frame.url().endsWith("/frame"));
    assert.ok(frame);
    await frame.waitForFunction(() => document.title !== "");
    assert.equal(await frame.title(), "approximate-lookup");
    assert.deepEqual(
      asked.filter((path) => path !== "/favicon.ico"),
      ["/", "/frame"],
    );
    await page.close();
  });
}

function typeOf(file: string): string {
  return basename(file).endsWith(".wasm") ? "application/wasm" : "text/javascript";
}
