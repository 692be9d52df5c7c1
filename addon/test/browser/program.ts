/** Starts the real program on a free port, with a throw-away database and the demo organization. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** A first start makes a database cluster; on a busy machine that takes a while. */
const startLimit = 120_000;

export interface Program {
  readonly address: string;
  /** What it answers to a member of the demo organization; `body` is JSON, or what becomes it. */
  readonly ask: <T>(method: string, path: string, body?: unknown) => Promise<T>;
  /** Ends it as Ctrl-C does and waits until it has ended well. */
  readonly stop: () => Promise<void>;
  /** Ends it at once, in the middle of whatever it does; `stop` then only clears up. */
  readonly kill: () => void;
}

/** Starts it with these settings beside those of the demonstration. */
export async function startProgram(
  settings: Readonly<Record<string, string>> = {},
): Promise<Program> {
  // An empty folder and environment: settings of whoever runs the tests must not reach it.
  const folder = await mkdtemp(join(tmpdir(), "sheetbrain-browser-test-"));
  const program = spawn(
    setting("SHEETBRAIN_TEST_PROGRAM"),
    ["serve", "--listen", "127.0.0.1:0", "--ephemeral", "--demo"],
    {
      cwd: folder,
      env: { PATH: process.env["PATH"], HOME: folder, ...settings },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  let isKilled = false;
  const end = async (): Promise<void> => {
    const runs = program.exitCode === null && program.signalCode === null;
    const ended = runs ? once(program, "exit") : Promise.resolve();
    program.kill("SIGINT");
    await ended;
    await rm(folder, { recursive: true });
  };
  const address = await once(program, "spawn")
    .then(() => addressOf(program))
    .catch(async (error: unknown) => {
      await end();
      throw error;
    });
  return {
    address,
    ask: (method, path, body) => ask(new URL(path, address), method, body),
    stop: async () => {
      await end();
      if (!isKilled) assert.equal(program.exitCode, 0, "the program did not end well");
    },
    kill: () => {
      isKilled = true;
      program.kill("SIGKILL");
    },
  };
}

async function ask<T>(url: URL, method: string, body: unknown): Promise<T> {
  const sent = typeof body === "string" ? body : JSON.stringify(body);
  const response = await fetch(url, {
    method,
    headers: {
      "content-type": "application/json",
      "x-user-id": "user_demo",
      "x-user-org": "org_demo",
    },
    ...(body === undefined ? {} : { body: sent }),
  });
  assert.ok(response.ok, `${method} ${url.pathname}: ${await response.clone().text()}`);
  return (await response.json()) as T;
}

/** A setting that the test command gives. */
export function setting(name: string): string {
  const value = process.env[name];
  assert.ok(value, `${name} is not set: use cargo xtask test --only browser-tests`);
  return value;
}

async function addressOf(program: ChildProcess): Promise<string> {
  assert.ok(program.stdout);
  const timer = setTimeout(() => program.kill("SIGKILL"), startLimit);
  try {
    for await (const line of createInterface({ input: program.stdout })) {
      const address = /listening on (http:\/\/\S+)/.exec(line)?.[1];
      if (address !== undefined) return address;
    }
  } finally {
    clearTimeout(timer);
  }
  throw new Error("the program ended before it was ready");
}
