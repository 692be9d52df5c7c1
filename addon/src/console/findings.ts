/** Shows findings as a list. Decides nothing about them. */
import { make } from "../shared/elements.ts";
import type { Finding, Fix } from "../shared/finding.ts";
import { cut } from "../shared/marked.ts";
import { words } from "./words.ts";

/** Makes `list` show the findings of `formula` and nothing else. */
export function showFindings(
  list: HTMLUListElement,
  formula: string,
  findings: readonly Finding[],
): void {
  list.replaceChildren(...findings.map((finding) => item(formula, finding)));
}

function item(formula: string, finding: Finding): HTMLLIElement {
  const entry = make(
    "li",
    `finding ${finding.severity}`,
    make(
      "p",
      "finding-head",
      make("strong", "severity", words.severity[finding.severity]),
      make("code", "rule", finding.rule),
    ),
    make("p", "", finding.message),
    markedFormula(formula, finding),
  );
  if (finding.policy !== null) {
    const { title, version, sentence } = finding.policy;
    const source = make("figcaption", "", words.citation(title, version));
    entry.append(make("figure", "citation", make("blockquote", "", sentence), source));
  }
  if (finding.fix !== null) entry.append(fixOf(formula, finding.fix));
  return entry;
}

function markedFormula(formula: string, finding: Finding): HTMLElement {
  const { before, marked, after } = cut(formula, finding.span);
  const code = make("code", "", before);
  if (marked !== "") code.append(make("mark", "", marked));
  code.append(after);
  return make("pre", "formula", code);
}

function fixOf(formula: string, fix: Fix): HTMLElement {
  const line = (name: string, label: string, content: string): HTMLElement[] => [
    make("dt", "", label),
    make("dd", name, make("code", "", content)),
  ];
  return make(
    "div",
    "fix",
    make("p", "", words.fix(fix.title, fix.safe)),
    make(
      "dl",
      "",
      ...line("removed", words.before, formula),
      ...line("added", words.after, fix.formula),
    ),
  );
}
