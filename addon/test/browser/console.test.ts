import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import axe, { type AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { type Browser, startBrowser, takeScreenshot } from "./browser.ts";
import { type Program, startProgram } from "./program.ts";

const badFormula = "=VLOOKUP(B2, Sheet1!A:B, 2)";

let program: Program;
let browser: Browser;

/** Ends what was started, the last first; a start may fail between the two. */
const endings: (() => Promise<void>)[] = [];

before(async () => {
  program = await startProgram();
  endings.unshift(program.stop);
  browser = await startBrowser();
  endings.unshift(browser.close);
});

after(async () => {
  for (const end of endings) await end();
});

/**
 * Opens the page, lets `act` use it and then expects that the browser complained of nothing:
 * neither an error of a script nor something that the page's policy forbids. `expected` is the
 * complaint that the test itself provokes.
 */
async function onPage(act: (page: Page) => Promise<void>, expected = /^$/): Promise<void> {
  const page = await browser.context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  try {
    await page.goto(program.address);
    await page.locator("#local-status").getByText("Type a formula.").waitFor();
    await act(page);
    assert.deepEqual(
      complaints.filter((complaint) => !expected.test(complaint)),
      [],
    );
  } finally {
    await page.close();
  }
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const results = await page.evaluate(
    async (): Promise<AxeResults> => await (globalThis as unknown as { axe: typeof axe }).axe.run(),
  );
  return results.violations.map((violation) => `${violation.id}: ${violation.help}`);
}

test("a bad formula is found while it is typed, and its part in question is marked", async () => {
  await onPage(async (page) => {
    await page.getByLabel("Formula").fill(badFormula);
    const finding = page.locator("#local-findings li").first();
    await finding.getByText("approximate-lookup").waitFor();
    assert.match((await finding.locator("mark").textContent()) ?? "", /VLOOKUP/);
  });
});

test("an audit is recorded and cites the sentence of the policy that a formula breaks", async () => {
  await onPage(async (page) => {
    await page.getByLabel("Formula").fill(badFormula);
    await page.getByRole("button", { name: "Audit" }).click();
    await page.getByText("Recorded as audit").waitFor();
    const citation = page.locator("#recorded-findings .citation").first();
    assert.match((await citation.textContent()) ?? "", /VLOOKUP must use exact match\. *Policy: /);
  });
});

test("the keyboard alone audits, and the focus stays in the formula", async () => {
  await onPage(async (page) => {
    await page.getByLabel("Formula").press("Equal");
    await page.keyboard.type("SUM(A1:A3)");
    await page.getByText("No findings.").waitFor();
    await page.keyboard.press("Control+Enter");
    await page.getByText("Recorded as audit").waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.id), "formula");
  });
});

test("a formula with markup in it is shown as text", async () => {
  await onPage(async (page) => {
    await page.getByLabel("Formula").fill('=VLOOKUP("<img src=x onerror=alert(1)>", A:B, 2)');
    await page.locator("#local-findings li").first().waitFor();
    assert.equal(await page.locator("#local-findings img").count(), 0);
  });
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`axe finds nothing on the ${colorScheme} page with findings`, async () => {
    await onPage(async (page) => {
      await page.emulateMedia({ colorScheme });
      await page.getByLabel("Formula").fill(badFormula);
      await page.getByRole("button", { name: "Audit" }).click();
      await page.locator("#recorded-findings li").first().waitFor();
      assert.deepEqual(await violations(page), []);
      await takeScreenshot(page, `console-${colorScheme}`);
    });
  });
}

test("an identity that the server does not know is refused in words", async () => {
  await onPage(async (page) => {
    await page.getByLabel("Formula").fill(badFormula);
    await page.getByLabel("Organization").fill("org_nobody");
    await page.getByRole("button", { name: "Audit" }).click();
    const refusal = page.locator("#recorded-status.refused");
    assert.match((await refusal.textContent()) ?? "", /organization/i);
  }, /status of 403/);
});
