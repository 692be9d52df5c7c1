import assert from "node:assert/strict";
import { before, test } from "node:test";
import loadRules, { Analyzer as RuleAnalyzer } from "@sheetbrain/analyzer";
import load, {
  Analyzer,
  type CompiledPolicy,
  PolicyCompiler,
  type StoredPolicy,
} from "@sheetbrain/analyzer/policies";

const text = "Every model has an owner. VLOOKUP must use exact match.";

before(async () => {
  await Promise.all([load(), loadRules()]);
});

function compile(): CompiledPolicy {
  return new PolicyCompiler().compile(text);
}

function stored(compiled: CompiledPolicy): StoredPolicy {
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

test("a policy compiled at every letter is what it is compiled at once", () => {
  const compiler = new PolicyCompiler();
  for (let end = 1; end < text.length; end += 1) compiler.compile(text.slice(0, end));
  assert.deepEqual(compiler.compile(text), compile());
});

test("a compiled policy is enforced, and a finding cites its sentence", () => {
  const analyzer = new Analyzer("recommended", "en-US");
  const before = analyzer.ruleset;
  analyzer.usePolicies([stored(compile())]);
  assert.notEqual(analyzer.ruleset, before);
  const [checked] = analyzer.check(["=VLOOKUP(B2, A:B, 2)"]);
  assert.deepEqual(
    checked?.findings.map(({ policy }) => policy),
    [{ id: "p1", title: "Lookups", version: 7, sentence: "VLOOKUP must use exact match." }],
  );
});

test("without policies both modules find the same by the same rules", () => {
  const [all, rules] = [Analyzer, RuleAnalyzer].map((Each) => {
    const analyzer = new Each("recommended", "en-US");
    return { ruleset: analyzer.ruleset, checked: analyzer.check(["=VLOOKUP(B2, A:B, 2)"]) };
  });
  assert.equal(rules?.checked[0]?.findings.length, 1);
  assert.deepEqual(rules, all);
});

test("the module without policies takes none", () => {
  assert.ok(!("usePolicies" in RuleAnalyzer.prototype));
});

test("a policy of another grammar is refused, and the rules stay as they were", () => {
  const analyzer = new Analyzer("recommended", "en-US");
  const before = analyzer.ruleset;
  const compiled = { ...compile(), grammar: 999 };
  assert.throws(() => {
    analyzer.usePolicies([stored(compiled)]);
  }, /grammar 999/);
  assert.equal(analyzer.ruleset, before);
});
