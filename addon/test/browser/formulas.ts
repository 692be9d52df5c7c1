/** What is audited and what for, in more than one test. */

/** A policy with a sentence of every kind that is enforced, and one that is not. */
export const sentences = `# Standard

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

/** Rules that are written by hand. */
export const writtenRules = `rules:
  - id: ORG-FIN-003
    match: HLOOKUP($KEY, $RANGE, $ROW)
    where: [{hole: $ROW, moreThan: 1.5}]
    fix: {rewrite: "HLOOKUP($KEY, $RANGE, $ROW, FALSE)"}
    message: HLOOKUP without a 4th argument takes the nearest key.
  - builtin: {rule: nested-if, settings: {max: 1}}
`;

/** Each breaks one of the policies, or is hard to read. */
export const formulas = [
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

/** Formulas that would do something if they were ever anything but text, by their cells. */
export const hostile: Readonly<Record<string, string>> = {
  A1: '=VLOOKUP("</script><script>window.hacked=1</script>", A:B, 2)',
  A2: '=VLOOKUP("<img src=x onerror=window.hacked=1>", A:B, 2)',
  A3: '="😀👩‍👩‍👧é"&VLOOKUP(B3, A:B, 2)',
  A4: '=VLOOKUP("שלום עולם", A:B, 2)',
  A5: '=VLOOKUP("\u202egnihtyna\u200b", A:B, 2)',
  A6: `=VLOOKUP("${"x".repeat(32_000)}", A:B, 2)`,
  A7: '=VLOOKUP("{{7*7}}${7*7}&lt;b&gt;", A:B, 2)',
};

/** As spreadsheets with decimal commas have them. */
export const german = [
  "=SVERWEIS(B1;A:B;2)",
  "=VLOOKUP(B1;A:B;2)+1,5",
  "=WENN(A1>1;WENN(A2>1;WENN(A3>1;1,5)))",
  "={1\\2;3\\4}",
  "=ROUND(A1*1,07;2)",
  "=SUM(A1;1,5;2)",
];
