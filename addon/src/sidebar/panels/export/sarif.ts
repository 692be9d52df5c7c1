/**
 * Findings as SARIF 2.1.0, as the command line writes them. Cells are logical locations: a
 * spreadsheet is no file whose lines could be named, so fixes stand among the properties.
 */
import { sheetPrefix } from "../../../shared/cells.ts";
import type { Severity } from "../../../shared/finding.ts";
import type { Results } from "../../panel.ts";
import { words } from "../words.ts";
import { type CountedLine, type FindingLine, toLines } from "./lines.ts";

const schema =
  "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

const levels = {
  high: "error",
  medium: "warning",
  low: "warning",
  info: "note",
} as const satisfies Record<Severity, string>;

export function toSarif(results: Results): string {
  const { snapshot, auditId, engine, ruleset } = results;
  const lines = toLines(results);
  const rules = rulesOf(lines.map(({ line }) => line));
  const run = {
    tool: {
      driver: { name: "SheetBrain", version: engine, semanticVersion: engine, rules },
    },
    invocations: [{ executionSuccessful: true, endTimeUtc: snapshot.takenAt }],
    results: lines.map((line) => result(line, rules)),
    columnKind: "utf16CodeUnits",
    properties: { spreadsheet: snapshot.spreadsheet.name, auditId, ruleset },
  };
  return `${JSON.stringify({ $schema: schema, version: "2.1.0", runs: [run] }, null, 2)}\n`;
}

interface Rule {
  readonly id: string;
  readonly name: string;
  readonly shortDescription: { readonly text: string };
  readonly properties: { readonly tags: readonly string[] };
}

/** The rules that found something, by name. */
function rulesOf(lines: readonly FindingLine[]): Rule[] {
  const found = new Map(lines.map((line) => [line.rule, line]));
  return [...found.values()]
    .map(({ rule, category }) => ({
      id: rule,
      name: pascalCase(rule),
      shortDescription: { text: words.export.ruleOf(category) },
      properties: { tags: [category] },
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** `approximate-lookup` as `ApproximateLookup`, which is how SARIF names rules. */
function pascalCase(name: string): string {
  return name
    .split("-")
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join("");
}

function result({ line, count }: CountedLine, rules: readonly Rule[]): object {
  const { rule, severity, category, message, formula, span, policy, fix, fingerprint } = line;
  const prefix = sheetPrefix(line.sheet);
  return {
    ruleId: rule,
    ruleIndex: rules.findIndex(({ id }) => id === rule),
    level: levels[severity],
    message: { text: message },
    locations: [
      {
        logicalLocations: line.cells.map((cells) => ({
          name: cells,
          fullyQualifiedName: `${prefix}${cells}`,
          kind: "cells",
        })),
      },
    ],
    occurrenceCount: count,
    partialFingerprints: { finding: fingerprint },
    properties: { severity, category, formula, span, policy, fix },
  };
}
