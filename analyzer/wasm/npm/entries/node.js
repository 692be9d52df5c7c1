// For Node.js, which does not fetch files.
import { readFile } from "node:fs/promises";
import init from "./analyzer.js";
import { once } from "./once.js";

export * from "./analyzer.js";

export default once(async () => {
  const module_or_path = await readFile(new URL("./analyzer_bg.wasm", import.meta.url));
  await init({ module_or_path });
});
