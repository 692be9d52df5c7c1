// For pages that can fetch nothing: the module is text in this file, compressed.
import init from "./analyzer.js";
import { once } from "./once.js";

export * from "./analyzer.js";

const module = "@MODULE@";

/** How much of the text is decoded at once: four letters are three bytes. */
const PIECE = 1 << 16;

export default once(async () => {
  const unpacked = pieces().pipeThrough(new DecompressionStream("gzip"));
  const headers = { "content-type": "application/wasm" };
  await init({ module_or_path: new Response(unpacked, { headers }) });
});

/** The bytes of the text, each piece in a task of its own: meanwhile the page draws. */
function pieces() {
  let next = 0;
  return new ReadableStream({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve));
      controller.enqueue(decoded(module.slice(next, (next += PIECE))));
      if (next >= module.length) controller.close();
    },
  });
}

function decoded(text) {
  if (Uint8Array.fromBase64 !== undefined) return Uint8Array.fromBase64(text);
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = letters.charCodeAt(index);
  return bytes;
}
