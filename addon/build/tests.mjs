// The tests, bundled for Node.js.
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { build } from "esbuild";
import { bundling, dist, fill, root } from "./files.mjs";

export async function buildTests(kind) {
  const folder = join(root, "test", kind);
  const names = (await readdir(folder)).filter((name) => name.endsWith(".test.ts"));
  const bundles = await build({
    ...bundling,
    entryPoints: names.map((name) => join(folder, name)),
    outdir: join("dist/test", kind),
    outExtension: { ".js": ".mjs" },
    platform: "node",
    packages: "external",
    sourcemap: "inline",
  });
  const files = new Map(bundles.outputFiles.map((file) => [basename(file.path), file.contents]));
  await fill(join(dist, "test", kind), files);
}
