/** What the sidebar does, without its page. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Reply, ServerAnswer } from "../../src/shared/bridge.ts";
import type { RemoteScript } from "../../src/sidebar/panel.ts";
import { Session } from "../../src/sidebar/session.ts";

const answered: Reply<ServerAnswer> = {
  ok: true,
  value: { status: 200, body: "{}", etag: null, retryAfter: null },
};
const unanswered: Reply<ServerAnswer> = {
  ok: false,
  error: { code: "server-away", message: "Address unavailable" },
};

/** A session that asks the server once for each of `replies`, which arrive in the order of `arrival`. */
async function sessionAfter(
  replies: readonly Reply<ServerAnswer>[],
  arrival: readonly number[],
): Promise<Session> {
  const waiting: ((reply: Reply<ServerAnswer>) => void)[] = [];
  const askServer: RemoteScript["askServer"] = () =>
    new Promise((resolve) => waiting.push(resolve));
  const session = new Session({ askServer } as RemoteScript, {
    changed: () => undefined,
    say: () => undefined,
  });
  const asked = replies.map(() =>
    session.script.askServer({ method: "GET", path: "/api/me", body: null }),
  );
  for (const index of arrival) {
    const [settle, reply] = [waiting[index], replies[index]];
    assert.ok(settle && reply);
    settle(reply);
    await asked[index];
  }
  return session;
}

test("the server is there when the latest request was answered", async () => {
  const { state } = await sessionAfter([unanswered, answered], [0, 1]);
  assert.equal(state.connection, "online");
});

test("an answer that comes late does not hide that a later request had none", async () => {
  const { state } = await sessionAfter([answered, unanswered], [1, 0]);
  assert.equal(state.connection, "offline");
});

test("a failure that is heard late does not hide that a later request was answered", async () => {
  const { state } = await sessionAfter([unanswered, answered], [1, 0]);
  assert.equal(state.connection, "online");
});
