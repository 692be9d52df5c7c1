/** The analyzer with an organization's rules finds what the server finds with them. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import load, {
  Analyzer,
  type LocalFinding,
  type OrganizationRules,
} from "@sheetbrain/analyzer/enforcement";
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

async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${program.address}${path}`, {
    method,
    headers: {
      "content-type": "application/json",
      "x-user-id": "user_demo",
      "x-user-org": "org_demo",
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  assert.ok(response.ok, `${method} ${path}: ${await response.clone().text()}`);
  return (await response.json()) as T;
}

const sentences = `# Standard

- VLOOKUP must use exact match.
- Do not use OFFSET or INDIRECT.
- On the Inputs sheet, do not use NOW.
- Prefer XLOOKUP over HLOOKUP.
- Avoid more than 2 nested IFs.
- Formulas must not be longer than 40 characters.
- Numbers other than 0 and 1 must not be hard-coded.
- IMPORTRANGE must read only from spreadsheet abc123.
- Every division must be inside IFERROR.
- Do not use \`SUM($X) / COUNT($X)\`.
- Every model has an owner.
`;

const rules = `rules:
  - id: ORG-FIN-003
    match: HLOOKUP($KEY, $RANGE, $ROW)
    where: [{hole: $ROW, moreThan: 1.5}]
    fix: {rewrite: "HLOOKUP($KEY, $RANGE, $ROW, FALSE)"}
    message: HLOOKUP without a 4th argument takes the nearest key.
  - builtin: {rule: nested-if, settings: {max: 1}}
`;

const formulas = [
  "=VLOOKUP(B2, Rates!A:B, 2)",
  "=OFFSET(A1, 1, 1) + 7.25",
  "=NOW()",
  "=HLOOKUP(A1, B1:Z9, 2)",
  "=IF(A1, IF(A2, IF(A3, 1)))",
  "=SUM(A1:A9) / COUNT(A1:A9)",
  '=IMPORTRANGE("other", "A1:B2")',
  "=A1/B1",
  '="😀" & my_own(A1) & INDIRECT("a")',
  "=SUM(A1:A9",
  "=SUM(A1:A9)",
  "no formula",
];

test("findings, fixes, citations, fingerprints and the rule set's hash are the server's", async () => {
  await ask("PUT", "/api/rulesets", {
    presets: ["recommended", "security"],
    rules: [{ name: "nested-if", severity: "info" }],
  });
  for (const [title, content] of [
    ["Standard", sentences],
    ["Written rules", rules],
  ]) {
    await ask("POST", "/api/policies", { title, content });
  }
  const answer = await ask<Answer>("GET", "/api/rulesets");
  const analyzer = Analyzer.ofRuleSet(answer, "en-US");
  assert.equal(analyzer.ruleset, answer.ruleset);

  const run = analyzer.begin();
  for (const sheet of ["Inputs", "Model"]) {
    const cells = formulas.map((formula, index) => ({
      cell: `${sheet}!C${index + 2}`,
      formula,
    }));
    const audited = await ask<Audited>("POST", "/api/audit", { formulas: cells });
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
