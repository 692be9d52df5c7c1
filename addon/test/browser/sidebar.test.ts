/** The whole add-on: the real sidebar, the real script on a strict fake of Google, the real server. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Fake, FakeOptions } from "../apps-script/fake.ts";
import { serverAt } from "../apps-script/web.ts";
import { Workbook } from "../apps-script/workbook.ts";
import { hostile } from "./formulas.ts";
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

interface Used extends Sidebar {
  readonly fake: Fake;
}

interface Setting extends Opening, FakeOptions {
  readonly workbook?: Workbook;
}

/** Opens the sidebar over a spreadsheet, waits until it has checked and hands it to `act`. */
async function onSidebar(
  { workbook = model(), ...setting }: Setting,
  act: (used: Used) => Promise<void>,
  expected = /^$/,
): Promise<void> {
  const fake = stage.fake(workbook, setting);
  const sidebar = await openSidebar(stage.browser, fake, setting);
  try {
    await sidebar.frame
      .getByText(/\d findings? in \d/)
      .first()
      .waitFor({ timeout: 120_000 });
    await act({ ...sidebar, fake });
    assert.deepEqual(
      sidebar.complaints.filter((complaint) => !expected.test(complaint)),
      [],
    );
  } finally {
    await sidebar.page.close();
  }
}

async function audit(sidebar: Sidebar): Promise<void> {
  await press(sidebar, "Audit sheet");
  await says(sidebar, /Recorded\./);
}

/** What has the focus, as its name or its text. */
function focused({ frame }: Sidebar): Promise<string> {
  return frame.evaluate(() => {
    const element = document.activeElement;
    if (!(element instanceof HTMLElement)) return "";
    return element.dataset["key"] === undefined
      ? (element.getAttribute("aria-label") ?? element.textContent).trim()
      : `row ${element.querySelector(".place bdi, .label")?.textContent ?? ""}`;
  });
}

async function used(): Promise<number> {
  const response = await fetch(new URL("/api/usage", stage.program.address), {
    headers: { "x-user-id": "user_demo", "x-user-org": "org_demo" },
  });
  return ((await response.json()) as { used: number }).used;
}

test("nothing goes to the server before it is asked for", async () => {
  await onSidebar({}, async (sidebar) => {
    await sidebar.frame.getByRole("radio", { name: "Workbook" }).check();
    await says(sidebar, /2 sheets/);
    assert.ok(!sidebar.calls.includes("askServer"), sidebar.calls.join(" "));
    await says(sidebar, "Not connected");
  });
});

test("copies of a formula are one row, which tells how many there are", async () => {
  await onSidebar({}, async ({ frame }) => {
    const row = frame.locator(".row.finding", { hasText: "Approximate lookup" });
    assert.equal(await row.count(), 1);
    assert.match((await row.textContent()) ?? "", /Model!D2 ?\(\+38\)/);
  });
});

test("an audit shows the findings of this page first and then those that are recorded", async () => {
  let atSending = "";
  const setting: Setting = {
    before: async (name, [request]) => {
      const { path } = (request ?? {}) as { path?: string };
      if (name !== "askServer" || path !== "/api/audit") return;
      atSending = (await opened?.frame.locator(".list").textContent()) ?? "";
    },
  };
  let opened: Sidebar | null = null;
  await onSidebar(setting, async (sidebar) => {
    opened = sidebar;
    await audit(sidebar);
    assert.match(atSending, /Approximate lookup/);
    await openFinding(sidebar, "Approximate lookup");
    await says(sidebar, "VLOOKUP must use exact match.");
    await says(sidebar, "Modelling standard, version 1");
    assert.equal(await sidebar.frame.locator(".tag.local").count(), 0);
  });
});

test("after an audit the check in this page applies the organization's policies", async () => {
  await onSidebar({}, async (sidebar) => {
    await audit(sidebar);
    await sidebar.frame.getByRole("radio", { name: "Workbook" }).check();
    await says(sidebar, /2 sheets/);
    await openFinding(sidebar, "Policy");
    assert.ok((await sidebar.frame.locator(".citation").count()) > 0);
  });
});

test("an audit whose answer was lost counts once when it is sent again", async () => {
  const real = serverAt(stage.program.address);
  let isLost = true;
  const setting: Setting = {
    server: (request) => {
      const answer = real.server(request);
      if (request.path === "/api/audit" && isLost) {
        isLost = false;
        throw new Error("the line went dead");
      }
      return answer;
    },
  };
  const before = await used();
  await onSidebar(setting, async (sidebar) => {
    await press(sidebar, "Audit sheet");
    await says(sidebar, "The server does not answer");
    await press(sidebar, "Try again");
    await says(sidebar, /Recorded\./);
    await says(sidebar, "Online");
    assert.equal(await used(), before + 1);
  });
  await real.stop();
});

test("a fix is shown before it is made, changes its cell alone and can be undone", async () => {
  await onSidebar({}, async (sidebar) => {
    const { fake } = sidebar;
    await openFinding(sidebar, "Approximate lookup");
    await press(sidebar, "Preview fix");
    assert.equal(fake.workbook.formula("Model!D2"), "=VLOOKUP(B2, Rates!A:B, 2)");
    assert.match((await sidebar.frame.locator("ins").textContent()) ?? "", /FALSE/);
    await press(sidebar, "Apply");
    await sidebar.frame.getByText("(+37)").waitFor();
    assert.equal(fake.workbook.formula("Model!D2"), "=VLOOKUP(B2, Rates!A:B, 2, FALSE)");
    assert.equal(fake.workbook.formula("Model!D3"), "=VLOOKUP(B3, Rates!A:B, 2)");
    await press(sidebar, "Undo last fix (1)");
    await sidebar.frame.getByText("(+38)").waitFor();
    assert.equal(fake.workbook.formula("Model!D2"), "=VLOOKUP(B2, Rates!A:B, 2)");
  });
});

test("a fix of all copies is one change, which one undo takes back", async () => {
  await onSidebar({}, async (sidebar) => {
    await openFinding(sidebar, "Approximate lookup");
    await press(sidebar, "Preview fix");
    await press(sidebar, "Apply to all 39");
    await says(sidebar, /^39 formulas changed\. \d/);
    assert.equal(sidebar.fake.workbook.formula("Model!D40"), "=VLOOKUP(B40, Rates!A:B, 2, FALSE)");
    await press(sidebar, "Undo last fix (1)");
    await sidebar.frame.getByText("(+38)").waitFor();
    assert.equal(sidebar.fake.workbook.formula("Model!D40"), "=VLOOKUP(B40, Rates!A:B, 2)");
  });
});

test("all safe fixes are shown before any is made", async () => {
  await onSidebar({}, async (sidebar) => {
    const before = sidebar.fake.workbook.formula("Model!C2");
    await sidebar.frame.getByRole("button", { name: /^Fix \d+ safe/ }).click();
    const changes = await sidebar.frame.locator(".changes li").allTextContents();
    assert.ok(changes.length > 0);
    assert.equal(sidebar.fake.workbook.formula("Model!C2"), before);
    await sidebar.frame.getByRole("button", { name: /^Apply \d+ change/ }).click();
    await says(sidebar, /formulas? changed/);
    await sidebar.frame.getByRole("button", { name: "No safe fixes" }).waitFor();
  });
});

test("a cell that was changed under a fix is left alone, and that is told", async () => {
  await onSidebar({}, async (sidebar) => {
    const [sheet] = sidebar.fake.workbook.sheets;
    await openFinding(sidebar, "Approximate lookup");
    await press(sidebar, "Preview fix");
    sheet?.edit(4, 2, { formula: "=MINE()" });
    await press(sidebar, "Apply");
    await says(sidebar, "Nothing was changed");
    await says(sidebar, /Model!D2:/);
    assert.equal(sidebar.fake.workbook.formula("Model!D2"), "=MINE()");
  });
});

test("a protected cell is left alone, and that is told", async () => {
  const workbook = model();
  workbook.sheets[0]?.protections.push({ box: { left: 4, top: 2, right: 4, bottom: 2 } });
  await onSidebar({ workbook }, async (sidebar) => {
    await openFinding(sidebar, "Approximate lookup");
    await press(sidebar, "Preview fix");
    await press(sidebar, "Apply to all 39");
    await says(sidebar, "38 formulas changed, 1 not");
    assert.equal(workbook.formula("Model!D2"), "=VLOOKUP(B2, Rates!A:B, 2)");
  });
});

test("a sheet that is gone can not be shown, and that is told", async () => {
  await onSidebar({}, async (sidebar) => {
    const { workbook } = sidebar.fake;
    await openFinding(sidebar, "Approximate lookup");
    const [sheet] = workbook.sheets;
    assert.ok(sheet);
    workbook.delete(sheet);
    await press(sidebar, "Go");
    await says(sidebar, "Model!D2 can not be shown");
  });
});

test("a renamed sheet is still the one that is shown", async () => {
  await onSidebar({}, async (sidebar) => {
    const { workbook } = sidebar.fake;
    const [sheet, other] = workbook.sheets;
    assert.ok(sheet && other);
    sheet.name = "Renamed";
    workbook.active = other;
    await openFinding(sidebar, "Approximate lookup");
    await press(sidebar, "Go");
    await says(sidebar, /^The sheet shows/);
    assert.equal(workbook.active, sheet);
    assert.deepEqual(workbook.selection, [{ left: 4, top: 2, right: 4, bottom: 2 }]);
  });
});

test("a silenced finding goes, and that there is one is told", async () => {
  const workbook = clean();
  workbook.sheets[0]?.edit(7, 7, { formula: "=VLOOKUP(Q1, Odd!A:B, 2)" });
  await onSidebar({ workbook }, async (sidebar) => {
    await openFinding(sidebar, "Approximate lookup");
    await press(sidebar, "Suppress…");
    await sidebar.frame.getByLabel("Reason").fill("A known exception.");
    await press(sidebar, "Suppress");
    await says(sidebar, /Suppressed|suppressed|silenced/i);
    await sidebar.page.keyboard.press("Escape");
    await says(sidebar, /1 suppressed/);
    await audit(sidebar);
    await says(sidebar, /1 suppressed/);
  });
});

test("a locked rule is told to be one, and its findings can not be suppressed", async () => {
  const { presets } = await stage.program.ask<{ presets: string[] }>("GET", "/api/rulesets");
  await stage.program.ask("PUT", "/api/rulesets", { presets, locked: ["approximate-lookup"] });
  try {
    await onSidebar({}, async (sidebar) => {
      await audit(sidebar);
      await openFinding(sidebar, "Approximate lookup");
      await says(sidebar, /Locked: nobody can suppress/);
      const suppress = sidebar.frame.getByRole("button", { name: "Suppress…" });
      assert.equal(await suppress.count(), 0);
      await openFinding(sidebar, "Volatile function");
      await suppress.waitFor();
    });
  } finally {
    await stage.program.ask("PUT", "/api/rulesets", { presets });
  }
});

test("a finding that a policy asks for leads to the page about its rule, where there is one", async () => {
  await onSidebar({}, async (sidebar) => {
    await audit(sidebar);
    await openFinding(sidebar, "Approximate lookup");
    await says(sidebar, "Modelling standard, version 1");
    const link = sidebar.frame.locator(".detail [data-name=docs]");
    assert.match((await link.getAttribute("href")) ?? "", /\/rules\/approximate-lookup$/);
    // The script asks the same server.
    const page = await fetch(new URL("/rules/approximate-lookup", stage.program.address));
    assert.equal(page.status, 200);
  });
});

test("cancel ends the waiting for the server, and says what may have become of it", async () => {
  const setting: Setting = {
    before: async (name, [request]) => {
      const { path } = (request ?? {}) as { path?: string };
      if (name === "askServer" && path === "/api/audit") await new Promise(() => undefined);
    },
  };
  await onSidebar(setting, async (sidebar) => {
    await press(sidebar, "Audit sheet");
    await says(sidebar, /^The server audits/);
    await press(sidebar, "Cancel");
    await says(sidebar, "The audit was cancelled");
    assert.match((await sidebar.frame.locator(".list").textContent()) ?? "", /Approximate lookup/);
    assert.equal(await focused(sidebar), "Audit sheet");
  });
});

async function hostileSidebar(act: (used: Used) => Promise<void>): Promise<void> {
  const workbook = new Workbook();
  workbook.add(`</style><b>Ha'"t`, hostile);
  workbook.name = "<img src=x onerror=window.hacked=1>";
  await onSidebar({ workbook, height: 900 }, act);
}

test("hostile formulas and names are text, and nothing of them runs", async () => {
  await hostileSidebar(async (sidebar) => {
    await audit(sidebar);
    for (const text of Object.keys(hostile)) {
      await openFinding(sidebar, `!${text}`);
      const shown = await sidebar.frame.locator(".detail .formula").textContent();
      assert.ok(shown?.startsWith("="), text);
    }
    const { frame } = sidebar;
    assert.equal(
      await frame.evaluate(() => Reflect.get(globalThis, "hacked") as unknown),
      undefined,
    );
    assert.equal(
      await frame.locator("img, b, script:not(head script):not(body > script)").count(),
      0,
    );
    await says(sidebar, /<\/style><b>Ha/);
  });
});

test("the part in question is marked after characters of every width", async () => {
  await hostileSidebar(async (sidebar) => {
    await openFinding(sidebar, "!A3");
    assert.equal(await sidebar.frame.locator(".detail mark").textContent(), "VLOOKUP(B3, A:B, 2)");
  });
});

test("marks of direction and what has no width are named and not obeyed", async () => {
  await hostileSidebar(async (sidebar) => {
    await openFinding(sidebar, "!A5");
    const names = await sidebar.frame.locator(".detail .hidden-character").allTextContents();
    assert.deepEqual(names, ["U+202E", "U+200B"]);
    const shown = (await sidebar.frame.locator(".detail").textContent()) ?? "";
    assert.ok(!/[\u202e\u200b]/.test(shown));
  });
});

test("a formula of 32,000 characters is cut around its part, and shown whole when that is wanted", async () => {
  await hostileSidebar(async (sidebar) => {
    await openFinding(sidebar, "!A6");
    const formula = sidebar.frame.locator(".detail .formula");
    assert.ok(((await formula.textContent()) ?? "").length < 600);
    await sidebar.frame.getByRole("button", { name: /^Show all/ }).click();
    assert.equal((await formula.textContent())?.length, hostile["A6"]?.length);
  });
});

test("formulas of a locale with semicolons are fixed with semicolons", async () => {
  const workbook = new Workbook();
  workbook.locale = "de_DE";
  workbook.add("Preise", { A1: "=SVERWEIS(B1;A:B;2)", A2: "=VLOOKUP(B1;A:B;2)+1,5" });
  await onSidebar({ workbook }, async (sidebar) => {
    await openFinding(sidebar, "!A2");
    await press(sidebar, "Preview fix");
    await press(sidebar, "Apply");
    await says(sidebar, /^1 formula changed\. \d/);
    assert.equal(workbook.formula("Preise!A2"), "=VLOOKUP(B1;A:B;2;FALSE)+1,5");
  });
});

test("everything works by keyboard alone", async () => {
  await onSidebar({ height: 900 }, async (sidebar) => {
    const { page, frame, fake } = sidebar;
    const { keyboard } = page;
    /** Presses Tab until what is wanted has the focus. */
    const tabTo = async (wanted: RegExp, key = "Tab"): Promise<void> => {
      for (let pressed = 0; pressed < 40; pressed += 1) {
        if (wanted.test(await focused(sidebar))) return;
        await keyboard.press(key);
      }
      assert.fail(`Tab does not reach ${String(wanted)}, but ${await focused(sidebar)}`);
    };
    // The menu, a panel and back.
    await tabTo(/^Menu$/);
    await keyboard.press("Enter");
    assert.equal(await focused(sidebar), "Policies");
    await keyboard.press("End");
    await keyboard.press("Escape");
    assert.equal(await focused(sidebar), "Menu");
    await keyboard.press("Enter");
    await keyboard.press("Enter");
    await frame.getByRole("dialog").waitFor();
    await keyboard.press("Escape");
    assert.equal(await focused(sidebar), "Menu");
    // What is checked: a radio group, by its arrows.
    await keyboard.press("Tab");
    await keyboard.press("ArrowRight");
    await says(sidebar, /2 sheets/);
    await keyboard.press("ArrowLeft");
    await says(sidebar, /1 sheet,/);
    // The audit keeps the focus where it was.
    await tabTo(/^Audit sheet$/);
    await keyboard.press("Enter");
    await says(sidebar, /Recorded\./);
    assert.equal(await focused(sidebar), "Audit sheet");
    // Levels, filter and groups.
    await tabTo(/Error/);
    await keyboard.press("Space");
    await says(sidebar, /\d of \d+ findings shown/);
    await keyboard.press("Space");
    await tabTo(/^Filter$/);
    await keyboard.type("lookup");
    await tabTo(/^Group by$/);
    await keyboard.press("ArrowDown");
    // The list.
    await tabTo(/^row /);
    await keyboard.press("Home");
    assert.equal(await focused(sidebar), "row Approximate lookup");
    await keyboard.press("ArrowDown");
    assert.equal(await focused(sidebar), "row Model!D2");
    fake.workbook.selection = [];
    await keyboard.press("Enter");
    await says(sidebar, "The sheet shows Model!D2.");
    assert.deepEqual(fake.workbook.selection, [{ left: 4, top: 2, right: 4, bottom: 2 }]);
    await keyboard.press("ArrowRight");
    await tabTo(/^Next copy$/);
    await keyboard.press("Enter");
    await says(sidebar, "2 of 39");
    assert.equal(await focused(sidebar), "Next copy");
    // A fix.
    await tabTo(/^Preview fix$/);
    await keyboard.press("Enter");
    assert.equal(await focused(sidebar), "Apply");
    await keyboard.press("Enter");
    await says(sidebar, /^1 formula changed\. \d/);
    await frame.getByRole("button", { name: "Undo last fix (1)" }).waitFor();
    assert.equal(fake.workbook.formula("Model!D3"), "=VLOOKUP(B3, Rates!A:B, 2, FALSE)");
    assert.notEqual(await focused(sidebar), "");
    // Escape closes the details and gives their row the focus.
    await tabTo(/^(Go|Suppress…)$/);
    await keyboard.press("Escape");
    assert.match(await focused(sidebar), /^row /);
    assert.equal(await frame.locator(".detail-row").count(), 0);
    await tabTo(/^Undo last fix/);
    await keyboard.press("Enter");
    await says(sidebar, /^1 formula put back\. \d/);
    // Export.
    await tabTo(/^Export$/);
    await keyboard.press("Enter");
    await frame.getByRole("dialog").waitFor();
    await keyboard.press("Escape");
    assert.equal(await focused(sidebar), "Export");
  });
});

test("the focus goes to the next finding when its own is mended", async () => {
  await onSidebar({}, async (sidebar) => {
    await openFinding(sidebar, "Approximate lookup");
    await press(sidebar, "Preview fix");
    await press(sidebar, "Apply to all 39");
    await sidebar.frame
      .locator(".row.finding", { hasText: "Approximate" })
      .waitFor({ state: "detached" });
    await sidebar.page.waitForTimeout(300);
    assert.match(await focused(sidebar), /^row Model!/);
  });
});

test("50,000 findings are a list of a few elements, and its end is reached", async () => {
  await onSidebar({ workbook: large(50_000) }, async (sidebar) => {
    const { frame, page } = sidebar;
    await frame
      .getByText(/50,000 formulas, 1 sheet/)
      .first()
      .waitFor({ timeout: 120_000 });
    const count = (): Promise<number> => frame.locator("*").count();
    const first = await count();
    assert.ok(first < 700, `${first} elements`);
    await frame.locator(".row.finding").first().focus();
    await page.keyboard.press("End");
    await frame.locator(".row.finding", { hasText: "D50000" }).first().waitFor();
    assert.equal(await focused(sidebar), "row Large!D50000");
    assert.ok((await count()) <= first + 60);
    await frame.locator(".list").evaluate((list) => {
      list.scrollTop = list.scrollHeight / 2;
    });
    await frame.locator(".row.finding", { hasText: "D25000" }).first().waitFor();
    assert.ok((await count()) <= first + 60);
    assert.equal(await focused(sidebar), "row Large!D50000");
    await page.keyboard.press("Home");
    assert.equal(await focused(sidebar), "row Large!D1");
    assert.deepEqual(await sidebar.violations(), []);
  });
});

test("an edit by somebody is noticed when the sidebar is looked at again", async () => {
  await onSidebar({}, async (sidebar) => {
    const { frame, fake } = sidebar;
    fake.workbook.sheets[0]?.edit(4, 2, { formula: "" });
    fake.advance(60_000);
    fake.trigger("onEdit", "LIMITED");
    await frame.evaluate(() => dispatchEvent(new Event("focus")));
    await says(sidebar, /Edited since/);
    await press(sidebar, "Re-check");
    await frame.getByText("(+37)").waitFor();
    assert.equal(await frame.getByText(/Edited since/).count(), 0);
  });
});

// The last one: it ends the server.
test("a server that dies in the middle leaves the findings of this page", async () => {
  const real = serverAt(stage.program.address);
  const setting: Setting = {
    server: (request) => {
      if (request.path === "/api/audit") stage.program.kill();
      return real.server(request);
    },
  };
  await onSidebar(setting, async (sidebar) => {
    await press(sidebar, "Audit sheet");
    await says(sidebar, "The server does not answer");
    await says(sidebar, "Offline");
    assert.match((await sidebar.frame.locator(".list").textContent()) ?? "", /Approximate lookup/);
    assert.ok((await sidebar.frame.locator(".tag.local").count()) > 0);
  });
  await real.stop();
});
