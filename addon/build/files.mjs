// What every build has in common: how esbuild is asked and how files are put in their place.
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../", import.meta.url));
export const dist = join(root, "dist");

export const bundling = {
  absWorkingDir: root,
  bundle: true,
  write: false,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
};

/** The bytes of a file of this folder. */
export function source(path) {
  return readFile(join(root, path));
}

/** Makes `folder` hold exactly these files. */
export async function fill(folder, files) {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) {
    if (!files.has(name)) await rm(join(folder, name), { recursive: true });
  }
  for (const [name, content] of files) await place(join(folder, name), content);
}

/** Writes a file, unless it has this content already: whoever embeds it then has nothing to do. */
export async function place(path, content) {
  const present = await readFile(path).catch(() => undefined);
  if (present?.equals(Buffer.from(content))) return;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}
