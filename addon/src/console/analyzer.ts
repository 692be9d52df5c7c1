/** Loads the analyzer that is written in Rust. No analysis happens in TypeScript. */
import load, { Analyzer, type Checked } from "@sheetbrain/analyzer";

/** What the analyzer says of one formula. */
export type Check = (formula: string) => Checked;

/** Rejects where the browser refuses WebAssembly or the module can not be fetched. */
export async function loadAnalyzer(): Promise<Check> {
  await load();
  const analyzer = new Analyzer("recommended", "en-US");
  return (formula) => {
    const [checked] = analyzer.check([formula]);
    if (checked === undefined) throw new Error("the analyzer gave no answer");
    return checked;
  };
}
