/** What the build fixes, and what Google's runtime has beside its services. */

/** The server's address: `https://host`, without a slash at its end. */
declare const SERVER: string;
/** The add-on's version. */
declare const VERSION: string;

/** The analyzer's module, compressed with gzip, in base64: put there by the build. */
declare module "@sheetbrain/analyzer/enforcement/module.wasm" {
  const compressed: string;
  export default compressed;
}

declare namespace WebAssembly {
  type Module = object;
  const Module: new (bytes: Uint8Array) => Module;
}
