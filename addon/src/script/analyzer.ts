/** The analyzer inside the script, for functions in cells: they reach no server as anybody. */
import { Analyzer, initSync } from "@sheetbrain/analyzer/enforcement/web";
import compressed from "@sheetbrain/analyzer/enforcement/module.wasm";

let analyzer: Analyzer | undefined;

/** An analyzer of the recommended rules for the spreadsheet's locale. Throws where none can run. */
export function loadAnalyzer(): Analyzer {
  return (analyzer ??= start());
}

function start(): Analyzer {
  const blob = Utilities.newBlob(Utilities.base64Decode(compressed), "application/x-gzip");
  // Google's bytes have a sign.
  const bytes = Uint8Array.from(Utilities.ungzip(blob).getBytes());
  initSync({ module: new WebAssembly.Module(bytes) });
  return new Analyzer("recommended", SpreadsheetApp.getActiveSpreadsheet().getSpreadsheetLocale());
}
