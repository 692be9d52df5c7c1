/** The bridge to the script: whatever goes wrong on the way becomes a reply. */
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import type { Reply } from "../../src/shared/bridge.ts";
import type { RemoteScript } from "../../src/sidebar/panel.ts";
import { connect, findRunner, type Runner } from "../../src/sidebar/remote.ts";

interface Call {
  readonly name: string;
  readonly given: readonly unknown[];
  readonly succeed: (value: unknown) => void;
  readonly fail: (error: unknown) => void;
}

/** Google's runner, which keeps the calls until the test answers them. */
function held(): { script: RemoteScript; calls: Call[] } {
  const calls: Call[] = [];
  const runner = (succeed: Call["succeed"], fail: Call["fail"]): Runner => ({
    withSuccessHandler: (handler) => runner(handler, fail),
    withFailureHandler: (handler) => runner(succeed, handler),
    ...Object.fromEntries(
      ["getSnapshot", "goTo", "askServer", "getLastEdit"].map((name) => [
        name,
        (...given: unknown[]) => calls.push({ name, given, succeed, fail }),
      ]),
    ),
  });
  const nobody = (): void => {
    throw new Error("nobody listens");
  };
  return { script: connect(runner(nobody, nobody)), calls };
}

const request = { method: "GET", path: "/api/me", body: null } as const;

/** Has the first call answered and gives the reply. */
async function replyTo(
  ask: (script: RemoteScript) => Promise<Reply<unknown>>,
  answer: (call: Call) => void,
): Promise<Reply<unknown>> {
  const { script, calls } = held();
  const asked = ask(script);
  const [call] = calls;
  assert.ok(call);
  answer(call);
  return await asked;
}

function codeOf(reply: Reply<unknown>): string {
  return reply.ok ? "ok" : reply.error.code;
}

test("arguments and the answer cross as they are", async () => {
  const { script, calls } = held();
  const asked = script.goTo({ sheetId: 1, range: "B2" });
  const [call] = calls;
  assert.ok(call);
  assert.deepEqual(call.given, [{ sheetId: 1, range: "B2" }]);
  call.succeed({ ok: true, value: null });
  assert.deepEqual(await asked, { ok: true, value: null });
});

test("each call has the answer to itself, in whatever order they come", async () => {
  const { script, calls } = held();
  const [one, other] = [script.getLastEdit(), script.getLastEdit()];
  calls[1]?.succeed({ ok: true, value: "second" });
  calls[0]?.succeed({ ok: true, value: "first" });
  assert.deepEqual(
    [await one, await other],
    [
      { ok: true, value: "first" },
      { ok: true, value: "second" },
    ],
  );
});

test("a script that dies while it asks the server is a server that is away", async () => {
  const reply = await replyTo(
    (script) => script.askServer(request),
    ({ fail }) => {
      fail(new Error("Exceeded maximum execution time"));
    },
  );
  assert.equal(codeOf(reply), "server-away");
  assert.match(JSON.stringify(reply), /Exceeded maximum execution time/);
});

test("a script that dies while it reads the spreadsheet is no matter of the server", async () => {
  const reply = await replyTo(
    (script) => script.getSnapshot("sheet"),
    ({ fail }) => {
      fail("NetworkError: Connection failure due to HTTP 0");
    },
  );
  assert.equal(codeOf(reply), "refused");
});

for (const odd of [
  ...[undefined, null, "", "<html>", 5, [], {}, { ok: "yes" }],
  ...[{ ok: true }, { ok: false }, { ok: false, error: "text" }],
]) {
  test(`the answer ${JSON.stringify(odd)} is told to be none`, async () => {
    const reply = await replyTo(
      (script) => script.askServer(request),
      ({ succeed }) => {
        succeed(odd);
      },
    );
    assert.equal(codeOf(reply), "bad-call");
  });
}

test("a function that the script does not have is told by its name", async () => {
  const { script } = held();
  const reply = await script.undoChange();
  assert.equal(codeOf(reply), "bad-call");
  assert.match(JSON.stringify(reply), /undoChange/);
});

for (const [what, value] of [
  ["a date", new Date()],
  ["what is not defined", undefined],
  ["a function", () => 1],
  ["no number", NaN],
  ["a map", new Map()],
  ["a date within", [{ at: new Date() }]],
] as const) {
  test(`${what} does not go to Google, which would lose it`, async () => {
    const { script, calls } = held();
    const reply = await script.goTo(value as never);
    assert.equal(codeOf(reply), "bad-call");
    assert.deepEqual(calls, []);
  });
}

for (const [what, ask, patience, code] of [
  ["the spreadsheet", (script: RemoteScript) => script.getSnapshot("sheet"), 60, "refused"],
  ["the server", (script: RemoteScript) => script.askServer(request), 370, "server-away"],
] as const) {
  test(`an answer of ${what} is awaited for ${patience} seconds and no longer`, async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      const { script, calls } = held();
      let reply: Reply<unknown> | null = null;
      const asked = ask(script).then((came) => (reply = came));
      mock.timers.tick(patience * 1000 - 1);
      await Promise.resolve();
      assert.equal(reply, null);
      mock.timers.tick(1);
      assert.equal(codeOf(await asked), code);
      // What comes afterwards comes too late, and changes nothing.
      calls[0]?.succeed({ ok: true, value: null });
      assert.equal(codeOf(await asked), code);
    } finally {
      mock.timers.reset();
    }
  });
}

test("a page that is not in a spreadsheet has no runner", () => {
  const run = {};
  assert.equal(findRunner({ google: { script: { run } } }), run);
  for (const page of [{}, { google: null }, { google: {} }, { google: { script: { run: 1 } } }]) {
    assert.equal(findRunner(page), null);
  }
});
