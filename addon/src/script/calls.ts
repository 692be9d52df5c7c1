/** What the sidebar gives to the script, read: a page can send anything. */
import {
  type Change,
  type Highlight,
  type Method,
  type Place,
  type Report,
  type Scope,
  scopes,
  type ServerRequest,
} from "../shared/bridge.ts";
import { severities } from "../shared/finding.ts";
import { Json } from "../shared/json.ts";

const methods: readonly Method[] = ["GET", "POST", "PUT", "DELETE"];

const textOf = (text: Json): string => text.text();

export function scopeFrom(given: unknown): Scope {
  return new Json(given, "scope").oneOf(scopes);
}

export function placeFrom(given: unknown): Place {
  const place = new Json(given, "place");
  return { sheetId: place.get("sheetId").number(), range: place.get("range").text() };
}

export function changesFrom(given: unknown): Change[] {
  return new Json(given, "changes").list((change) => ({
    sheetId: change.get("sheetId").number(),
    cell: change.get("cell").text(),
    expected: change.get("expected").text(),
    formula: change.get("formula").text(),
  }));
}

export function textFrom(given: unknown, name: string): string {
  return new Json(given, name).text();
}

export function highlightsFrom(given: unknown): Highlight[] {
  return new Json(given, "highlights").list((highlight) => ({
    sheetId: highlight.get("sheetId").number(),
    ranges: highlight.get("ranges").list(textOf),
    severity: highlight.get("severity").oneOf(severities),
  }));
}

export function reportFrom(given: unknown): Report {
  const report = new Json(given, "report");
  return {
    title: report.get("title").text(),
    columns: report.get("columns").list(textOf),
    rows: report.get("rows").list((row) => row.list(textOf)),
  };
}

export function requestFrom(given: unknown): ServerRequest {
  const request = new Json(given, "request");
  const idempotencyKey = request.get("idempotencyKey").orNull(textOf);
  const ifNoneMatch = request.get("ifNoneMatch").orNull(textOf);
  const file = request.get("file").orNull((given) => ({
    name: given.get("name").text(),
    type: given.get("type").text(),
    base64: given.get("base64").text(),
  }));
  return {
    method: request.get("method").oneOf(methods),
    path: request.get("path").text(),
    body: request.get("body").orNull(textOf),
    ...(file !== null && { file }),
    ...(idempotencyKey !== null && { idempotencyKey }),
    ...(ifNoneMatch !== null && { ifNoneMatch }),
  };
}
