/** What the sentences of a policy come to. Knows no element. */
import type { Sentence, Status } from "./answers.ts";
import { statuses } from "./answers.ts";

export interface Piece {
  readonly text: string;
  /** Whether the words were understood. */
  readonly read: boolean;
}

/** The sentence cut where understanding ends and begins. Put together, the pieces are the text. */
export function piecesOf({ text, unread }: Sentence): Piece[] {
  const pieces: Piece[] = [];
  const add = (end: number, read: boolean): void => {
    const start = pieces.reduce((length, piece) => length + piece.text.length, 0);
    if (end > start) pieces.push({ text: text.slice(start, end), read });
  };
  const within = (offset: number): number => Math.min(Math.max(offset, 0), text.length);
  for (const { start, end } of [...unread].sort((a, b) => a.start - b.start)) {
    add(within(start), true);
    add(within(end), false);
  }
  add(text.length, true);
  return pieces;
}

export interface Tally {
  /** Sentences that formulas are checked against. */
  readonly enforced: number;
  /** Sentences that demand something. */
  readonly demands: number;
  /** How many there are of each status that occurs, in the order in which they are told. */
  readonly counts: readonly { readonly status: Status; readonly count: number }[];
}

export function tally(sentences: readonly Sentence[]): Tally {
  const of = (status: Status): number =>
    sentences.filter((sentence) => sentence.status === status).length;
  const counts = statuses.map((status) => ({ status, count: of(status) }));
  return {
    enforced: of("enforced"),
    demands: sentences.length - of("context"),
    counts: counts.filter(({ count }) => count > 0),
  };
}
