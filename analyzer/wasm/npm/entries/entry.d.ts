export * from "./analyzer.js";

/**
 * Loads the module: await it before anything else here is used. Further calls give the same
 * promise. Rejects where WebAssembly is refused or the module can not be read; it may then be
 * called again.
 */
export default function load(): Promise<void>;
