/**
 * What the organization decided: its rules and what it silenced. Asked for only after the user asked
 * something of the server; kept in this browser until then, so that the next check here knows it.
 */
import type { Settings } from "../shared/bridge.ts";
import { type Box, contains, parseRange, splitName } from "../shared/cells.ts";
import { Json } from "../shared/json.ts";
import type { RemoteScript, PlacedFinding } from "./panel.ts";

/** Something silenced: one finding wherever it stands, or a rule's findings in a place. */
export interface Silence {
  readonly fingerprint: string | null;
  readonly rule: string | null;
  /** In lower case, as spreadsheets compare names; null for every sheet. */
  readonly sheet: string | null;
  readonly area: Box | null;
}

export interface Orders {
  /** The answer of `GET /api/rulesets`; null before there was one. */
  readonly rules: unknown;
  readonly etag: string | null;
  readonly silences: readonly Silence[];
  /** The rules whose findings nobody may suppress. */
  readonly locked: readonly string[];
}

export const noOrders: Orders = { rules: null, etag: null, silences: [], locked: [] };

/** Where this browser keeps them: one set for each server, person and choice. */
export function shelf(server: string, email: string, settings: Settings): string {
  const parts = [server, email, settings.organization ?? "", settings.department ?? ""];
  return `sheetbrain orders ${JSON.stringify(parts)}`;
}

/** What was kept; what can not be read, or not by this version, is as if there was nothing. */
export function recall(key: string): Orders {
  try {
    const kept = new Json(JSON.parse(localStorage.getItem(key) ?? "null"));
    const rules = kept.get("rules");
    return {
      rules: rules.orNull(({ raw }) => raw),
      locked: rules.orNull(lockedIn) ?? [],
      etag: kept.get("etag").orNull((etag) => etag.text()),
      silences: kept.get("silences").list(readSilence),
    };
  } catch {
    return noOrders;
  }
}

/** A browser may refuse to keep anything, or that much: then the next check here knows less. */
function keep(key: string, orders: Orders): void {
  try {
    localStorage.setItem(key, JSON.stringify(orders));
  } catch {
    localStorage.removeItem(key);
  }
}

/** Asks the server; what it does not answer stays as it was. */
export async function refresh(
  script: RemoteScript,
  key: string,
  department: string | null,
  known: Orders,
): Promise<Orders> {
  const query = department === null ? "" : `?department=${encodeURIComponent(department)}`;
  const [rules, silences] = await Promise.all([
    script.askServer({
      method: "GET",
      path: `/api/rulesets${query}`,
      body: null,
      ...(known.etag === null ? {} : { ifNoneMatch: known.etag }),
    }),
    script.askServer({ method: "GET", path: "/api/suppressions", body: null }),
  ]);
  let orders = known;
  try {
    if (rules.ok && rules.value.status === 200) {
      const { body, etag } = rules.value;
      const answer: unknown = JSON.parse(body);
      orders = { ...orders, rules: answer, etag, locked: lockedIn(new Json(answer)) };
    }
    if (silences.ok && silences.value.status === 200) {
      const listed = new Json(JSON.parse(silences.value.body)).get("suppressions");
      const active = listed.list((one) => ({
        isActive: one.get("state").text() === "active",
        silence: readListed(one),
      }));
      orders = {
        ...orders,
        silences: active.filter(({ isActive }) => isActive).map(({ silence }) => silence),
      };
    }
  } catch (error) {
    console.error(error);
  }
  if (orders !== known) keep(key, orders);
  return orders;
}

/** What an answer of `GET /api/rulesets` says of that. */
function lockedIn(rules: Json): string[] {
  return rules.get("locked").orNull((locked) => locked.list((rule) => rule.text())) ?? [];
}

function readListed(one: Json): Silence {
  const text = (name: string): string | null => one.get(name).orNull((member) => member.text());
  const range = text("range");
  const { sheet, cell } = range === null ? { sheet: text("sheet"), cell: "" } : splitName(range);
  const area = range === null ? null : parseRange(cell);
  // Without an area it would silence the whole sheet.
  if (range !== null && area === null) one.get("range").refuse("a range of cells");
  return {
    fingerprint: text("fingerprint"),
    rule: text("rule"),
    sheet: sheet === null ? null : sheet.toLowerCase(),
    area,
  };
}

function readSilence(one: Json): Silence {
  // JSON has no infinity: an open end was kept as null.
  const end = (member: Json): number => member.orNull((number) => number.number()) ?? Infinity;
  return {
    fingerprint: one.get("fingerprint").orNull((member) => member.text()),
    rule: one.get("rule").orNull((member) => member.text()),
    sheet: one.get("sheet").orNull((member) => member.text()),
    area: one.get("area").orNull((area) => ({
      left: area.get("left").number(),
      top: area.get("top").number(),
      right: end(area.get("right")),
      bottom: end(area.get("bottom")),
    })),
  };
}

/** Tells which findings the organization silenced. */
export function silencer(silences: readonly Silence[]): (finding: PlacedFinding) => boolean {
  const fingerprints = new Set(silences.map(({ fingerprint }) => fingerprint));
  const placed = silences.filter(({ fingerprint }) => fingerprint === null);
  return (finding) =>
    fingerprints.has(finding.fingerprint) ||
    placed.some(
      ({ rule, sheet, area }) =>
        rule === finding.rule &&
        sheet === finding.sheet.toLowerCase() &&
        (area === null || contains(area, finding.column, finding.row)),
    );
}
