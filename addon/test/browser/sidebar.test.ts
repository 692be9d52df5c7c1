/** The whole add-on: the real sidebar, the real script on a strict fake of Google, the real server. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Fake, startFake } from "../apps-script/fake.ts";
import { Workbook } from "../apps-script/workbook.ts";
import { type Browser, startBrowser, takeScreenshot } from "./browser.ts";
import { type Google, startGoogle } from "./google.ts";
import { type Program, startProgram } from "./program.ts";
import { openSidebar } from "./sidebar-page.ts";

let program: Program;
let browser: Browser;
let google: Google;
const endings: (() => Promise<unknown>)[] = [];

before(async () => {
  google = await startGoogle();
  endings.unshift(google.stop);
  program = await startProgram(google.settings);
  endings.unshift(program.stop);
  browser = await startBrowser();
  endings.unshift(browser.close);
});

after(async () => {
  for (const end of endings) await end();
});

function model(): Workbook {
  const workbook = new Workbook();
  const cells: Record<string, string | number> = { A1: 5, B1: "=A1*1.07", C1: "=SUM(A1:A9)+0" };
  for (let row = 2; row <= 40; row += 1) cells[`D${row}`] = `=VLOOKUP(B${row}, Rates!A:B, 2)`;
  workbook.add("Model", cells);
  workbook.add("Rates", { A1: "EUR", B1: 1.1, C1: "=NOW()", C2: "=IF(A1=TRUE,1,2)" });
  return workbook;
}

function fakeOf(workbook: Workbook): Fake {
  const email = "demo@example.com";
  return startFake({
    workbook,
    server: program.address,
    person: { email, identityToken: google.identityToken(email) },
  });
}

test("first", async () => {
  const fake = fakeOf(model());
  const { page, frame, calls, complaints, violations } = await openSidebar(browser, fake);
  await page.waitForTimeout(1500);
  await takeScreenshot(page, "sidebar-try-1");
  await frame.getByRole("button", { name: "Audit sheet" }).click();
  await page.waitForTimeout(2500);
  await takeScreenshot(page, "sidebar-try-2");
  await frame.locator(".row.finding").first().click();
  await page.waitForTimeout(300);
  await takeScreenshot(page, "sidebar-try-3");
  console.log(calls, complaints, await violations());
  await fake.stop();
  assert.ok(true);
});
