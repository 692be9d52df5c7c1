import assert from "node:assert/strict";
import { test } from "node:test";
import type { Reply, ServerAnswer, ServerRequest } from "../../src/shared/bridge.ts";
import { Json } from "../../src/shared/json.ts";
import type { RemoteScript } from "../../src/sidebar/panel.ts";
import {
  mayWrite,
  readMe,
  readPreview,
  readSentences,
  type Sentence,
} from "../../src/sidebar/panels/answers.ts";
import { ask, type Failure, get, type Outcome } from "../../src/sidebar/panels/ask.ts";
import { whoAmI } from "../../src/sidebar/panels/me.ts";
import { piecesOf, tally } from "../../src/sidebar/panels/sentences.ts";

/** A script that answers each request by `answer` and has no other function. */
function scriptOf(answer: (request: ServerRequest) => Promise<Reply<ServerAnswer>>): RemoteScript {
  return { askServer: answer } as RemoteScript;
}

function replying(reply: Reply<ServerAnswer>): RemoteScript {
  return scriptOf(() => Promise.resolve(reply));
}

function answering(status: number, body: string, retryAfter: number | null = null): RemoteScript {
  return replying({ ok: true, value: { status, body, etag: null, retryAfter } });
}

async function outcomeOf(script: RemoteScript): Promise<Outcome<string>> {
  return await get(script, "/api/health", (body) => body.get("version").text());
}

async function failureOf(script: RemoteScript): Promise<Failure> {
  const outcome = await outcomeOf(script);
  assert.ok(!outcome.ok, "it failed");
  return outcome.failure;
}

test("an answer is read", async () => {
  const outcome = await outcomeOf(answering(200, '{"version":"0.1.0"}'));
  assert.deepEqual(outcome, { ok: true, value: "0.1.0" });
});

test("an answer without a body is read as nothing", async () => {
  const request = { method: "DELETE", path: "/api/suppressions/1", body: null } as const;
  assert.deepEqual(await ask(answering(204, ""), request, () => null), { ok: true, value: null });
});

test("an answer of another shape is a failure that says where", async () => {
  const { kind, detail } = await failureOf(answering(200, '{"version":1}'));
  assert.equal(kind, "problem");
  assert.equal(detail, "/version is not a text");
});

test("an answer that is no JSON is a failure", async () => {
  assert.equal((await failureOf(answering(200, "<html>"))).kind, "problem");
});

test("a server that is away, and nobody signed in, are told apart", async () => {
  for (const [code, kind] of [
    ["server-away", "away"],
    ["signed-out", "signed-out"],
    ["refused", "problem"],
    ["bad-call", "problem"],
  ] as const) {
    const failure = await failureOf(replying({ ok: false, error: { code, message: "So." } }));
    assert.equal(failure.kind, kind);
    assert.equal(failure.detail, "So.");
  }
});

test("a call that ends in an exception is a failure", async () => {
  const failure = await failureOf(scriptOf(() => Promise.reject(new Error("Timed out"))));
  assert.equal(failure.kind, "problem");
  assert.equal(failure.detail, "Timed out");
});

test("the status of a refusal says what kind it is", async () => {
  for (const [status, kind] of [
    [401, "signed-out"],
    [403, "forbidden"],
    [404, "problem"],
    [503, "problem"],
  ] as const) {
    assert.equal((await failureOf(answering(status, "{}"))).kind, kind);
  }
});

test("a refusal keeps the problem's words, its request and how long to wait", async () => {
  const problem = { title: "Too many requests", detail: "100 a minute.", instance: "r-1" };
  const failure = await failureOf(answering(429, JSON.stringify(problem), 12));
  assert.equal(failure.title, "Too many requests");
  assert.equal(failure.detail, "100 a minute. Try again in 12 seconds.");
  assert.equal(failure.request, "r-1");
});

test("a refusal for want of an organization names those there are", async () => {
  const organizations = [{ id: "1", clerkId: "org_1", name: "One" }];
  const failure = await failureOf(answering(400, JSON.stringify({ organizations })));
  assert.deepEqual(failure.organizations, [{ id: "1", name: "One" }]);
});

test("a refusal whose organizations can not be read names none", async () => {
  const failure = await failureOf(answering(400, '{"organizations":[{"id":1}]}'));
  assert.deepEqual(failure.organizations, []);
});

const me = {
  organization: { id: "o", clerkId: "org_1", name: "One", slug: null },
  user: { id: "u", clerkId: "user_1", email: "ada@example.com", name: null },
  role: "viewer",
  plan: "free",
  scopes: null,
  authenticatedBy: "headers",
};

test("viewers may not write, editors and administrators may", () => {
  const may = ["viewer", "editor", "admin"].map((role) =>
    mayWrite(readMe(new Json({ ...me, role }))),
  );
  assert.deepEqual(may, [false, true, true]);
});

test("who asks is found out once", async () => {
  let asked = 0;
  const script = scriptOf(() => {
    asked += 1;
    return Promise.resolve({
      ok: true,
      value: { status: 200, body: JSON.stringify(me), etag: null, retryAfter: null },
    });
  });
  await Promise.all([whoAmI(script), whoAmI(script)]);
  await whoAmI(script);
  assert.equal(asked, 1);
});

test("who asks is found out anew after a failure", async () => {
  let asked = 0;
  const script = scriptOf(() => {
    asked += 1;
    return Promise.reject(new Error("away"));
  });
  await whoAmI(script);
  await whoAmI(script);
  assert.equal(asked, 2);
});

const sentence: Sentence = {
  text: "Be kind to cells.",
  status: "notUnderstood",
  paraphrase: null,
  note: null,
  unread: [],
};

test("unread words are counted from the start of their sentence", () => {
  const read = readSentences(
    new Json({
      sentences: [
        {
          text: "Be kind.",
          span: { start: 12, end: 20 },
          status: "notUnderstood",
          paraphrase: null,
          note: "No form fits.",
          rules: [],
          unread: [{ start: 15, end: 19 }],
        },
      ],
    }),
  );
  assert.deepEqual(read[0]?.unread, [{ start: 3, end: 7 }]);
});

test("a sentence is cut where understanding ends and begins", () => {
  assert.deepEqual(piecesOf({ ...sentence, unread: [{ start: 3, end: 7 }] }), [
    { text: "Be ", read: true },
    { text: "kind", read: false },
    { text: " to cells.", read: true },
  ]);
});

test("the pieces put together are the sentence, whatever is unread", () => {
  const spans = [
    { start: 8, end: 99 },
    { start: -3, end: 2 },
    { start: 1, end: 5 },
    { start: 6, end: 4 },
  ];
  const pieces = piecesOf({ ...sentence, unread: spans });
  assert.equal(pieces.map(({ text }) => text).join(""), sentence.text);
});

test("headings and asides demand nothing", () => {
  const of = (status: Sentence["status"]): Sentence => ({ ...sentence, status });
  const { enforced, demands, counts } = tally([of("context"), of("enforced"), of("partial")]);
  assert.deepEqual([enforced, demands], [1, 2]);
  assert.deepEqual(counts, [
    { status: "enforced", count: 1 },
    { status: "partial", count: 1 },
    { status: "context", count: 1 },
  ]);
});

const preview = {
  compiled: { sentences: [] },
  issues: [
    {
      kind: "swallowed",
      message: "Leave the first out.",
      rules: [
        { policy: "p1", sentence: 1, title: "Lookups", paraphrase: "VLOOKUP must be exact." },
        {
          policy: "00000000-0000-0000-0000-000000000000",
          sentence: 0,
          title: "Preview",
          paraphrase: "No VLOOKUP.",
        },
      ],
    },
  ],
  flagged: 1,
  audits: [
    { formula: "=VLOOKUP(A1)", findings: [{ message: "First." }, { message: "Second." }] },
    { formula: "=A1", findings: [] },
  ],
};

test("a trial's hits are the formulas that something was found in, each once", () => {
  const { hits, flagged } = readPreview(new Json(preview));
  assert.deepEqual(hits, [{ formula: "=VLOOKUP(A1)", message: "First." }]);
  assert.equal(flagged, 1);
});

test("rules at odds are named with their policy, the tried one without", () => {
  const [issue] = readPreview(new Json(preview)).issues;
  assert.deepEqual(issue?.rules, [
    { policy: "Lookups", demand: "VLOOKUP must be exact." },
    { policy: null, demand: "No VLOOKUP." },
  ]);
});
