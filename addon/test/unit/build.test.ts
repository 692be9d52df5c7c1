/** What `npm run build` makes for Google: whole pages, the address that was given, the same bytes. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import vm from "node:vm";

const dist = new URL("../../", import.meta.url);

interface Assembling {
  readonly assemble: (shell: string, css: string, javascript: string) => string;
}
interface Targets {
  readonly serverOf: (named?: string) => string;
}

function part(name: string): Promise<unknown> {
  return import(new URL(`../build/${name}.mjs`, dist).href);
}

const shell = '<link rel="stylesheet" href="sidebar.css" />\n<script src="sidebar.js"></script>';

test("no text in the script ends its element or opens a comment", async () => {
  const { assemble } = (await part("page")) as Assembling;
  const texts = ["</script>", "</SCRIPT >", "<!--<script>", "$& $1 $'"];
  const page = assemble(shell, "", `globalThis.texts = ${JSON.stringify(texts)};`);
  const [before = "", ...after] = page.split(/<\/script/i);
  assert.equal(after.length, 1);
  const script = before.slice(before.indexOf("<script>") + "<script>".length);
  assert.doesNotMatch(script, /<!--/);
  assert.equal(vm.runInNewContext(`${script} JSON.stringify(texts)`), JSON.stringify(texts));
});

test("a shell that loads something else is refused", async () => {
  const { assemble } = (await part("page")) as Assembling;
  assert.throws(() => assemble(shell.replace("sidebar.js", "other.js"), "", ""), /must have once/);
  assert.throws(() => assemble(shell + shell, "", ""), /must have once/);
});

test("the sidebar is one page that loads nothing", () => {
  const page = readFileSync(new URL("sidebar.html", dist), "utf8");
  const [document = "", script = "", ...more] = page.split(/<script>|<\/script/);
  assert.equal(more.length, 1);
  assert.ok(!/<link\b|<script|<img\b|@import|url\((?!["']?data:)/.test(document));
  assert.ok(!/<\/script|<!--/i.test(script));
});

test("the same sources give the same bytes", () => {
  const files = ["Code.js", "appsscript.json", "sidebar.html"];
  const read = (): Buffer[] => files.map((name) => readFileSync(new URL(name, dist)));
  const before = read();
  const env = { ...process.env, SHEETBRAIN_ADDON_SERVER: "https://sheetbrain.invalid" };
  execFileSync(process.execPath, [fileURLToPath(new URL("../build.mjs", dist))], { env });
  assert.deepEqual(read(), before);
});

for (const [given, origin] of [
  ["https://audit.example.com", "https://audit.example.com"],
  ["https://audit.example.com/", "https://audit.example.com"],
  ["https://audit.example.com:8443", "https://audit.example.com:8443"],
] as const) {
  test(`${given} is a server's address`, async () => {
    const { serverOf } = (await part("target")) as Targets;
    assert.equal(serverOf(given), origin);
  });
}

for (const given of [
  "http://localhost:3000",
  "audit.example.com",
  "https://audit.example.com/api",
  "https://user@audit.example.com",
  "https://audit.example.com/?a",
  "",
]) {
  test(`${JSON.stringify(given)} is refused as a server's address, with what to give`, async () => {
    const { serverOf } = (await part("target")) as Targets;
    assert.throws(() => serverOf(given), /https:\/\//);
  });
}
