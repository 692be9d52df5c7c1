// Reads one list of formulas with the analyzer and with two parsers, taking turns in each round;
// prints medians of the processor time, which a busy machine does not stretch as it does the
// clock's; the collector's threads count too. The analyzer parses, runs the recommended rules and
// makes the findings; the others parse alone.
import load, { Analyzer } from "@sheetbrain/analyzer";
import fastFormulaParser from "fast-formula-parser";
import { HyperFormula } from "hyperformula";
import { formulas } from "./formulas.mjs";

const rounds = 9;
const { name, texts, cells } = formulas();

await load();
const analyzer = new Analyzer("recommended", "en-US");

/** Each prepares a round, which is not measured, and gives what is: how many were accepted. */
const contenders = {
  "analyzer: parsed and checked": () => () => {
    const answers = analyzer.check(texts, cells);
    const isBroken = ({ rule }) => rule === "syntax-error";
    return answers.filter(({ findings }) => !findings.some(isBroken)).length;
  },
  "hyperformula: parsed": () => {
    // A new engine: it remembers what it parsed. Its parser has no public door of its own.
    const { _parser: parser } = HyperFormula.buildFromArray([[]], { licenseKey: "gpl-v3" });
    return () =>
      texts.filter((text, index) => {
        const address = { sheet: 0, col: cells[2 * index] - 1, row: cells[2 * index + 1] - 1 };
        return parser.parse(text, address).errors.length === 0;
      }).length;
  },
  "fast-formula-parser: parsed": () => {
    const parser = new fastFormulaParser.DepParser();
    return () =>
      texts.filter((text, index) => {
        const position = { sheet: "Sheet1", col: cells[2 * index], row: cells[2 * index + 1] };
        try {
          parser.parse(text.slice(1), position);
          return true;
        } catch {
          return false;
        }
      }).length;
  },
};

const results = Object.entries(contenders).map(([contender, prepare]) => ({
  contender,
  prepare,
  times: [],
  accepted: 0,
}));
for (let round = -2; round < rounds; round++) {
  for (const result of results) {
    const run = result.prepare();
    globalThis.gc?.();
    const before = process.cpuUsage();
    result.accepted = run();
    const { user, system } = process.cpuUsage(before);
    // The first rounds are for the compilers of the JavaScript engine.
    if (round >= 0) result.times.push((user + system) / 1000);
  }
}

const median = (times) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];
const [own] = results.map(({ times }) => median(times));
console.log(`${texts.length} ${name}; median of ${rounds} rounds\n`);
console.log("| | accepted | ms | formulas a second | the analyzer is faster by |");
console.log("|---|---|---|---|---|");
for (const { contender, times, accepted } of results) {
  const time = median(times);
  const rate = Math.round(texts.length / time) * 1000;
  const ratio = (time / own).toFixed(1);
  console.log(
    `| ${contender} | ${accepted} | ${time.toFixed(1)} | ${rate.toLocaleString("en")} | ${ratio} |`,
  );
}
