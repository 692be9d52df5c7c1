/**
 * The changes that can be taken back, kept in the spreadsheet's properties: they belong to the
 * spreadsheet, outlive the sidebar and need no permission of their own.
 *
 * An entry is compressed and cut into pieces, because Google keeps 9 kB a value and 500 kB in all.
 */
import { ScriptFailure } from "./reply.ts";

/** One cell before and after. */
export interface Done {
  readonly sheetId: number;
  readonly cell: string;
  readonly before: string;
  readonly after: string;
}

export interface Entry {
  readonly title: string;
  readonly cells: readonly Done[];
}

/** Where an entry is: `undo.<id>.0` and so on. */
interface Listed {
  readonly id: number;
  readonly pieces: number;
}

const list = "undo";
/** In characters, all of one byte. */
const piece = 8_000;
/** How many pieces the stack may have: 400 kB of the 500 kB. */
const mostPieces = 50;

export function countUndoable(): number {
  return readList().length;
}

/**
 * Puts an entry on top and drops the oldest ones for which there is no room. Fails, and keeps the
 * stack as it was, when the entry alone is too large.
 */
export function push(entry: Entry): number {
  const packed = pack(entry);
  if (packed.length > mostPieces) {
    throw new ScriptFailure(
      "refused",
      "These are more changes than can be undone at once, so none was made. Make them in parts.",
    );
  }
  const listed = readList();
  const dropped: Listed[] = [];
  const room = mostPieces - packed.length;
  while (total(listed) > room) dropped.push(...listed.splice(0, 1));
  const id = Math.max(0, ...listed.map((one) => one.id), ...dropped.map((one) => one.id)) + 1;
  if (dropped.length > 0) {
    // Before the new pieces, with which the properties could be full.
    properties().setProperty(list, JSON.stringify(listed));
    removePieces(dropped);
  }
  write(id, packed, [...listed, { id, pieces: packed.length }]);
  return id;
}

/** Says what became of the entry on top, once that is known. */
export function replaceTop(id: number, entry: Entry): void {
  const listed = readList();
  const top = listed.pop();
  if (top?.id !== id) return;
  const packed = pack(entry);
  write(id, packed, [...listed, { id, pieces: packed.length }]);
  const left = Array.from({ length: Math.max(0, top.pieces - packed.length) });
  for (const [index] of left.entries()) properties().deleteProperty(key(id, packed.length + index));
}

/** The entry on top; null when there is none. */
export function peek(): Entry | null {
  const top = readList().at(-1);
  if (!top) return null;
  const store = properties();
  const pieces = Array.from({ length: top.pieces }, (_, index) =>
    store.getProperty(key(top.id, index)),
  );
  return unpack(pieces.map((text) => text ?? "").join(""));
}

/** Takes the entry on top away. */
export function dropTop(): void {
  const listed = readList();
  const top = listed.pop();
  if (!top) return;
  properties().setProperty(list, JSON.stringify(listed));
  removePieces([top]);
}

function write(id: number, packed: readonly string[], listed: readonly Listed[]): void {
  const values = Object.fromEntries(packed.map((text, index) => [key(id, index), text]));
  properties().setProperties({ ...values, [list]: JSON.stringify(listed) });
}

function removePieces(entries: readonly Listed[]): void {
  for (const { id, pieces } of entries) {
    for (let index = 0; index < pieces; index++) properties().deleteProperty(key(id, index));
  }
}

function readList(): Listed[] {
  const text = properties().getProperty(list);
  return text === null ? [] : (JSON.parse(text) as Listed[]);
}

function total(listed: readonly Listed[]): number {
  return listed.reduce((sum, { pieces }) => sum + pieces, 0);
}

function key(id: number, index: number): string {
  return `${list}.${id}.${index}`;
}

function properties(): GoogleAppsScript.Properties.Properties {
  return PropertiesService.getDocumentProperties();
}

function pack(entry: Entry): string[] {
  const blob = Utilities.gzip(Utilities.newBlob(JSON.stringify(entry)));
  const text = Utilities.base64Encode(blob.getBytes());
  return text.match(new RegExp(`.{1,${piece}}`, "g")) ?? [];
}

function unpack(text: string): Entry {
  const blob = Utilities.newBlob(Utilities.base64Decode(text), "application/x-gzip");
  return JSON.parse(Utilities.ungzip(blob).getDataAsString()) as Entry;
}
