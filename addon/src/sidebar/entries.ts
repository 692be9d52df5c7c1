/**
 * The entries of a large answer, read part by part: read at once, an answer on 50,000 formulas would
 * keep the page from drawing for a third of a second. Where the answer is not written as the server
 * writes it, it is read at once all the same. What an entry says is for others to read.
 */
import { Json } from "../shared/json.ts";

/** The members around the entries, as compact JSON has them: the quotes within a text are escaped, so neither stands in one. */
const before = '"audits":[';
const behind = '],"summary":{';
/** How each entry begins. */
const mark = '{"cellAddress":"';

export interface Entries {
  /** The answer without its entries. */
  readonly rest: Json;
  /** What `read` counts to: parts of it may be read in their order, each once. */
  readonly total: number;
  /** The entries that begin in `from..to`. Throws UnreadableAnswer when they are none. */
  readonly read: (from: number, to: number) => readonly Json[];
}

export function entriesOf(body: string): Entries {
  return cut(body) ?? whole(new Json(parsed(body)));
}

/** Null when the answer is written in another way. */
function cut(body: string): Entries | null {
  const start = body.indexOf(before) + before.length;
  const end = body.lastIndexOf(behind);
  if (start < before.length || end < start) return null;
  if (end > start && !body.startsWith(mark, start)) return null;
  const rest = parsed(`${body.slice(0, start)}${body.slice(end)}`);
  if (rest === null) return null;
  /** Where the first entry begins that does so at or behind `place`; the end when there is none. */
  const beginsAt = (place: number): number => {
    const found = place >= end ? -1 : body.indexOf(mark, place);
    return found < 0 || found > end ? end : found;
  };
  let count = 0;
  return {
    rest: new Json(rest),
    total: end - start,
    read: (from, to) => {
      const [first, next] = [beginsAt(start + from), beginsAt(start + to)];
      if (first === next) return [];
      // Without the comma between the last one and the next.
      const part = body.slice(first, next === end ? next : next - 1);
      const read = numbered(parsed(`[${part}]`), count);
      count += read.length;
      return read;
    },
  };
}

function whole(answer: Json): Entries {
  const audits = answer.get("audits");
  return {
    rest: answer,
    total: audits.size,
    read: (from, to) => Array.from({ length: to - from }, (_, index) => audits.item(from + index)),
  };
}

/** The items of a list that begins with the item `first` of the answer's entries. */
function numbered(list: unknown, first: number): Json[] {
  if (!Array.isArray(list)) return new Json(list, "/audits").refuse("a list");
  return list.map((item: unknown, index) => new Json(item, `/audits/${first + index}`));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
