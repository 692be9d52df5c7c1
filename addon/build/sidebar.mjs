// The sidebar: one finished page.
import { extname, join } from "node:path";
import { build } from "esbuild";
import { bundling, dist, place, source } from "./files.mjs";
import { assemble } from "./page.mjs";

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
}
