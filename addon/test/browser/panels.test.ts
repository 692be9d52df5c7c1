/** The sidebar's panels in a real browser, as wide as in Google Sheets, with the real server behind. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import axe, { type AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import type { Reply, ServerAnswer, Settings } from "../../src/shared/bridge.ts";
import { Json } from "../../src/shared/json.ts";
import { type Policy, readPolicyPage } from "../../src/sidebar/panels/answers.ts";
import { takeScreenshot } from "./browser.ts";
import { type Opened, type PanelHost, type Scripted, startPanels } from "./panels-host.ts";

let host: PanelHost;

before(async () => {
  host = await startPanels();
});

after(async () => {
  await host.stop();
});

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(
    async (): Promise<AxeResults> => await (globalThis as unknown as { axe: typeof axe }).axe.run(),
  );
  return found.violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`,
  );
}

/** Nothing may stand out of 300 pixels. */
async function overflow(page: Page): Promise<number> {
  return await page.evaluate(() => {
    const body = globalThis.document.querySelector(".overlay-body") ?? globalThis.document.body;
    return body.scrollWidth - body.clientWidth;
  });
}

/** Each panel, and what has to be on screen before it is looked at. */
const looks: readonly {
  readonly name: string;
  readonly show: (opened: Opened) => Promise<void>;
  readonly scripted?: Scripted;
}[] = [
  {
    name: "policies",
    show: async ({ page, act }) => {
      await act((acts) => {
        acts.open("Policies");
      });
      await page.getByRole("button", { name: "Modelling standard" }).waitFor();
    },
  },
  {
    name: "policy",
    show: async ({ page, act }) => {
      await act((acts) => {
        acts.open("Policies");
      });
      await page.getByRole("button", { name: "Data protection" }).click();
      await page.getByText("Every workbook has an owner").waitFor();
    },
  },
  {
    name: "upload",
    show: async ({ page, act }) => {
      await act((acts) => {
        acts.open("Add a policy");
      });
      await page.getByLabel("Text", { exact: true }).fill("No VLOOKUP. Be kind to cells.");
      await page.getByRole("button", { name: "Preview" }).click();
      await page.getByText("It finds something in 2 of 4 formulas.").waitFor();
    },
  },
  {
    name: "suppressions",
    show: async ({ page, act }) => {
      await silence("The rate is <b>quoted</b> by the bank.");
      await act((acts) => {
        acts.open("Suppressions");
      });
      await page.getByText("The rate is <b>quoted</b>").first().waitFor();
    },
  },
  {
    name: "suppress",
    show: async ({ page, act }) => {
      await act((acts) => {
        acts.suppress();
      });
      await page.getByLabel("The rule in these cells").check();
    },
  },
  {
    name: "explain",
    show: async ({ page, act }) => {
      await act((acts) => {
        acts.explain("=IFERROR(VLOOKUP(B2, A:B, 2), 0)");
      });
      await page.getByText("If that gives an error, use 0 instead.").waitFor();
    },
  },
  {
    name: "export",
    show: async ({ page, act }) => {
      await act((acts) => {
        acts.open("Export");
      });
      await page.getByRole("button", { name: "New sheet" }).click();
      await page.getByRole("button", { name: "Go to the sheet" }).waitFor();
    },
  },
  {
    name: "usage",
    scripted: {
      answer: ({ path }) =>
        path === "/api/usage"
          ? answered({
              plan: "pro",
              used: 640,
              limit: 1000,
              month: "2026-11",
              months: [
                { month: "2026-11", count: 640 },
                { month: "2026-10", count: 871 },
                { month: "2026-09", count: 1000 },
              ],
            })
          : null,
    },
    show: async ({ page, act }) => {
      await act((acts) => {
        acts.open("Usage and plan");
      });
      await page.getByText("640 of 1,000 audits used (64 %)").waitFor();
    },
  },
  {
    name: "settings",
    show: async ({ page, act }) => {
      await act((acts) => {
        acts.open("Settings");
      });
      await page.getByText("Administrator").waitFor();
    },
  },
  {
    name: "diagnostics",
    show: async ({ page, act }) => {
      await act((acts) => {
        acts.open("Diagnostics");
      });
      await page.getByText("through the script").waitFor();
    },
  },
  {
    name: "failure",
    scripted: {
      answer: () => ({
        ok: true,
        value: {
          status: 503,
          body: JSON.stringify({
            title: "The service is not available now",
            detail: "The database does not answer.",
            instance: "0193-4f",
          }),
          etag: null,
          retryAfter: 5,
        },
      }),
    },
    show: async ({ page, act }) => {
      await act((acts) => {
        acts.open("Policies");
      });
      await page.getByText("Request 0193-4f").waitFor();
    },
  },
];

function answered(body: object): Reply<ServerAnswer> {
  const value = { status: 200, body: JSON.stringify(body), etag: null, retryAfter: null };
  return { ok: true, value };
}

async function silence(reason: string): Promise<void> {
  const body = JSON.stringify({ rule: "approximate-lookup", sheet: "Old", reason });
  await host.send({ method: "POST", path: "/api/suppressions", body });
}

for (const { name, show, scripted } of looks) {
  for (const scheme of ["light", "dark"] as const) {
    test(`axe finds nothing in the ${scheme} panel ${name}, and it is 300 pixels wide`, async () => {
      await host.onPage({ ...scripted, scheme }, async (opened) => {
        await show(opened);
        await takeScreenshot(opened.page, `panel-${name}-${scheme}`);
        assert.deepEqual(await violations(opened.page), []);
        assert.equal(await overflow(opened.page), 0);
      });
    });
  }
}

/** A script whose server is away until it is told otherwise. */
function awayFirst(): { answer: NonNullable<Scripted["answer"]>; comeBack: () => void } {
  let isAway = true;
  return {
    answer: () =>
      isAway ? { ok: false, error: { code: "server-away", message: "No answer came." } } : null,
    comeBack: () => {
      isAway = false;
    },
  };
}

/** The server's real answers, but the person is a viewer. */
const asViewer: Scripted = {
  answer: ({ path }) =>
    path === "/api/me"
      ? answered({
          organization: { id: "o", clerkId: "org_demo", name: "Demo", slug: "demo" },
          user: { id: "u", clerkId: "user_1", email: "ada@example.com", name: "Ada" },
          role: "viewer",
          plan: "free",
          scopes: null,
          authenticatedBy: "headers",
        })
      : null,
};

async function storedPolicies(): Promise<readonly Policy[]> {
  const { body } = await host.send({ method: "GET", path: "/api/policies", body: null });
  return readPolicyPage(new Json(JSON.parse(body))).policies;
}

async function titles(): Promise<string[]> {
  return (await storedPolicies()).map(({ title }) => title);
}

async function focused(page: Page): Promise<string> {
  return await page.evaluate(() => globalThis.document.activeElement?.textContent ?? "");
}

/** Types the policy and waits for what it becomes. */
async function preview({ page, act }: Opened, content: string): Promise<void> {
  await act((acts) => {
    acts.open("Add a policy");
  });
  await page.getByLabel("Text", { exact: true }).fill(content);
  await page.getByRole("button", { name: "Preview" }).click();
  await page.getByRole("heading", { name: "What it becomes" }).waitFor();
}

test("a preview stores nothing, and saving puts the policy in force", async () => {
  await host.onPage({}, async (opened) => {
    const { page } = opened;
    const before = await titles();
    await preview(opened, "Do not use INDIRECT.");
    assert.deepEqual(await titles(), before);
    await page.getByRole("button", { name: "Save and put in force" }).click();
    await page.getByText("Give the policy a title.").first().waitFor();
    await page.getByLabel("Title").fill("No INDIRECT");
    await page.getByRole("button", { name: "Save and put in force" }).click();
    await page.getByText("“No INDIRECT” is in force.").first().waitFor();
    assert.deepEqual(await titles(), ["No INDIRECT", ...before]);
    assert.equal(await page.evaluate("acts.rechecks()"), 1);
  });
});

test("what came of a preview gets the focus", async () => {
  await host.onPage({}, async (opened) => {
    await preview(opened, "Do not use OFFSET.");
    assert.equal(await focused(opened.page), "What it becomes");
  });
});

test("a text that is changed after its preview can not be saved unread", async () => {
  await host.onPage({}, async (opened) => {
    await preview(opened, "Do not use OFFSET.");
    await opened.page.getByLabel("Text", { exact: true }).fill("Be kind.");
    assert.equal(await opened.page.getByRole("button", { name: "Save" }).count(), 0);
  });
});

test("a viewer is told before writing, and may preview but not save", async () => {
  await host.onPage(asViewer, async (opened) => {
    await preview(opened, "Do not use OFFSET.");
    await opened.page.getByText("Your role is Viewer").waitFor();
    assert.equal(await opened.page.getByRole("button", { name: "Save" }).count(), 0);
  });
});

test("a viewer is told that findings can not be suppressed", async () => {
  await host.onPage(asViewer, async ({ page, act }) => {
    await act((acts) => {
      acts.suppress();
    });
    await page.getByText("Your role is Viewer").waitFor();
    assert.equal(await page.getByLabel("Reason").count(), 0);
  });
});

test("a text file fills the form", async () => {
  await host.onPage({}, async ({ page, act }) => {
    await act((acts) => {
      acts.open("Add a policy");
    });
    const buffer = Buffer.from("Do not use INDEX.");
    await page
      .getByLabel("Or a file")
      .setInputFiles({ name: "Indexes.md", mimeType: "text/markdown", buffer });
    await page.waitForFunction(() =>
      [...globalThis.document.querySelectorAll("input")].some(({ value }) => value === "Indexes"),
    );
    const text = await page.getByLabel("Text", { exact: true }).inputValue();
    assert.equal(text, "Do not use INDEX.");
  });
});

test("a file of another kind is refused by name", async () => {
  await host.onPage({}, async ({ page, act }) => {
    await act((acts) => {
      acts.open("Add a policy");
    });
    const buffer = Buffer.from("MZ");
    await page
      .getByLabel("Or a file")
      .setInputFiles({ name: "policy.exe", mimeType: "application/octet-stream", buffer });
    await page.getByText("“policy.exe” is not of a kind that can be read").first().waitFor();
  });
});

/** Gives the form a PDF that becomes a draft of this title. */
async function draft({ page, act }: Opened, title: string): Promise<void> {
  await act((acts) => {
    acts.open("Add a policy");
  });
  const buffer = pdf("Do not use HLOOKUP.");
  await page
    .getByLabel("Or a file")
    .setInputFiles({ name: `${title}.pdf`, mimeType: "application/pdf", buffer });
  await page.getByRole("button", { name: "Read as a draft" }).click();
  await page.getByText("Kept as a draft. It is not in force.").waitFor();
  await page.getByText("Checked as: Formulas must not use HLOOKUP.").waitFor();
}

/** The version of this policy that is in force; null for a draft, undefined when it is gone. */
async function published(title: string): Promise<number | null | undefined> {
  return (await storedPolicies()).find((policy) => policy.title === title)?.publishedVersion;
}

test("a PDF is read by the server as a draft, which can be discarded", async () => {
  await host.onPage({}, async (opened) => {
    await draft(opened, "Discarded");
    assert.equal(await published("Discarded"), null);
    await opened.page.getByRole("button", { name: "Discard" }).click();
    await opened.page.getByText("The draft was deleted.").first().waitFor();
    assert.equal(await published("Discarded"), undefined);
  });
});

test("a draft is put in force", async () => {
  await host.onPage({}, async (opened) => {
    await draft(opened, "Published");
    await opened.page.getByRole("button", { name: "Put in force" }).click();
    await opened.page.getByText("“Published” is in force.").first().waitFor();
    assert.equal(await published("Published"), 2);
  });
});

/** The smallest document of one line. */
function pdf(line: string): Buffer {
  const content = `BT /F1 12 Tf 72 720 Td (${line}) Tj ET`;
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
  ];
  let text = "%PDF-1.4\n";
  const offsets = objects.map((object, index) => {
    const offset = text.length;
    text += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(offset).padStart(10, "0")} 00000 n \n`;
  });
  const start = text.length;
  const count = objects.length + 1;
  text += `xref\n0 ${count}\n0000000000 65535 f \n${offsets.join("")}`;
  text += `trailer\n<< /Size ${count} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(text, "latin1");
}

test("a suppression needs a reason, is made for it, and closes the form", async () => {
  await host.onPage({}, async ({ page, act }) => {
    await act((acts) => {
      acts.suppress();
    });
    await page.getByRole("button", { name: "Suppress" }).click();
    assert.equal(await page.getByLabel("Reason").getAttribute("aria-invalid"), "true");
    await page.keyboard.type("Agreed with the bank.");
    await page.getByRole("button", { name: "Suppress" }).click();
    await page.locator(".overlay").waitFor({ state: "hidden" });
    assert.equal(await focused(page), "Start");
    const { body } = await host.send({ method: "GET", path: "/api/suppressions", body: null });
    assert.ok(body.includes("Agreed with the bank."));
    assert.equal(await page.evaluate("acts.rechecks()"), 1);
  });
});

test("a suppression is deleted at the second press", async () => {
  await silence("To be deleted.");
  await host.onPage({}, async ({ page, act }) => {
    await act((acts) => {
      acts.open("Suppressions");
    });
    const entry = page.getByRole("listitem").filter({ hasText: "To be deleted." });
    await entry.getByRole("button", { name: "Delete" }).click();
    assert.equal(await focused(page), "Cancel");
    await entry.getByRole("button", { name: "Yes, delete" }).click();
    await entry.waitFor({ state: "detached" });
    const { body } = await host.send({ method: "GET", path: "/api/suppressions", body: null });
    assert.ok(!body.includes("To be deleted."));
  });
});

test("Escape goes back from a policy to the list, and from the list to where the focus was", async () => {
  await host.onPage({}, async ({ page, act }) => {
    await act((acts) => {
      acts.open("Policies");
    });
    await page.getByRole("button", { name: "Performance" }).click();
    assert.equal(await focused(page), "Performance");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Data protection" }).waitFor();
    assert.equal(await focused(page), "Performance");
    await page.keyboard.press("Escape");
    assert.equal(await focused(page), "Start");
  });
});

test("an export is handed to the browser as a file", async () => {
  await host.onPage({}, async ({ page, act }) => {
    await act((acts) => {
      acts.open("Export");
    });
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "CSV" }).click();
    assert.match((await download).suggestedFilename(), /^sheetbrain-Budget-.*\.csv$/);
  });
});

test("before the first check there is nothing to export", async () => {
  await host.onPage({ isUnchecked: true }, async ({ page, act }) => {
    await act((acts) => {
      acts.open("Export");
    });
    await page.getByText("There is nothing to export yet.").waitFor();
  });
});

test("a server that is away is told, and asked again on demand", async () => {
  const { answer, comeBack } = awayFirst();
  await host.onPage({ answer }, async ({ page, act }) => {
    await act((acts) => {
      acts.open("Policies");
    });
    await page.getByRole("heading", { name: "The server does not answer" }).waitFor();
    comeBack();
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("button", { name: "Performance" }).waitFor();
  });
});

test("a hostile formula stays text", async () => {
  await host.onPage({}, async (opened) => {
    await preview(opened, "No VLOOKUP.");
    await opened.page.getByText("onerror=alert(1)").first().waitFor();
    assert.equal(await opened.page.locator("img").count(), 0);
  });
});

/** Whoever belongs to two organizations is refused until one is named. */
function ofTwo(settings: () => Settings): NonNullable<Scripted["answer"]> {
  const organizations = [
    { id: "1", clerkId: "org_1", name: "North" },
    { id: "2", clerkId: "org_2", name: "South" },
  ];
  return () => {
    const chosen = organizations.find(({ id }) => id === settings().organization);
    if (chosen === undefined) {
      const problem = { title: "The request is not valid", instance: "r", organizations };
      const body = JSON.stringify(problem);
      return { ok: true, value: { status: 400, body, etag: null, retryAfter: null } };
    }
    const user = { email: null, name: null };
    return answered({ organization: chosen, user, role: "editor", plan: "pro" });
  };
}

test("whoever belongs to several organizations chooses one, and another later", async () => {
  let settings = (): Settings => ({ organization: null, department: null, checkOnOpen: true });
  const answer = ofTwo(() => settings());
  await host.onPage({ answer }, async (opened) => {
    const { page, act } = opened;
    settings = opened.settings;
    await act((acts) => {
      acts.open("Settings");
    });
    await page.getByLabel("Organization").selectOption("South");
    await page.getByRole("button", { name: "Use it" }).click();
    await page.getByText("South").waitFor();
    assert.equal(settings().organization, "2");
    await page.getByRole("button", { name: "Change organization…" }).click();
    await page.getByLabel("Organization").selectOption("North");
    assert.equal(settings().organization, "2", "what is chosen stays until another is used");
    await page.getByRole("button", { name: "Use it" }).click();
    await page.getByText("North").waitFor();
    assert.equal(settings().organization, "1");
  });
});

test("preferences are saved, and another department asks for a new check", async () => {
  await host.onPage({}, async ({ page, act, settings }) => {
    await act((acts) => {
      acts.open("Settings");
    });
    await page.getByLabel("Department").fill("Treasury");
    await page.getByLabel("Check when the sidebar opens").uncheck();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Settings saved.").first().waitFor();
    const saved = { organization: null, department: "Treasury", checkOnOpen: false };
    assert.deepEqual(settings(), saved);
    assert.equal(await page.evaluate("acts.rechecks()"), 1);
  });
});
