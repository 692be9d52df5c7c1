/** Every state of the sidebar, light and dark: axe finds nothing, and a picture is left of each. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Fake } from "../apps-script/fake.ts";
import { takeScreenshot } from "./browser.ts";
import {
  type Opening,
  openFinding,
  openSidebar,
  press,
  says,
  type Sidebar,
} from "./sidebar-page.ts";
import { clean, large, model, type Stage, startStage } from "./sidebar-stage.ts";

let stage: Stage;

before(async () => {
  stage = await startStage();
});

after(async () => {
  await stage.stop();
});

/** Opens the sidebar, brings it into a state and looks at that in light and in dark. */
function state(
  name: string,
  fake: () => Fake,
  act: (sidebar: Sidebar, fake: Fake) => Promise<void>,
  opening: Opening = {},
): void {
  test(`state: ${name}`, async () => {
    const used = fake();
    const sidebar = await openSidebar(stage.browser, used, opening);
    const { page, violations } = sidebar;
    try {
      await act(sidebar, used);
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        assert.deepEqual(await violations(), []);
        await takeScreenshot(page, `sidebar-${name.replaceAll(" ", "-")}-${colorScheme}`);
      }
    } finally {
      await page.close();
    }
  });
}

/** What the summary says once formulas were checked. */
const checked = /\d findings? in \d/;

const held = (wanted: string): Opening => ({
  before: async (name) => {
    if (name === wanted) await new Promise(() => undefined);
  },
});

const waiting = (): Fake => {
  const fake = stage.fake(model());
  fake.call("saveSettings", { organization: null, department: null, checkOnOpen: false });
  return fake;
};

state("first run", waiting, (sidebar) => says(sidebar, "Check before you send"));

state(
  "loading",
  () => stage.fake(model()),
  (sidebar) => says(sidebar, "Reading the sheet…"),
  held("getSnapshot"),
);

state(
  "local findings",
  () => stage.fake(model()),
  (sidebar) => says(sidebar, /findings in 44 formulas/),
);

state(
  "auditing",
  () => stage.fake(model()),
  async (sidebar) => {
    await says(sidebar, /findings in 44 formulas/);
    await press(sidebar, "Audit sheet");
    await says(sidebar, "The server audits 44 formulas…");
  },
  held("askServer"),
);

state(
  "recorded",
  () => stage.fake(model()),
  async (sidebar) => {
    await says(sidebar, checked);
    await press(sidebar, "Audit sheet");
    await says(sidebar, /Recorded\./);
    await openFinding(sidebar, "Approximate lookup");
    await says(sidebar, "VLOOKUP must use exact match.");
  },
  { height: 760 },
);

state(
  "fix preview",
  () => stage.fake(model()),
  async (sidebar) => {
    await says(sidebar, checked);
    await openFinding(sidebar, "Approximate lookup");
    await press(sidebar, "Preview fix");
    await says(sidebar, "Apply to all 39");
  },
  { height: 760 },
);

state(
  "grouped by rule",
  () => stage.fake(model()),
  async (sidebar) => {
    await says(sidebar, checked);
    await sidebar.frame.getByRole("radio", { name: "Workbook" }).check();
    await says(sidebar, /2 sheets/);
    await sidebar.frame.getByLabel("Group by").selectOption("rule");
  },
);

state(
  "grouped by sheet",
  () => stage.fake(model()),
  async (sidebar) => {
    await sidebar.frame.getByRole("radio", { name: "Workbook" }).check();
    await says(sidebar, /2 sheets/);
    await sidebar.frame.getByLabel("Group by").selectOption("sheet");
  },
);

state(
  "filtered",
  () => stage.fake(model()),
  async (sidebar) => {
    await says(sidebar, checked);
    await sidebar.frame.getByLabel("Filter").fill("no such thing");
    await says(sidebar, "No finding passes the filter");
  },
);

state(
  "clean",
  () => stage.fake(clean()),
  (sidebar) => says(sidebar, "0 findings in 1 formula, 1 sheet, 0 skipped"),
);

state(
  "clean recorded",
  () => stage.fake(clean()),
  async (sidebar) => {
    await says(sidebar, /0 findings/);
    await press(sidebar, "Audit sheet");
    await says(sidebar, "Checked and recorded by the server.");
  },
);

state(
  "no formulas",
  () => {
    const workbook = clean();
    workbook.selection = [{ left: 5, top: 5, right: 5, bottom: 5 }];
    return stage.fake(workbook);
  },
  async (sidebar) => {
    await sidebar.frame.getByRole("radio", { name: "Selection" }).check();
    await says(sidebar, "No formulas here");
  },
);

state(
  "skipped",
  () => {
    const workbook = model();
    workbook.sheets[0]?.edit(9, 9, { formula: `="${"x".repeat(40_000)}"` });
    return stage.fake(workbook);
  },
  (sidebar) => says(sidebar, /1 skipped/),
);

state(
  "cancelled",
  () => stage.fake(large(20_000)),
  async (sidebar) => {
    await says(sidebar, /\d \/ 20,000 formulas/);
    await press(sidebar, "Cancel");
    await says(sidebar, /Cancelled after/);
  },
);

state(
  "offline",
  () => stage.fake(model(), { server: null }),
  async (sidebar) => {
    await says(sidebar, checked);
    await press(sidebar, "Audit sheet");
    await says(sidebar, "The server does not answer");
    await says(sidebar, "Offline");
  },
);

state(
  "signed out",
  () => stage.fake(model(), { person: { email: "", identityToken: null } }),
  async (sidebar) => {
    await says(sidebar, checked);
    await press(sidebar, "Audit sheet");
    await says(sidebar, "You are not signed in");
  },
);

state(
  "no membership",
  () => stage.fake(model(), { email: "nobody@example.com" }),
  async (sidebar) => {
    await says(sidebar, checked);
    await press(sidebar, "Audit sheet");
    await says(sidebar, "You are not a member here");
    await says(sidebar, /Nobody here has the address nobody@example\.com/);
  },
);

state(
  "error with request",
  () => {
    const workbook = model();
    workbook.locale = "nonsense";
    return stage.fake(workbook);
  },
  async (sidebar) => {
    await says(sidebar, checked);
    await press(sidebar, "Audit sheet");
    await says(sidebar, "Copy request id");
  },
);

state(
  "server only",
  () => stage.fake(model()),
  async (sidebar) => {
    await says(sidebar, "Only the server can check here");
  },
  { isWasmAllowed: false },
);

state(
  "stale",
  () => stage.fake(model()),
  async (sidebar, fake) => {
    await says(sidebar, checked);
    fake.advance(60_000);
    fake.trigger("onEdit", "LIMITED");
    await sidebar.frame.evaluate(() => dispatchEvent(new Event("focus")));
    await says(sidebar, /Edited since/);
  },
);

state(
  "fix refused",
  () => {
    const workbook = model();
    workbook.sheets[0]?.protections.push({ box: null });
    return stage.fake(workbook);
  },
  async (sidebar) => {
    await says(sidebar, checked);
    await openFinding(sidebar, "Approximate lookup");
    await press(sidebar, "Preview fix");
    await press(sidebar, "Apply");
    await says(sidebar, "Nothing was changed");
  },
);

state(
  "safe fixes",
  () => stage.fake(model()),
  async (sidebar) => {
    await says(sidebar, checked);
    await sidebar.frame.getByRole("button", { name: /^Fix \d+ safe/ }).click();
    await says(sidebar, /will be rewritten/);
  },
);

state(
  "menu",
  () => stage.fake(model()),
  async (sidebar) => {
    await says(sidebar, checked);
    await press(sidebar, "Menu");
    await says(sidebar, "Mark findings in the sheet");
  },
);

state(
  "suppress form",
  () => stage.fake(model()),
  async (sidebar) => {
    await says(sidebar, checked);
    await openFinding(sidebar, "Approximate lookup");
    await press(sidebar, "Suppress…");
    await sidebar.frame.getByLabel("Reason").waitFor();
  },
);

// The last two, because they use up what the organization has.

async function post(path: string, body: unknown): Promise<number> {
  const response = await fetch(new URL(path, stage.program.address), {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-user-id": "user_demo",
      "x-user-org": "org_demo",
    },
    body: JSON.stringify(body),
  });
  await response.arrayBuffer();
  return response.status;
}

state(
  "over quota",
  () => stage.fake(model()),
  async (sidebar) => {
    await says(sidebar, checked);
    assert.ok((await post("/api/billing", { plan: "free" })) < 300);
    while ((await post("/api/audit", { formulas: ["=A1"] })) === 200);
    await press(sidebar, "Audit sheet");
    await says(sidebar, "This month’s audits are used up");
    await says(sidebar, "Plans and usage");
  },
);

state(
  "rate limited",
  () => stage.fake(model()),
  async (sidebar) => {
    await says(sidebar, checked);
    for (let sent = 0; sent < 100; sent += 1) await post("/api/audit", { formulas: ["=A1"] });
    await press(sidebar, "Audit sheet");
    await says(sidebar, "Too many requests");
    await says(sidebar, /Try again in/);
  },
);
