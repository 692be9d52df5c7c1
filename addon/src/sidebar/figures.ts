/**
 * Numbers and times as people read them. The browser takes some milliseconds to make each of its
 * formats, so each is made when it is first of use and not while the page starts.
 */

import { nextTask } from "./slices.ts";

interface Format<Value> {
  readonly format: (value: Value) => string;
}

function whenUsed<Value>(make: () => Format<Value>): Format<Value> {
  let made: Format<Value> | undefined;
  return { format: (value) => (made ??= make()).format(value) };
}

/** Counts below `limit`, which are most, are the same digits in any format. */
function withoutSmall(format: Format<number>, limit: number): Format<number> {
  const isSmall = (value: number): boolean =>
    Number.isInteger(value) && value >= 0 && value < limit;
  return { format: (value) => (isSmall(value) ? String(value) : format.format(value)) };
}

const grouped = whenUsed(() => new Intl.NumberFormat("en-US"));

const compact = whenUsed(
  () => new Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 2 }),
);

/** Makes the formats that every larger result needs, each in a task of its own. */
export async function prepareFigures(): Promise<void> {
  for (const format of [grouped, compact]) {
    await nextTask();
    format.format(0);
  }
}

/** `1,234` */
export const number = withoutSmall(grouped, 1000);

/** `1.2K` */
export const short = withoutSmall(compact, 100);

/** The time of day where the user is. */
export const time = whenUsed<Date>(
  () => new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" }),
);

/** `November 2026`, in UTC as the server counts. */
export const month = whenUsed<Date>(
  () => new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" }),
);

/** `1 December 2026`, in UTC. */
export const day = whenUsed<Date>(
  () =>
    new Intl.DateTimeFormat("en-GB", {
      day: "numeric",
      month: "long",
      year: "numeric",
      timeZone: "UTC",
    }),
);
