/** What was used of what a plan allows, and until when. Knows no element. */

import { day, month } from "../figures.ts";

/** `2026-11` as `November 2026`; what is no month stays as it is. */
export function monthName(written: string): string {
  const start = startOf(written, 0);
  return start === null ? written : month.format(start);
}

/** The day on which the month after this one begins: `1 December 2026`. */
export function resetDay(written: string): string | null {
  const start = startOf(written, 1);
  return start && day.format(start);
}

/** A time as a day for people, in UTC. */
export function dayName(time: string): string {
  const date = new Date(time);
  return Number.isNaN(date.valueOf()) ? time : day.format(date);
}

/** The share that was used, in whole percent: 100 only when nothing is left, 0 only when all is. */
export function percentUsed(used: number, limit: number): number {
  if (used >= limit) return 100;
  if (used <= 0) return 0;
  return Math.min(Math.max(Math.round((used / limit) * 100), 1), 99);
}

function startOf(written: string, monthsLater: number): Date | null {
  const parts = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(written);
  return parts && new Date(Date.UTC(Number(parts[1]), Number(parts[2]) - 1 + monthsLater));
}
