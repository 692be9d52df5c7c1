// The sidebar: one finished page.
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { bundling, dist, place, source } from "./files.mjs";
import { assemble } from "./page.mjs";

/** What the page may have at most, in bytes: it is sent whenever somebody opens the sidebar. */
const limits = { plain: 800_000, gzipped: 300_000 };

export async function buildSidebar() {
  const bundles = await build({
    ...bundling,
    entryPoints: ["src/sidebar/sidebar.ts", "src/sidebar/sidebar.css"],
    outdir: "dist",
    platform: "browser",
    format: "iife",
    minify: true,
    // However Google serves and stores the page, these letters arrive.
    charset: "ascii",
    // Google's HtmlService has taken // in a template for a comment.
    supported: { "template-literal": false },
  });
  const text = (extension) =>
    bundles.outputFiles.find((file) => extname(file.path) === extension).text.trim();
  const shell = await source("src/sidebar/sidebar.html");
  const page = assemble(shell.toString(), text(".css"), text(".js"));
  await place(join(dist, "sidebar.html"), page);
  checkSize(page);
}

/** After the page is in its place, where one can look for what is large in it. */
function checkSize(page) {
  const sizes = { plain: Buffer.byteLength(page), gzipped: gzipSync(page, { level: 9 }).length };
  for (const [how, size] of Object.entries(sizes)) {
    if (size > limits[how]) {
      throw new Error(`dist/sidebar.html has ${size} bytes ${how}; ${limits[how]} is the limit`);
    }
  }
}
