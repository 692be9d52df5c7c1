// The console: the folder that the server embeds.
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { bundling, dist, fill, source } from "./files.mjs";

export async function buildConsole() {
  const bundles = await build({
    ...bundling,
    entryPoints: ["src/console/console.ts", "src/console/console.css"],
    outdir: "dist/console",
    platform: "browser",
    minify: true,
  });
  const files = new Map(bundles.outputFiles.map((file) => [basename(file.path), file.contents]));
  for (const name of ["index.html", "favicon.svg"]) {
    files.set(name, await source(`src/console/${name}`));
  }
  // The analyzer looks for its module beside the script that it became a part of.
  const module = fileURLToPath(import.meta.resolve("@sheetbrain/analyzer/module.wasm"));
  files.set("analyzer_bg.wasm", await readFile(module));
  await fill(join(dist, "console"), files);
}
