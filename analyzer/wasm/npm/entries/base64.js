// For pages that can fetch nothing: the module is text in this file, compressed.
import init from "./analyzer.js";
import { once } from "./once.js";

export * from "./analyzer.js";

const module = "@MODULE@";

export default once(async () => {
  const compressed = Uint8Array.from(atob(module), (character) => character.charCodeAt(0));
  const unpacked = new Blob([compressed]).stream().pipeThrough(new DecompressionStream("gzip"));
  await init({ module_or_path: await new Response(unpacked).arrayBuffer() });
});
