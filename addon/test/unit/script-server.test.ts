/** Requests on behalf of the sidebar: to one address, for few paths, as the signed-in person. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import type { ServerAnswer, ServerRequest } from "../../src/shared/bridge.ts";
import { type Fake, type FakeOptions, startFake, valueOf } from "../apps-script/fake.ts";
import type { WebAnswer, WebRequest } from "../apps-script/web.ts";

const identity = "google-identity-token";

/** A server that gives sessions of 15 minutes and answers everything else with `answer`. */
function scene(
  answer: (request: WebRequest) => WebAnswer = () => ({ status: 200, body: "{}" }),
  options: FakeOptions = {},
): { fake: Fake; asked: WebRequest[]; sessions: WebRequest[] } {
  const [asked, sessions]: [WebRequest[], WebRequest[]] = [[], []];
  const server = (request: WebRequest): WebAnswer => {
    if (request.path !== "/api/session") {
      asked.push(request);
      return answer(request);
    }
    sessions.push(request);
    const token = `session-${sessions.length}`;
    const expiresAt = new Date(Date.now() + 900_000).toISOString();
    return { status: 200, body: JSON.stringify({ token, expiresAt, organization: {} }) };
  };
  const person = { identityToken: identity };
  return { fake: startFake({ server, person, ...options }), asked, sessions };
}

function ask(fake: Fake, request: Partial<ServerRequest> = {}): ServerAnswer {
  const whole = { method: "GET", path: "/api/me", body: null, ...request } as const;
  return valueOf(fake.call("askServer", whole));
}

function refusal(fake: Fake, request: Partial<ServerRequest> = {}): string | false {
  const whole = { method: "GET", path: "/api/me", body: null, ...request } as const;
  const reply = fake.call("askServer", whole);
  return !reply.ok && reply.error.code;
}

test("a request carries the session that the identity token was given for", () => {
  const { fake, asked, sessions } = scene();
  ask(fake);
  assert.deepEqual(JSON.parse(sessions[0]?.body ?? ""), { token: identity });
  assert.equal(asked[0]?.headers["authorization"], "Bearer session-1");
});

test("a session serves many requests", () => {
  const { fake, sessions } = scene();
  ask(fake);
  ask(fake);
  assert.equal(sessions.length, 1);
});

test("a session is renewed before it ends", () => {
  const { fake, sessions } = scene();
  ask(fake);
  fake.advance(850_000);
  ask(fake);
  assert.equal(sessions.length, 2);
});

test("each organization has a session of its own", () => {
  const { fake, asked, sessions } = scene();
  ask(fake);
  valueOf(
    fake.call("saveSettings", { organization: "org_2", department: null, checkOnOpen: true }),
  );
  ask(fake);
  assert.deepEqual(JSON.parse(sessions[1]?.body ?? ""), { token: identity, organization: "org_2" });
  assert.equal(asked[1]?.headers["authorization"], "Bearer session-2");
});

test("a session that the server no longer knows is renewed, once", () => {
  const { fake, asked } = scene(({ headers }) => ({
    status: headers["authorization"] === "Bearer session-2" ? 200 : 401,
  }));
  assert.equal(ask(fake).status, 200);
  assert.equal(asked.length, 2);
});

test("a second refusal is the answer", () => {
  const { fake, asked } = scene(() => ({ status: 401, body: "no" }));
  assert.deepEqual([ask(fake).status, asked.length], [401, 2]);
});

test("when no session is given, the server's reasons are the answer", () => {
  const body = JSON.stringify({ title: "Unknown user", organizations: [] });
  const { fake } = scene(undefined, { server: () => ({ status: 403, body }) });
  const answer = ask(fake);
  assert.deepEqual([answer.status, answer.body], [403, body]);
});

test("without an identity token the person is signed out", () => {
  const { fake, asked } = scene(undefined, { person: { identityToken: null } });
  assert.equal(refusal(fake), "signed-out");
  assert.equal(asked.length, 0);
});

test("a server that no request reaches is away", () => {
  const { fake } = scene(() => {
    throw new Error("no route");
  });
  assert.equal(refusal(fake), "server-away");
});

test("what gives sessions and is not SheetBrain is told without its words", () => {
  const { fake } = scene(undefined, { server: () => ({ status: 200, body: "secret-page" }) });
  const reply = fake.call("askServer", { method: "GET", path: "/api/me", body: null });
  assert.equal(!reply.ok && reply.error.code, "server-away");
  assert.doesNotMatch(JSON.stringify(reply), /secret/);
});

for (const status of [200, 302, 304, 404, 429, 503]) {
  test(`an answer with status ${status} is an answer`, () => {
    const { fake } = scene(() => ({ status, body: "{}" }));
    assert.equal(ask(fake).status, status);
  });
}

test("headers that the sidebar reads come along, however they are written", () => {
  const headers = { ETag: '"a"', "retry-after": "30" };
  const { fake } = scene(() => ({ status: 429, headers, body: "" }));
  const { etag, retryAfter } = ask(fake);
  assert.deepEqual([etag, retryAfter], ['"a"', 30]);
});

test("the headers that the sidebar gives are sent", () => {
  const { fake, asked } = scene();
  ask(fake, { idempotencyKey: "k1", ifNoneMatch: '"a"' });
  const headers = asked[0]?.headers;
  assert.deepEqual([headers?.["idempotency-key"], headers?.["if-none-match"]], ["k1", '"a"']);
});

test("a large body is compressed and arrives whole", () => {
  const { fake, asked } = scene();
  const body = JSON.stringify({ formulas: Array.from({ length: 9_000 }, () => '="é😀"') });
  ask(fake, { method: "POST", path: "/api/audit", body });
  assert.equal(asked[0]?.headers["content-encoding"], "gzip");
  assert.equal(asked[0].headers["content-type"], "application/json");
  assert.equal(asked[0].body, body);
});

test("a small body is sent as it is", () => {
  const { fake, asked } = scene();
  ask(fake, { method: "POST", path: "/api/audit", body: "{}" });
  assert.equal(asked[0]?.headers["content-encoding"], undefined);
  assert.equal(asked[0]?.body, "{}");
});

test("a file is sent as a form with the other members as its fields", () => {
  const { fake, asked } = scene();
  const file = { name: "Réglement.txt", type: "text/plain", base64: btoa("No VLOOKUP.") };
  const body = JSON.stringify({ title: "Rules", tags: ["a", "b"] });
  ask(fake, { method: "POST", path: "/api/ingest", body, file });
  const { form } = asked[0] ?? { form: null };
  assert.deepEqual([form?.["title"], form?.["tags"]], ["Rules", "a,b"]);
  const sent = form?.["file"];
  assert.ok(typeof sent === "object");
  assert.deepEqual([sent.name, Buffer.from(sent.bytes).toString()], [file.name, "No VLOOKUP."]);
});

const allowed: [ServerRequest["method"], string][] = [
  ["POST", "/api/audit"],
  ["GET", "/api/audits?limit=5"],
  ["GET", "/api/rules/approximate-lookup"],
  ["PUT", "/api/policies/0193-a"],
  ["DELETE", "/api/suppressions/0193"],
  ["POST", "/api/policies/preview"],
];
for (const [method, path] of allowed) {
  test(`${method} ${path} is asked`, () => {
    const { fake, asked } = scene();
    ask(fake, { method, path });
    assert.deepEqual([asked[0]?.method, asked[0]?.path], [method, path]);
  });
}

const refused: [ServerRequest["method"], string][] = [
  ["POST", "/api/session"],
  ["GET", "/api/keys"],
  ["POST", "/api/keys"],
  ["POST", "/api/billing"],
  ["PUT", "/api/rulesets"],
  ["DELETE", "/api/audits/1"],
  ["GET", "/api/rules/../keys"],
  ["GET", "/api/rules/.."],
  ["GET", "/api/policies/%2e%2e/keys/"],
  ["GET", "//evil.example/api/me"],
  ["GET", "@evil.example/api/me"],
  ["GET", ".evil.example/api/me"],
  ["GET", "/api/me#x"],
  ["GET", "/api/me?a\r\nb"],
  ["GET", ""],
];
for (const [method, path] of refused) {
  test(`${method} ${JSON.stringify(path)} is a bad call`, () => {
    const { fake, asked, sessions } = scene();
    assert.equal(refusal(fake, { method, path }), "bad-call");
    assert.deepEqual([asked, sessions], [[], []]);
  });
}

test("no token is logged, kept with the spreadsheet or given to the sidebar", () => {
  const { fake } = scene(({ headers }) => {
    if (headers["authorization"] === "Bearer session-1") return { status: 401 };
    throw new Error(`reset ${headers["authorization"] ?? ""}`);
  });
  const given = [
    fake.call("askServer", { method: "GET", path: "/api/me", body: null }),
    fake.call("getSurroundings"),
    [...fake.kept.documentProperties, ...fake.kept.userProperties, ...fake.kept.documentCache],
    fake.logged,
  ];
  assert.doesNotMatch(JSON.stringify(given), /session-\d|google-identity/);
});

test("a real server is asked through HTTP", async () => {
  // In a thread of its own: the script waits for the answer.
  const worker = new Worker(
    `const { createServer } = require("node:http");
    const { parentPort } = require("node:worker_threads");
    const server = createServer((request, response) => {
      const expiresAt = new Date(Date.now() + 900000).toISOString();
      response.setHeader("ETag", "e1");
      response.end(request.url === "/api/session"
        ? JSON.stringify({ token: "t", expiresAt })
        : request.method + " " + request.url + " " + request.headers.authorization);
    });
    server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));`,
    { eval: true },
  );
  const [port] = (await once(worker, "message")) as [number];
  const fake = startFake({ server: `http://127.0.0.1:${port}` });
  try {
    const { status, body, etag } = ask(fake, { path: "/api/me" });
    assert.deepEqual([status, body, etag], [200, "GET /api/me Bearer t", "e1"]);
  } finally {
    await fake.stop();
    await worker.terminate();
  }
});

test("a real server that is away is away", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  const fake = startFake({ server: `http://127.0.0.1:${port}` });
  try {
    assert.equal(refusal(fake), "server-away");
  } finally {
    await fake.stop();
  }
});
