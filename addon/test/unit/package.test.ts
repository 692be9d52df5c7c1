/** The npm package of the analyzer as it is built: what it holds, its types, and its entries. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const modules = ["analyzer", "enforcement", "policies"] as const;

interface Entry {
  readonly default: () => Promise<void>;
  readonly engine: () => string;
}

/** The specifier of an entry: the module `analyzer` is the package's own. */
function specifier(module: (typeof modules)[number], entry: string): string {
  return ["@sheetbrain/analyzer", ...(module === "analyzer" ? [] : [module]), entry].join("/");
}

/** The package's folder. */
function folder(): string {
  return fileURLToPath(new URL("../../", import.meta.resolve("@sheetbrain/analyzer")));
}

test("npm packs the modules with their entries, the license and the readme, and no sources", () => {
  const packed = execFileSync("npm", ["pack", "--dry-run", "--json"], {
    cwd: folder(),
    encoding: "utf8",
  });
  const [{ files }] = JSON.parse(packed) as [{ files: { path: string }[] }];
  const paths = files.map(({ path }) => path).filter((path) => !path.includes("/snippets/"));
  const expected = modules.flatMap((module) =>
    [
      "analyzer.d.ts",
      "analyzer.js",
      "analyzer_bg.wasm",
      "analyzer_bg.wasm.d.ts",
      "base64.js",
      "entry.d.ts",
      "node.js",
      "once.js",
      "web.js",
    ].map((file) => `dist/${module}/${file}`),
  );
  assert.deepEqual(paths.sort(), ["LICENSE", "README.md", ...expected, "package.json"].sort());
});

test("the package has the version of the analyzer", async () => {
  const entry = (await import("@sheetbrain/analyzer")) as Entry;
  await entry.default();
  const manifest = JSON.parse(readFileSync(`${folder()}package.json`, "utf8")) as {
    version: string;
  };
  assert.equal(manifest.version, entry.engine());
});

for (const module of modules) {
  for (const name of ["node", "base64"]) {
    test(`the entry ${name} of ${module} loads in Node.js, and again for nothing`, async () => {
      const entry = (await import(specifier(module, name))) as Entry;
      await Promise.all([entry.default(), entry.default()]);
      assert.match(entry.engine(), /^\d+\.\d+\.\d+$/);
    });
  }

  test(`the declarations of ${module} are whole: the compiler finds no name without a type`, () => {
    const declarations = fileURLToPath(import.meta.resolve(specifier(module, "web")));
    const tsc = fileURLToPath(new URL("bin/tsc", import.meta.resolve("typescript/package.json")));
    execFileSync(process.execPath, [
      tsc,
      ...["--noEmit", "--strict", "--target", "es2022", "--module", "nodenext"],
      ...["--lib", "es2022,esnext.disposable,dom"],
      declarations.replace(/web\.js$/, "entry.d.ts"),
    ]);
  });
}
