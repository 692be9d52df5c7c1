import assert from "node:assert/strict";
import { test } from "node:test";
import { type Answer, requestAudit } from "../../src/shared/audit.ts";
import { UnreadableAnswer } from "../../src/shared/json.ts";

const identity = { user: "user_1", organization: "org_1" };

const finding = {
  rule: "approximate-lookup",
  category: "reference",
  severity: "high",
  message: "Say FALSE.",
  span: { start: 1, end: 27 },
  fingerprint: "f",
  cells: ["A1"],
  policy: { id: "p", title: "Lookups", version: 3, sentence: "Exact match only." },
  fix: { safe: false, title: "Add FALSE", formula: "=VLOOKUP(B2, A:B, 2, FALSE)" },
};

const audited = {
  auditId: "0193",
  audits: [{ cellAddress: "A1", formula: "=A1", compliant: false, findings: [finding] }],
  skipped: [],
};

/** What the page makes of a server that answers with this status and body. */
async function answerTo(status: number, body: string): Promise<Answer> {
  return await requestAudit(["=A1"], identity, () =>
    Promise.resolve(new Response(body, { status })),
  );
}

test("the request names the formulas and who asks", async () => {
  const sent: { url: unknown; init: RequestInit | undefined }[] = [];
  await requestAudit(["=A1", "=B1"], identity, (url, init) => {
    sent.push({ url, init });
    return Promise.resolve(new Response(JSON.stringify(audited)));
  });
  assert.equal(sent[0]?.url, "api/audit");
  assert.equal(sent[0].init?.body, '{"formulas":["=A1","=B1"]}');
  const headers = new Headers(sent[0].init.headers);
  assert.equal(headers.get("x-user-id"), "user_1");
  assert.equal(headers.get("x-user-org"), "org_1");
});

test("findings are read with the sentence of the policy that they break", async () => {
  const answer = await answerTo(200, JSON.stringify(audited));
  assert.equal(answer.kind, "audited");
  const [read] = answer.audit.formulas[0]?.findings ?? [];
  assert.deepEqual(read?.policy, finding.policy);
  assert.deepEqual(read.span, { start: 1, end: 27 });
});

test("a finding of a built-in rule has no policy", async () => {
  const bare = { ...finding, policy: null, fix: null };
  const body = { ...audited, audits: [{ ...audited.audits[0], findings: [bare] }] };
  const answer = await answerTo(200, JSON.stringify(body));
  assert.equal(answer.kind, "audited");
  assert.equal(answer.audit.formulas[0]?.findings[0]?.policy, null);
});

test("a refusal keeps the problem's words and the request's id", async () => {
  const problem = { title: "Quota exceeded", detail: "10 of 10 used.", instance: "r-1" };
  assert.deepEqual(await answerTo(429, JSON.stringify(problem)), {
    kind: "refused",
    problem: { title: "Quota exceeded", detail: "10 of 10 used.", request: "r-1" },
  });
});

test("a refusal that is no problem document says its status", async () => {
  const answer = await answerTo(502, "<html>Bad gateway</html>");
  assert.equal(answer.kind, "refused");
  assert.equal(answer.problem.title, "The server answered with status 502");
});

test("an answer of another shape is an error that says where", async () => {
  const body = { ...audited, audits: [{ formula: "=A1", compliant: "no", findings: [] }] };
  await assert.rejects(answerTo(200, JSON.stringify(body)), (error) => {
    assert.ok(error instanceof UnreadableAnswer);
    assert.equal(error.message, "/audits/0/compliant is not true or false");
    return true;
  });
});
