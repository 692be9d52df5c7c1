// The formulas that are read: made here, always the same, or from the corpus that
// SHEETBRAIN_CORPUS names.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const count = 10_000;
const templates = 2_000;
const copies = count / templates;

/** Formulas with the cells they stand in, as columns and rows in turn. */
export function formulas() {
  const corpus = process.env.SHEETBRAIN_CORPUS;
  return corpus === undefined ? made() : ofCorpus(join(corpus, "euses-dev.txt"));
}

/** Distinct formulas, spread over the whole file. The cells they stood in are not known. */
function ofCorpus(file) {
  const lines = readFileSync(file, "utf8").split("\n");
  const distinct = [...new Set(lines.filter((line) => line.startsWith("=")))];
  const step = distinct.length / count;
  const texts = Array.from({ length: count }, (_, index) => distinct[Math.floor(index * step)]);
  const cells = new Uint32Array(2 * count).fill(1);
  return { name: `distinct formulas of ${file}`, texts, cells };
}

/** Each template copied down a column of its own, as people fill formulas down. */
function made() {
  const random = randomNumbers(1);
  const texts = new Set();
  const cells = new Uint32Array(2 * count);
  for (let column = 30; texts.size < count;) {
    const template = `=${expression(random, 3)}`;
    // `{n}` is a row that moves with the formula.
    const filled = Array.from({ length: copies }, (_, copy) =>
      template.replaceAll(/\{(\d+)\}/g, (_, row) => String(Number(row) + copy)),
    );
    if (new Set(filled).size < copies || filled.some((text) => texts.has(text))) continue;
    filled.forEach((text, copy) => {
      cells.set([column, 2 + copy], 2 * texts.size);
      texts.add(text);
    });
    column++;
  }
  return { name: `formulas made of ${templates} templates`, texts: [...texts], cells };
}

function expression(random, depth) {
  const pick = (choices) => choices[random(choices.length)];
  const cell = () => `${pick(["A", "B", "C", "D", "$E"])}{${2 + random(60)}}`;
  const fixed = () => `$${pick(["F", "G", "H"])}$${1 + random(40)}`;
  const range = () => `${pick(["A", "B", "C"])}{${2 + random(20)}}:D{${30 + random(20)}}`;
  const inner = () => expression(random, depth - 1);
  const leaf = () =>
    pick([cell, cell, fixed, () => String(random(1000)), () => `${random(100)}.${random(100)}`])();
  if (depth === 0) return leaf();
  return pick([
    leaf,
    () => `${inner()}${pick(["+", "-", "*", "/"])}${inner()}`,
    () => `SUM(${range()})`,
    () => `IF(${cell()}${pick([">", "<", "=", ">=", "<>"])}${leaf()},${inner()},${inner()})`,
    () => `ROUND(${inner()},${random(4)})`,
    () => `VLOOKUP(${cell()},$F$1:$H$${100 + random(400)},${1 + random(3)},FALSE)`,
    () => `INDEX($F$1:$F$${50 + random(200)},MATCH(${cell()},$G$1:$G$90,0))`,
    () => `IFERROR(${inner()},"")`,
    () => `SUMIF($F$1:$F$${50 + random(200)},${cell()},$G$1:$G$90)`,
    () => `AND(${cell()}>${random(50)},${cell()}<${50 + random(50)})`,
    () => `"${pick(["total", "n/a", "Q1", "open"])} "&${cell()}`,
    () => `MAX(${cell()},${inner()})-MIN(${range()})`,
    () => `(${inner()}+${inner()})/${leaf()}`,
  ])();
}

/** Whole numbers below a bound, always the same ones (mulberry32). */
function randomNumbers(seed) {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}
