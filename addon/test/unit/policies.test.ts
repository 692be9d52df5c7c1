import assert from "node:assert/strict";
import { before, test } from "node:test";
import loadAnalyzer, { Analyzer } from "@sheetbrain/analyzer";
import load, * as policies from "@sheetbrain/analyzer/policies";

const text = "Every model has an owner. VLOOKUP must use exact match.";

before(async () => {
  await Promise.all([load(), loadAnalyzer()]);
});

function compile(): policies.CompiledPolicy {
  return new policies.PolicyCompiler().compile(text);
}

function stored(compiled: policies.CompiledPolicy): policies.StoredPolicy {
  return { id: "p1", title: "Lookups", version: 7, compiled };
}

test("a policy compiles to its sentences, each with its place and what became of it", () => {
  const { sentences, ...rest } = compile();
  assert.deepEqual(
    sentences.map(({ text: own, span, status }) => [
      own === text.slice(span.start, span.end),
      status,
    ]),
    [
      [true, "notCheckable"],
      [true, "enforced"],
    ],
  );
  const { enforced, partial, notEnforced } = rest;
  assert.deepEqual({ enforced, partial, notEnforced }, { enforced: 1, partial: 0, notEnforced: 1 });
  assert.equal(sentences[0]?.paraphrase, null);
});

for (const [name, module] of [
  ["the module that compiled it", policies],
  ["the module without a compiler", { Analyzer }],
] as const) {
  test(`a compiled policy is enforced by ${name}, which cites its sentence`, () => {
    const analyzer = new module.Analyzer("recommended", "en-US");
    const before = analyzer.ruleset;
    analyzer.usePolicies([stored(compile())]);
    assert.notEqual(analyzer.ruleset, before);
    const [checked] = analyzer.check(["=VLOOKUP(B2, A:B, 2)"]);
    assert.deepEqual(
      checked?.findings.map(({ policy }) => policy),
      [{ id: "p1", title: "Lookups", version: 7, sentence: "VLOOKUP must use exact match." }],
    );
  });
}

test("a policy of another grammar is refused, and the rules stay as they were", () => {
  const analyzer = new Analyzer("recommended", "en-US");
  const before = analyzer.ruleset;
  const compiled = { ...compile(), grammar: 999 };
  assert.throws(() => {
    analyzer.usePolicies([stored(compiled)]);
  }, /grammar 999/);
  assert.equal(analyzer.ruleset, before);
});
