// Makes what the server embeds and what Google runs: `node build.mjs` writes dist; `node build.mjs
// --tests unit` (or `browser`) bundles those tests into dist/test. Same sources, same bytes.
import { existsSync } from "node:fs";
import { buildConsole } from "./build/console.mjs";
import { buildSidebar } from "./build/sidebar.mjs";
import { buildTests } from "./build/tests.mjs";

const [option, kind] = process.argv.slice(2);
if (option === undefined) {
  await buildConsole();
  if (existsSync(new URL("src/sidebar/sidebar.html", import.meta.url))) await buildSidebar();
} else if (option === "--tests" && kind !== undefined) await buildTests(kind);
else throw new Error("usage: node build.mjs [--tests unit|browser]");
