// How long a policy of 100 sentences takes to compile in WebAssembly while somebody types into it:
// at first, and then after each of 200 letters, every time with all that a page shows as objects.
import { readFile } from "node:fs/promises";
import load, { PolicyCompiler } from "@sheetbrain/analyzer/policies";

const labelled = new URL("../../tests/policies/sentences.jsonl", import.meta.url);
const SENTENCES = 100;
const LETTERS = 200;

function median(times) {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];
}

function time(work) {
  const start = performance.now();
  work();
  return performance.now() - start;
}

const lines = (await readFile(labelled, "utf8")).split("\n").filter((line) => line !== "");
const sentences = lines.map((line) => JSON.parse(line).policy);
const single = sentences.filter((policy) => !policy.includes("\n")).slice(0, SENTENCES);
let text = single.join("\n\n");

await load();
const compiler = new PolicyCompiler();
const first = time(() => compiler.compile(text));
const times = [];
for (let letter = 0; letter < LETTERS; letter += 1) {
  // Somewhere else each time, so that each sentence is typed into.
  const at = Math.floor((text.length * letter) / LETTERS);
  text = `${text.slice(0, at)}x${text.slice(at)}`;
  times.push(time(() => compiler.compile(text)));
}
console.log(`${SENTENCES} sentences, ${text.length} characters`);
console.log(`at first            ${first.toFixed(1)} ms`);
console.log(`after a letter      ${median(times).toFixed(1)} ms (median of ${LETTERS})`);
console.log(`the slowest of them ${Math.max(...times).toFixed(1)} ms`);
