// How long the sidebar takes from a click to the first findings and to the end, and its longest task:
// `npm run bench`, after `npm run build`. 10,000 formulas of 2,000 templates, and then an audit of
// 50,000 formulas with a finding each, in the finished sidebar.html in a sandboxed frame of 300
// pixels; a stub answers for the script at once, so Google's 300 to 1,500 ms a call come on top.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const rounds = 9;
const audits = 3;
const check = { formulas: 10_000, templates: 2_000 };
const audit = { formulas: 50_000, templates: 2_000 };
const page = fileURLToPath(new URL("../dist/sidebar.html", import.meta.url));
const site = "https://bench.sheetbrain.test/";
const policy =
  "object-src 'none'; base-uri 'self'; script-src 'unsafe-inline' 'unsafe-eval' https:";

/** Runs in the frame, before the sidebar: the script's answers, and what is measured. */
function stub({ formulas, templates, isAudited }) {
  const copies = Math.ceil(formulas / templates);
  const cells = [];
  const texts = [];
  for (let index = 0; index < formulas; index += 1) {
    const [template, copy] = [index % templates, Math.floor(index / templates)];
    const [column, row] = [4 + (template % 20), 2 + Math.floor(template / 20) * copies + copy];
    cells.push(column, row);
    const rate = 1 + template / templates;
    texts.push(
      template % 4 === 0
        ? `=VLOOKUP(A${row}, Rates!A:B, 2) * ${rate}`
        : `=IF(A${row}>${template}, SUM(B${row}:C${row}) * ${rate}, INDEX(Rates!B:B, MATCH(A${row}, Rates!A:A, 0)))`,
    );
  }
  const snapshot = {
    spreadsheet: { name: "Bench", locale: "en_US" },
    active: { sheetId: 1, range: "A1" },
    sheets: [{ id: 1, name: "Model", cells, formulas: texts }],
    takenAt: new Date().toISOString(),
    undoable: 0,
  };
  const settings = { organization: null, department: null, checkOnOpen: false };
  const surroundings = { server: "https://bench.invalid", version: "0", email: "", settings };
  const values = { getSurroundings: surroundings, getSnapshot: snapshot, getLastEdit: null };
  /** What the server answers, with one finding for each formula. */
  const audited = () => {
    const message =
      "A lookup without an exact match takes the nearest key. Add FALSE as 4th argument.";
    const audits = texts.map((formula, index) => {
      const [column, row] = [cells[2 * index], cells[2 * index + 1]];
      const cellAddress = `Model!${String.fromCharCode(64 + column)}${row}`;
      const fix = { safe: false, title: "Add FALSE", formula: `${formula}+0` };
      const finding = {
        ...{ rule: "approximate-lookup", category: "risk", severity: "high", message },
        ...{ span: { start: 1, end: 9 }, fingerprint: `f${index % templates}` },
        ...{ cells: [cellAddress], policy: null, fix },
      };
      return {
        ...{ cellAddress, formula, compliant: false, risk: "high", issues: [message] },
        ...{ recommendations: ["Add FALSE"], findings: [finding] },
      };
    });
    const summary = { high: texts.length, medium: 0, low: 0, info: 0 };
    const ids = { auditId: "bench", engine: "0", ruleset: "sha256:0" };
    const counts = { count: texts.length, compliant: 0 };
    return JSON.stringify({ ...ids, ...counts, audits, summary, skipped: [], suppressed: [] });
  };
  const bodies = { "/api/audit": isAudited ? audited() : "{}" };
  const askServer = ({ path }) => ({
    ...{ status: path in bodies ? 200 : 404, body: bodies[path] ?? "{}" },
    ...{ etag: null, retryAfter: null },
  });
  const runner = (succeed) => ({
    withSuccessHandler: runner,
    withFailureHandler: () => runner(succeed),
    ...Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        () => queueMicrotask(() => succeed({ ok: true, value })),
      ]),
    ),
    askServer: (request) => {
      queueMicrotask(() => succeed({ ok: true, value: askServer(request) }));
    },
  });
  globalThis.google = { script: { run: runner(() => undefined) } };
  globalThis.tasks = [];
  // What comes before it is the stub's own work.
  globalThis.began = performance.now();
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) tasks.push({ startTime, duration });
  }).observe({ entryTypes: ["longtask"] });
}

/** Runs in the frame: clicks and waits for the first row and for the end, which the summary tells. */
async function measure({ name, ending }) {
  const list = document.querySelector(".list");
  const summary = document.querySelector(".summary");
  for (const row of list.querySelectorAll(".row")) row.dataset.old = "old";
  const started = performance.now();
  let first = null;
  const isThere = () => list.querySelector(".row.finding") !== null;
  const hadRows = isThere();
  const seen = new MutationObserver(() => {
    if (first === null && isThere()) first = performance.now() - started;
  });
  seen.observe(list, { childList: true, subtree: true });
  [...document.querySelectorAll("button")].find(({ textContent }) => textContent === name).click();
  const isOver = () => new RegExp(ending).test(summary.textContent);
  while (!isOver() || performance.now() - started < 5) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
  const end = performance.now() - started;
  await new Promise((resolve) => setTimeout(resolve, 200));
  seen.disconnect();
  const during = tasks.filter(({ startTime }) => startTime >= started - 1);
  return { first: hadRows ? null : first, end, tasks: during.map(({ duration }) => duration) };
}

async function round(browser, given, action) {
  const opened = await browser.newPage({ viewport: { width: 300, height: 640 } });
  const html = await readFile(page, "utf8");
  const stubbed = `(${stub})(${JSON.stringify(given)})`;
  const framed = html.split("<head>").join(`<head><script>${stubbed}</script>`);
  await opened.route(`${site}**`, (route) => {
    const isFrame = route.request().url().endsWith("/frame");
    return route.fulfill({
      contentType: "text/html; charset=utf-8",
      headers: isFrame ? { "content-security-policy": policy } : {},
      body: isFrame
        ? framed
        : `<body style="margin:0"><iframe style="width:300px;height:640px;border:0" src="/frame" sandbox="allow-scripts allow-same-origin"></iframe>`,
    });
  });
  await opened.goto(site);
  const frame = opened.frame({ url: `${site}frame` });
  await frame.getByText("Check here").waitFor();
  await opened.waitForTimeout(1_000);
  const loading = await frame.evaluate(() =>
    tasks.map(({ startTime, duration }) => startTime + duration - Math.max(startTime, began)),
  );
  const result = await frame.evaluate(measure, action);
  await opened.close();
  return { ...result, loading };
}

function told(name, values, unit = "ms") {
  const sorted = [...values].sort((one, other) => one - other);
  const at = (share) => Math.round(sorted[Math.floor((sorted.length - 1) * share)]);
  console.log(`${name.padEnd(34)} median ${at(0.5)} ${unit}, worst ${at(1)} ${unit}`);
}

const browser = await chromium.launch({
  executablePath: process.env.SHEETBRAIN_TEST_BROWSER ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
try {
  const results = [];
  const checking = { name: "Check here", ending: "^[\\d,]+ findings? in" };
  for (let count = 0; count < rounds; count += 1) {
    results.push(await round(browser, check, checking));
  }
  console.log(`${check.formulas} formulas, ${check.templates} templates, ${rounds} fresh pages`);
  told(
    "click to first findings",
    results.map(({ first }) => first),
  );
  told(
    "click to all findings",
    results.map(({ end }) => end),
  );
  told(
    "longest task of the check",
    results.map(({ tasks }) => Math.max(0, ...tasks)),
  );
  told(
    "longest task of the start",
    results.map(({ loading }) => Math.max(0, ...loading)),
  );
  const auditing = { name: "Audit sheet", ending: "Recorded" };
  const audited = [];
  for (let count = 0; count < audits; count += 1) {
    audited.push(await round(browser, { ...audit, isAudited: true }, auditing));
  }
  console.log(`An audit of ${audit.formulas} formulas with a finding each, ${audits} fresh pages`);
  told(
    "click to all findings recorded",
    audited.map(({ end }) => end),
  );
  told(
    "longest task of the audit",
    audited.map(({ tasks }) => Math.max(0, ...tasks)),
  );
  console.log("Tasks of 50 ms and less are not reported by browsers: they count as 0.");
} finally {
  await browser.close();
}
