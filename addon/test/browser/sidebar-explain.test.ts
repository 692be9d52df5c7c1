/** The sidebar says what formulas compute. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Workbook } from "../apps-script/workbook.ts";
import { hostile } from "./formulas.ts";
import { openFinding, openSidebar, press, says, type Sidebar } from "./sidebar-page.ts";
import { clean, model, type Stage, startStage } from "./sidebar-stage.ts";

let stage: Stage;

before(async () => {
  stage = await startStage();
});

after(async () => {
  await stage.stop();
});

/** Opens the sidebar over a spreadsheet, waits until it has checked and hands it to `act`. */
async function onSidebar(
  workbook: Workbook,
  act: (sidebar: Sidebar) => Promise<void>,
): Promise<void> {
  const sidebar = await openSidebar(stage.browser, stage.fake(workbook), { height: 900 });
  try {
    await says(sidebar, /\d findings? in \d/);
    await act(sidebar);
    assert.deepEqual(sidebar.complaints, []);
  } finally {
    await sidebar.page.close();
  }
}

function hostileBook(): Workbook {
  const workbook = new Workbook();
  workbook.add(`</style><b>Ha'"t`, hostile);
  return workbook;
}

test("the formula of a finding is explained step by step, in this page", async () => {
  await onSidebar(model(), async (sidebar) => {
    await openFinding(sidebar, "Approximate lookup");
    await press(sidebar, "Explain");
    await says(sidebar, /^Look up B2 in the first column of Rates!A:B/);
    assert.ok(!sidebar.calls.includes("askServer"), sidebar.calls.join(" "));
  });
});

test("a formula that is typed is explained as the spreadsheet's locale writes it", async () => {
  const workbook = clean();
  workbook.locale = "de_DE";
  await onSidebar(workbook, async (sidebar) => {
    await press(sidebar, "Menu");
    await sidebar.frame.getByRole("menuitem", { name: "Explain a formula" }).click();
    const entry = sidebar.frame.getByLabel("Formula", { exact: true });
    await entry.fill("=A1*1,5");
    await says(sidebar, /Multiply A1 by 1,5/);
    await entry.fill("no formula");
    await says(sidebar, /^It can not be explained: .*does not start with/);
  });
});

test("where nothing is checked before it is asked for, a formula is explained all the same", async () => {
  const fake = stage.fake(model());
  fake.call("saveSettings", { organization: null, department: null, checkOnOpen: false });
  const sidebar = await openSidebar(stage.browser, fake);
  await press(sidebar, "Menu");
  await sidebar.frame.getByRole("menuitem", { name: "Explain a formula" }).click();
  await sidebar.frame.getByLabel("Formula", { exact: true }).fill("=A1*2");
  await says(sidebar, "Multiply A1 by 2.");
  await sidebar.page.close();
});

test("hostile formulas are explained as text", async () => {
  await onSidebar(hostileBook(), async (sidebar) => {
    const { frame, page } = sidebar;
    for (const cell of Object.keys(hostile)) {
      await openFinding(sidebar, `!${cell}`);
      await press(sidebar, "Explain");
      const steps = frame.locator(".panels-steps li");
      await steps.first().waitFor();
      const shown = (await steps.allTextContents()).join("\n");
      assert.match(shown, /Look up /, cell);
      assert.ok(!/[\u202e\u200b]/.test(shown), cell);
      await page.keyboard.press("Escape");
    }
    const hacked = await frame.evaluate(() => Reflect.get(globalThis, "hacked") as unknown);
    assert.equal(hacked, undefined);
    assert.equal(await frame.locator("img, b").count(), 0);
  });
});

test("where WebAssembly is refused nothing offers to explain a finding", async () => {
  const sidebar = await openSidebar(stage.browser, stage.fake(model()), { isWasmAllowed: false });
  await says(sidebar, "Only the server can check here");
  await press(sidebar, "Audit sheet");
  await says(sidebar, /Recorded\./);
  await openFinding(sidebar, "Approximate lookup");
  assert.equal(
    await sidebar.frame.getByRole("button", { name: "Explain", exact: true }).count(),
    0,
  );
  await press(sidebar, "Menu");
  await sidebar.frame.getByRole("menuitem", { name: "Explain a formula" }).click();
  await sidebar.frame.getByLabel("Formula", { exact: true }).fill("=A1*2");
  await says(sidebar, /^Formulas can not be explained here: /);
  await sidebar.page.close();
});
