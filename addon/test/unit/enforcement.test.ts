/** The module that checks with an organization's rules: how they come in, and checks in slices. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import load, {
  Analyzer,
  type Checked,
  type OrganizationRules,
} from "@sheetbrain/analyzer/enforcement";
import loadCompiler, {
  Analyzer as CompilingAnalyzer,
  PolicyCompiler,
} from "@sheetbrain/analyzer/policies";

before(async () => {
  await Promise.all([load(), loadCompiler()]);
});

/** What a server with this policy answers. */
function rulesOf(text: string): OrganizationRules {
  const compiled = new PolicyCompiler().compile(text);
  return {
    definition: {
      engine: "0.1.0",
      rules: [
        { name: "nested-if", severity: "info", settings: { max: 2 } },
        { name: "syntax-error", severity: "high", settings: {} },
      ],
    },
    policies: [{ id: "p1", title: "Standard", version: 3, compiled }],
  };
}

/** Rules with one member of the first rule of the policy changed. */
function changed(change: (rule: Record<string, unknown>) => void): OrganizationRules {
  const rules = rulesOf("Do not use OFFSET.");
  const [rule] = rules.policies[0]?.compiled.sentences[0]?.rules ?? [];
  change(rule as Record<string, unknown>);
  return rules;
}

function check(rules: OrganizationRules, ...formulas: string[]): Checked[] {
  return Analyzer.ofRuleSet(rules, "en-US").check(formulas);
}

function found(rules: OrganizationRules, formula: string): (string | undefined)[][] {
  return check(rules, formula).flatMap(({ findings }) =>
    findings.map(({ rule, severity, policy }) => [rule, severity, policy?.sentence]),
  );
}

test("built-in rules are on with the severities and settings of the organization", () => {
  const rules = rulesOf("");
  assert.deepEqual(found(rules, "=IF(A1, IF(A2, IF(A3, 1)))"), [["nested-if", "info", undefined]]);
  assert.deepEqual(found(rules, "=IF(A1, IF(A2, 1))"), []);
  assert.deepEqual(found(rules, "=VLOOKUP(B2, A:B, 2)"), []);
});

test("a sentence is enforced as its compiler enforces it, with its citation and its fix", () => {
  const text = "VLOOKUP must use exact match. Ranges must be absolute.";
  const formulas = ["=VLOOKUP(B2, $A$1:$B$9, 2)", "=SUM(A1:A9)", "=SUM($A$1:$A$9)", "=SUM("];
  const compiling = CompilingAnalyzer.ofRuleSet(rulesOf(text), "en-US");
  const checked = check(rulesOf(text), ...formulas);
  assert.deepEqual(checked, compiling.check(formulas));
  assert.deepEqual(
    checked.map(({ findings }) => findings.map(({ policy, fix }) => [policy?.title, fix?.formula])),
    [
      [["Standard", "=VLOOKUP(B2, $A$1:$B$9, 2, FALSE)"]],
      [["Standard", "=SUM($A$1:$A$9)"]],
      [],
      [[undefined, "=SUM()"]],
    ],
  );
});

test("both modules give a rule set one hash", () => {
  const rules = rulesOf("VLOOKUP must use exact match. Not more than 4.5 is a limit.");
  assert.equal(
    Analyzer.ofRuleSet(rules, "en-US").ruleset,
    CompilingAnalyzer.ofRuleSet(rules, "en-US").ruleset,
  );
});

test("a sentence that holds on one sheet is enforced there alone", () => {
  const analyzer = Analyzer.ofRuleSet(rulesOf("On the Inputs sheet, do not use OFFSET."), "en-US");
  const count = (sheet?: string): number | undefined =>
    analyzer.check(["=OFFSET(A1, 1, 1)"], null, sheet)[0]?.findings.length;
  assert.deepEqual([count("Inputs"), count("Model"), count()], [1, 0, 0]);
});

test("several presets are on together", () => {
  const found = (...presets: string[]): number | undefined =>
    Analyzer.ofPresets(presets, "en-US").check(["=VLOOKUP(IMPORTDATA(B1), A:B, 2)"])[0]?.findings
      .length;
  const [one, other, both] = [
    found("recommended"),
    found("security"),
    found("recommended", "security"),
  ];
  assert.ok(Number(both) > Math.max(Number(one), Number(other)), `${one} ${other} ${both}`);
  assert.throws(() => Analyzer.ofPresets(["recommended", "no-such"], "en-US"), /no-such/);
});

for (const [what, rules, expected] of [
  [
    "a built-in rule that is not known",
    () => ({ ...rulesOf(""), definition: { engine: "9.8.7", rules: [{ name: "newer" }] } }),
    /no rule `newer`.*9\.8\.7/,
  ],
  [
    "a demand that is not known",
    () => changed((rule) => (rule["newer"] = {})),
    /rules\[0\]\.newer/,
  ],
  [
    "a word that is not known",
    () => changed((rule) => (rule["level"] = "always")),
    /`policies\[0\]\.compiled\.sentences\[0\]\.rules\[0\]\.level`/,
  ],
  [
    "a rule that is not what it was tried on",
    () => changed((rule) => (rule["match"] = { functions: ["INDEX"] })),
    /does not hold for its own examples/,
  ],
  [
    "a newer grammar",
    () => {
      const rules = rulesOf("Do not use OFFSET.");
      const [policy] = rules.policies;
      assert.ok(policy);
      policy.compiled.grammar = 999;
      return rules;
    },
    /grammar 999/,
  ],
  ["an answer without policies", () => ({ definition: rulesOf("").definition }), /`policies`/],
  ["something else", () => "rules", /an object/],
] as const) {
  test(`${what} is refused with what and where`, () => {
    assert.throws(() => Analyzer.ofRuleSet(rules() as OrganizationRules, "en-US"), expected);
  });
}

/** Formulas in column C from row 2 on, of which every fifth is another one. */
function sheet(size: number): { formulas: string[]; cells: Uint32Array } {
  const rows = Array.from({ length: size }, (_, index) => index + 2);
  return {
    formulas: rows.map((row) => `=OFFSET(A${row}, ${Math.ceil(row / 5)}, 1)`),
    cells: Uint32Array.from(rows.flatMap((row) => [3, row])),
  };
}

test("slices of a run give what one check of all gives", () => {
  const { formulas, cells } = sheet(100);
  const analyzer = Analyzer.ofRuleSet(rulesOf("Do not use OFFSET."), "en-US");
  const run = analyzer.begin();
  analyzer.free();
  const slices = [0, 30, 60, 90].flatMap((from) =>
    run.check(formulas.slice(from, from + 30), cells.slice(from * 2, (from + 30) * 2)),
  );
  run.free();
  assert.deepEqual(
    slices,
    check(rulesOf("Do not use OFFSET."), ...[]).concat(
      Analyzer.ofRuleSet(rulesOf("Do not use OFFSET."), "en-US").check(formulas, cells),
    ),
  );
});

test("copies of a formula have one template, in every run", () => {
  const { formulas, cells } = sheet(100);
  const templates = (): (number | null)[] =>
    Analyzer.ofPresets([], "en-US")
      .check(formulas, cells)
      .map(({ template }) => template);
  assert.equal(new Set(templates()).size, 21);
  assert.deepEqual(templates(), templates());
  assert.ok(templates().every((template) => Number.isSafeInteger(template)));
});

test("what is no formula has no template", () => {
  assert.deepEqual(
    check(rulesOf(""), "text", "").map(({ template }) => template),
    [null, null],
  );
});
