// For pages that can fetch a second file: the module lies beside this one, or beside the bundle
// that this one became a part of.
import init from "./analyzer.js";
import { once } from "./once.js";

export * from "./analyzer.js";

export default once(() => init({ module_or_path: new URL("./analyzer_bg.wasm", import.meta.url) }));
