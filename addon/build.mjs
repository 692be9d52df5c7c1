// Makes what the server embeds and what Google runs: `node build.mjs [--server https://…]` writes
// dist; `node build.mjs --tests unit` (or `browser`) bundles those tests into dist/test. Same
// sources, same bytes.
import { parseArgs } from "node:util";
import { buildConsole } from "./build/console.mjs";
import { buildScript } from "./build/script.mjs";
import { buildSidebar } from "./build/sidebar.mjs";
import { serverOf } from "./build/target.mjs";
import { buildTests } from "./build/tests.mjs";

const { values } = parseArgs({
  options: { server: { type: "string" }, tests: { type: "string" } },
});

if (values.tests !== undefined) {
  await buildTests(values.tests);
} else {
  const server = serverOf(values.server);
  await buildConsole();
  await buildScript(server);
  await buildSidebar();
}
