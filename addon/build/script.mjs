// What Google runs beside the spreadsheet: Code.js and its manifest.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { bundling, dist, place, source } from "./files.mjs";

export async function buildScript(server) {
  const { version } = JSON.parse(await source("package.json"));
  const [bundle] = (
    await build({
      ...bundling,
      entryPoints: ["src/script/script.ts"],
      platform: "neutral",
      format: "iife",
      globalName: "sheetbrain_",
      // What Google's parser surely reads.
      target: "es2019",
      charset: "ascii",
      minify: true,
      define: { SERVER: JSON.stringify(server), VERSION: JSON.stringify(version) },
      inject: ["src/script/utf8.ts"],
      plugins: [compressedModules],
      // The entry for pages, whose way to fetch the module is not used here.
      logOverride: { "empty-import-meta": "silent" },
    })
  ).outputFiles;
  // As written: Google reads the comments of functions for cells.
  const globals = await source("src/script/globals.js");
  await place(join(dist, "Code.js"), `${bundle.text.trim()}\n\n${globals}`);

  const manifest = JSON.parse(await source("src/script/appsscript.json"));
  manifest.urlFetchWhitelist = [`${server}/`];
  await place(join(dist, "appsscript.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** A WebAssembly module as text: gzip, then base64. */
const compressedModules = {
  name: "compressed-modules",
  setup({ onLoad }) {
    onLoad({ filter: /\.wasm$/ }, async ({ path }) => {
      const compressed = gzipSync(await readFile(path), { level: 9 });
      return { contents: compressed.toString("base64"), loader: "text" };
    });
  },
};
