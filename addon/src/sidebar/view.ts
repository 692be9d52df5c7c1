/** Which findings are shown, in which order and under which headings. Knows no page. */
import { type Severity, severities } from "../shared/finding.ts";
import { placeName } from "./found.ts";
import type { Found, Pattern } from "./found.ts";

export const groupings = ["pattern", "rule", "sheet"] as const;
export type Grouping = (typeof groupings)[number];

/** The three kinds that people tell apart, as the toggles have them. */
export const levels = ["error", "warning", "info"] as const;
export type Level = (typeof levels)[number];

export function levelOf(severity: Severity): Level {
  if (severity === "high") return "error";
  return severity === "info" ? "info" : "warning";
}

export interface Wanted {
  readonly levels: ReadonlySet<Level>;
  /** What has to occur somewhere, case aside; empty for anything. */
  readonly text: string;
  readonly grouping: Grouping;
  /** Keys of the groups whose findings are folded away. */
  readonly folded: ReadonlySet<string>;
}

export interface GroupRow {
  readonly kind: "group";
  readonly key: string;
  /** A rule's name or a sheet's. */
  readonly label: string;
  readonly count: number;
  readonly isFolded: boolean;
  readonly position: Position;
}

export interface FindingRow {
  readonly kind: "finding";
  readonly key: string;
  readonly pattern: Pattern;
  /** Those of its places that are wanted: all of them, or those on the group's sheet. */
  readonly places: Pattern["places"];
  readonly position: Position;
}

export type Row = GroupRow | FindingRow;

/** Where a row stands among its siblings, from 1. */
export interface Position {
  readonly level: number;
  readonly index: number;
  readonly count: number;
}

export interface View {
  readonly rows: readonly Row[];
  /** How many places the findings that pass have. */
  readonly shown: number;
}

interface Entry {
  readonly key: string;
  readonly pattern: Pattern;
  readonly places: Pattern["places"];
}

export function view(found: Found, wanted: Wanted): View {
  const entries = [...wantedOf(found, wanted)];
  const shown = entries.reduce((sum, { places }) => sum + places.length, 0);
  if (wanted.grouping === "pattern") return { rows: rowsOf(bySeverity(entries), 1), shown };
  const groups = grouped(entries, ({ places: [{ rule, sheet }] }) =>
    wanted.grouping === "rule" ? rule : sheet,
  );
  const parts = [...groups].map(([label, members]) => ({ label, members: bySeverity(members) }));
  // Sheets stay in the order of their tabs; rules come with the worst first.
  if (wanted.grouping === "rule") {
    const weight = ({ members }: { members: Entry[] }): number => rankOf(members[0]);
    parts.sort((one, other) => weight(one) - weight(other));
  }
  const rows = parts.flatMap(({ label, members }, index): Row[] => {
    const key = `${wanted.grouping} ${label}`;
    const isFolded = wanted.folded.has(key);
    const heading: GroupRow = {
      kind: "group",
      key,
      label,
      count: members.reduce((sum, { places }) => sum + places.length, 0),
      isFolded,
      position: { level: 1, index: index + 1, count: parts.length },
    };
    return isFolded ? [heading] : [heading, ...rowsOf(members, 2)];
  });
  return { rows, shown };
}

function rowsOf(entries: readonly Entry[], level: number): FindingRow[] {
  const count = entries.length;
  return entries.map((entry, index) => ({
    kind: "finding",
    ...entry,
    position: { level, index: index + 1, count },
  }));
}

function* wantedOf(found: Found, wanted: Wanted): Generator<Entry> {
  const text = wanted.text.trim().toLowerCase();
  for (const pattern of found.patterns) {
    if (!wanted.levels.has(levelOf(pattern.places[0].severity))) continue;
    if (text !== "" && !mentions(pattern, text)) continue;
    if (wanted.grouping !== "sheet") {
      yield { key: pattern.key, pattern, places: pattern.places };
      continue;
    }
    for (const places of grouped(pattern.places, ({ sheetId }) => sheetId).values()) {
      yield { key: `${places[0].sheetId} ${pattern.key}`, pattern, places };
    }
  }
}

/** The items with the same key together; keys and items in the order in which they come. */
function grouped<Item, Key>(
  items: readonly Item[],
  keyOf: (item: Item) => Key,
): Map<Key, [Item, ...Item[]]> {
  const groups = new Map<Key, [Item, ...Item[]]>();
  for (const item of items) {
    const key = keyOf(item);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [item]);
    else known.push(item);
  }
  return groups;
}

function mentions({ places }: Pattern, text: string): boolean {
  const [{ rule, message, formula, policy }] = places;
  const common = [rule, rule.replaceAll("-", " "), message, formula, policy?.title ?? ""];
  return (
    common.some((part) => part.toLowerCase().includes(text)) ||
    places.some((place) => placeName(place).toLowerCase().includes(text))
  );
}

/** The worst first, otherwise as they were found. */
function bySeverity(entries: readonly Entry[]): Entry[] {
  const ranked: Entry[][] = severities.map(() => []);
  for (const entry of entries) ranked[rankOf(entry)]?.push(entry);
  return ranked.flat();
}

function rankOf(entry: Entry | undefined): number {
  return severities.length - 1 - severities.indexOf(entry?.places[0].severity ?? "info");
}
