// Makes what the server embeds: `node build.mjs` writes dist/console, `node build.mjs --tests
// unit` (or `browser`) bundles those tests into dist/test. Same sources, same bytes; a file whose
// content did not change is not touched, so that whoever embeds it has nothing to do either.
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL(".", import.meta.url));

const common = {
  absWorkingDir: root,
  bundle: true,
  write: false,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
};

async function buildConsole() {
  const bundles = await build({
    ...common,
    entryPoints: ["src/console/console.ts", "src/console/console.css"],
    outdir: "dist/console",
    platform: "browser",
    minify: true,
  });
  const files = new Map(bundles.outputFiles.map((file) => [basename(file.path), file.contents]));
  for (const name of ["index.html", "favicon.svg"]) {
    files.set(name, await readFile(join(root, "src/console", name)));
  }
  // The analyzer looks for its module beside the script that it became a part of.
  const module = fileURLToPath(import.meta.resolve("@sheetbrain/analyzer/module.wasm"));
  files.set("analyzer_bg.wasm", await readFile(module));
  await place(files, join(root, "dist/console"));
}

async function buildTests(kind) {
  const folder = join(root, "test", kind);
  const names = (await readdir(folder)).filter((name) => name.endsWith(".test.ts"));
  const bundles = await build({
    ...common,
    entryPoints: names.map((name) => join(folder, name)),
    outdir: join("dist/test", kind),
    outExtension: { ".js": ".mjs" },
    platform: "node",
    packages: "external",
    sourcemap: "inline",
  });
  const files = new Map(bundles.outputFiles.map((file) => [basename(file.path), file.contents]));
  await place(files, join(root, "dist/test", kind));
}

/** Makes `folder` hold exactly these files. */
async function place(files, folder) {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) {
    if (!files.has(name)) await rm(join(folder, name), { recursive: true });
  }
  for (const [name, content] of files) {
    const path = join(folder, name);
    const present = await readFile(path).catch(() => undefined);
    if (present === undefined || !present.equals(content)) await writeFile(path, content);
  }
}

const [option, kind] = process.argv.slice(2);
if (option === undefined) await buildConsole();
else if (option === "--tests" && kind !== undefined) await buildTests(kind);
else throw new Error("usage: node build.mjs [--tests unit|browser]");
