/** What differs between two formulas, token by token. */

export type Kind = "same" | "removed" | "added";

export interface Piece {
  readonly kind: Kind;
  readonly text: string;
}

/** More tokens than this on both sides together are not compared one by one. */
const MOST = 600;

/** Names and numbers, spaces, and every other character by itself. */
function tokensOf(formula: string): string[] {
  return formula.match(/[\p{L}\p{N}_.$]+|\s+|[^]/gu) ?? [];
}

/** The pieces that make `before` without those added, and `after` without those removed. */
export function compare(before: string, after: string): Piece[] {
  const old = tokensOf(before);
  const fresh = tokensOf(after);
  let start = 0;
  while (start < old.length && start < fresh.length && old[start] === fresh[start]) start += 1;
  let oldEnd = old.length;
  let freshEnd = fresh.length;
  while (oldEnd > start && freshEnd > start && old[oldEnd - 1] === fresh[freshEnd - 1]) {
    oldEnd -= 1;
    freshEnd -= 1;
  }
  const pieces: Piece[] = [];
  const add = (kind: Kind, tokens: readonly string[]): void => {
    const text = tokens.join("");
    const last = pieces.at(-1);
    if (text === "") return;
    if (last?.kind === kind) pieces[pieces.length - 1] = { kind, text: last.text + text };
    else pieces.push({ kind, text });
  };
  add("same", old.slice(0, start));
  middle(old.slice(start, oldEnd), fresh.slice(start, freshEnd), add);
  add("same", old.slice(oldEnd));
  return pieces;
}

/** By the longest common sequence of tokens, where that is not too long to look for. */
function middle(
  old: readonly string[],
  fresh: readonly string[],
  add: (kind: Kind, tokens: readonly string[]) => void,
): void {
  if (old.length + fresh.length > MOST) {
    add("removed", old);
    add("added", fresh);
    return;
  }
  const width = fresh.length + 1;
  const common = new Uint16Array((old.length + 1) * width);
  const at = (row: number, column: number): number => common[row * width + column] ?? 0;
  for (let row = old.length - 1; row >= 0; row -= 1) {
    for (let column = fresh.length - 1; column >= 0; column -= 1) {
      common[row * width + column] =
        old[row] === fresh[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  let row = 0;
  let column = 0;
  while (row < old.length || column < fresh.length) {
    if (row < old.length && column < fresh.length && old[row] === fresh[column]) {
      add("same", old.slice(row, row + 1));
      row += 1;
      column += 1;
    } else if (
      row < old.length &&
      (column === fresh.length || at(row + 1, column) >= at(row, column + 1))
    ) {
      add("removed", old.slice(row, row + 1));
      row += 1;
    } else {
      add("added", fresh.slice(column, column + 1));
      column += 1;
    }
  }
}
