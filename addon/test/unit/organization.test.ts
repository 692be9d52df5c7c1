/** What the organization decided: asked for, kept in the browser, and applied to findings. */
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import type { Reply, ServerAnswer, ServerRequest } from "../../src/shared/bridge.ts";
import {
  noOrders,
  type Orders,
  recall,
  refresh,
  shelf,
  type Silence,
  silencer,
} from "../../src/sidebar/organization.ts";
import type { PlacedFinding, RemoteScript } from "../../src/sidebar/panel.ts";
import { finding } from "../finding.ts";

/** What the browser keeps; `limit` is how much of it. */
class Storage {
  readonly kept = new Map<string, string>();
  limit = Infinity;
  getItem = (key: string): string | null => this.kept.get(key) ?? null;
  removeItem = (key: string): void => void this.kept.delete(key);
  setItem = (key: string, value: string): void => {
    if (value.length > this.limit) throw new Error("QuotaExceededError");
    this.kept.set(key, value);
  };
}

let storage: Storage;

beforeEach(() => {
  storage = new Storage();
  Object.defineProperty(globalThis, "localStorage", { value: storage, configurable: true });
});

const key = "sheetbrain orders test";

/** A server that answers each path with this; `null` is one that is away. */
function scriptOf(answers: Readonly<Record<string, Partial<ServerAnswer> | null>>): {
  script: RemoteScript;
  asked: ServerRequest[];
} {
  const asked: ServerRequest[] = [];
  const askServer = (request: ServerRequest): Promise<Reply<ServerAnswer>> => {
    asked.push(request);
    const answer = answers[request.path.split("?")[0] ?? ""] ?? null;
    if (answer === null) {
      return Promise.resolve({ ok: false, error: { code: "server-away", message: "away" } });
    }
    const value = { status: 200, body: "{}", etag: null, retryAfter: null, ...answer };
    return Promise.resolve({ ok: true, value });
  };
  return { script: { askServer } as unknown as RemoteScript, asked };
}

function suppression(members: Record<string, unknown>): Record<string, unknown> {
  return { state: "active", fingerprint: null, rule: null, range: null, sheet: null, ...members };
}

function listed(...suppressions: Record<string, unknown>[]): Partial<ServerAnswer> {
  return { body: JSON.stringify({ suppressions }) };
}

async function ordersWith(
  answers: Readonly<Record<string, Partial<ServerAnswer> | null>>,
  known: Orders = noOrders,
): Promise<Orders> {
  // What can not be read is told on the console.
  mock.method(console, "error", () => undefined);
  try {
    return await refresh(scriptOf(answers).script, key, null, known);
  } finally {
    mock.restoreAll();
  }
}

/** Whether what the server lists silences the finding. */
async function isSilenced(
  members: Record<string, unknown>,
  given: Partial<PlacedFinding>,
): Promise<boolean> {
  const answers = { "/api/rulesets": {}, "/api/suppressions": listed(suppression(members)) };
  const { silences } = await ordersWith(answers);
  const isSilent = silencer(silences)(finding(given));
  // What was kept says the same as what was read.
  assert.equal(silencer(recall(key).silences)(finding(given)), isSilent);
  return isSilent;
}

for (const [what, members, given, expected] of [
  ["its fingerprint, anywhere", { fingerprint: "f1" }, { sheet: "Other", row: 9 }, true],
  ["another fingerprint", { fingerprint: "f2" }, {}, false],
  ["its rule in its range", { rule: "a-rule", range: "Model!B1:C9" }, {}, true],
  ["its rule in an open range", { rule: "a-rule", range: "Model!B:C" }, { row: 9_999 }, true],
  ["its rule beside it", { rule: "a-rule", range: "Model!C1:D9" }, {}, false],
  ["its rule on another sheet", { rule: "a-rule", range: "Rates!B1:C9" }, {}, false],
  ["another rule there", { rule: "other", range: "Model!B1:C9" }, {}, false],
  ["its rule on its sheet", { rule: "a-rule", sheet: "mODEL" }, { row: 77 }, true],
  ["its rule on a sheet like it", { rule: "a-rule", sheet: "Model 2" }, {}, false],
  ["its rule in a quoted sheet", { rule: "a-rule", range: "'M''y'!B1" }, { sheet: "m'Y" }, true],
  ["what has ended", { fingerprint: "f1", state: "expired" }, {}, false],
  ["what is locked", { fingerprint: "f1", state: "locked" }, {}, false],
] as const) {
  test(`a suppression of ${what} ${expected ? "silences" : "does not silence"} it`, async () => {
    assert.equal(await isSilenced(members, given), expected);
  });
}

test("a range that can not be read silences nothing, least of all the whole sheet", async () => {
  assert.equal(await isSilenced({ rule: "a-rule", range: "Model!somewhere" }, {}), false);
});

test("without suppressions nothing is silenced", () => {
  assert.equal(silencer([])(finding()), false);
});

const known: Orders = {
  rules: { ruleset: "old" },
  etag: '"1"',
  silences: [{ fingerprint: "f1", rule: null, sheet: null, area: null } satisfies Silence],
  locked: [],
};

test("rules that did not change are not sent again, and stay", async () => {
  const { script, asked } = scriptOf({ "/api/rulesets": { status: 304, body: "" } });
  const orders = await refresh(script, key, "R&D", known);
  assert.equal(orders.rules, known.rules);
  const [rules] = asked;
  assert.deepEqual([rules?.path, rules?.ifNoneMatch], ["/api/rulesets?department=R%26D", '"1"']);
});

test("new rules come with their mark and are kept", async () => {
  const orders = await ordersWith({
    "/api/rulesets": { body: '{"ruleset":"new","locked":["a-rule"]}', etag: '"2"' },
    "/api/suppressions": listed(),
  });
  const rules = { ruleset: "new", locked: ["a-rule"] };
  assert.deepEqual(orders, { rules, etag: '"2"', silences: [], locked: ["a-rule"] });
  assert.deepEqual(recall(key), orders);
});

for (const [what, answers] of [
  ["is away", {}],
  ["refuses", { "/api/rulesets": { status: 403 }, "/api/suppressions": { status: 503 } }],
  ["breaks off", { "/api/rulesets": { body: '{"rules' }, "/api/suppressions": { body: "" } }],
] as const) {
  test(`what was known stays when the server ${what}`, async () => {
    assert.deepEqual(await ordersWith(answers, known), known);
  });
}

for (const [what, kept] of [
  ["nothing", null],
  ["no JSON", "{"],
  ["another shape", '{"rules":null,"etag":null,"silences":[{"area":{"columns":[1,2]}}]}'],
  ["a list", "[]"],
] as const) {
  test(`${what} in the browser is as if nothing was decided`, () => {
    if (kept !== null) storage.setItem(key, kept);
    assert.deepEqual(recall(key), noOrders);
  });
}

test("what the browser does not want to keep is not kept in part", async () => {
  storage.setItem(key, JSON.stringify(known));
  storage.limit = 10;
  const orders = await ordersWith({
    "/api/rulesets": { body: '{"ruleset":"new"}', etag: '"2"' },
    "/api/suppressions": listed(),
  });
  assert.deepEqual(orders.rules, { ruleset: "new" });
  assert.deepEqual(recall(key), noOrders);
});

test("each server, person, organization and department has a shelf of its own", () => {
  const settings = { organization: null, department: null, checkOnOpen: true };
  const shelves = [
    shelf("https://a", "x@example.com", settings),
    shelf("https://b", "x@example.com", settings),
    shelf("https://a", "y@example.com", settings),
    shelf("https://a", "x@example.com", { ...settings, organization: "o" }),
    shelf("https://a", "x@example.com", { ...settings, department: "o" }),
  ];
  assert.equal(new Set(shelves).size, shelves.length);
});
