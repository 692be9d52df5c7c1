/** The analyzer with an organization's rules finds what the server finds with them. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import load, {
  Analyzer,
  type LocalFinding,
  type OrganizationRules,
} from "@sheetbrain/analyzer/enforcement";
import { formulas, sentences, writtenRules } from "./formulas.ts";
import { type Program, startProgram } from "./program.ts";

let program: Program;

before(async () => {
  await load();
  program = await startProgram();
});

after(async () => {
  await program.stop();
});

interface Answer extends OrganizationRules {
  readonly ruleset: string;
}

interface Audited {
  readonly ruleset: string;
  readonly audits: {
    readonly cellAddress: string;
    readonly findings: (LocalFinding & { cells?: string[] })[];
  }[];
}

/** A finding of the server as the analyzer has it, which sees one slice of the cells. */
function withoutCells(finding: LocalFinding & { cells?: string[] }): LocalFinding {
  const own = { ...finding };
  delete own.cells;
  return own;
}

test("findings, fixes, citations, fingerprints and the rule set's hash are the server's", async () => {
  await program.ask("PUT", "/api/rulesets", {
    presets: ["recommended", "security"],
    rules: [{ name: "nested-if", severity: "info" }],
  });
  for (const [title, content] of [
    ["Standard", sentences],
    ["Written rules", writtenRules],
  ]) {
    await program.ask("POST", "/api/policies", { title, content });
  }
  const answer = await program.ask<Answer>("GET", "/api/rulesets");
  const analyzer = Analyzer.ofRuleSet(answer, "en-US");
  assert.equal(analyzer.ruleset, answer.ruleset);

  const run = analyzer.begin();
  for (const sheet of ["Inputs", "Model"]) {
    const cells = formulas.map((formula, index) => ({
      cell: `${sheet}!C${index + 2}`,
      formula,
    }));
    const audited = await program.ask<Audited>("POST", "/api/audit", { formulas: cells });
    assert.equal(audited.ruleset, analyzer.ruleset);
    const places = Uint32Array.from(formulas.flatMap((_, index) => [3, index + 2]));
    const checked = run.check(formulas, places, sheet);
    const local = checked.flatMap(({ findings, skipped }, index) =>
      skipped === null ? [{ cellAddress: `${sheet}!C${index + 2}`, findings }] : [],
    );
    const remote = audited.audits.map(({ cellAddress, findings }) => ({
      cellAddress,
      findings: findings.map(withoutCells),
    }));
    assert.ok(remote.flatMap(({ findings }) => findings).some(({ policy }) => policy !== null));
    assert.deepEqual(local, remote);
  }
});
