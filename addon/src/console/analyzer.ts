/** Loads the analyzer that is written in Rust. No analysis happens in TypeScript. */
import init, { Analyzer } from "../../dist/wasm/analyzer.js";
import type { Finding } from "../shared/finding.ts";

/** Findings of one formula, in the order in which they stand in it. */
export type Check = (formula: string) => readonly Finding[];

/** Rejects where the browser refuses WebAssembly or the module can not be fetched. */
export async function loadAnalyzer(): Promise<Check> {
  await init({ module_or_path: "analyzer_bg.wasm" });
  const analyzer = new Analyzer("recommended");
  return (formula) => analyzer.check([formula])[0] ?? [];
}
