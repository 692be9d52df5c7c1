import type { Span } from "./finding.ts";

/** A text cut at a span: what stands before it, in it and after it. */
export interface Marked {
  readonly before: string;
  readonly marked: string;
  readonly after: string;
}

/**
 * Cuts `text` at `span`. Whatever the span says, the three parts put together are the text; no
 * span marks nothing.
 */
export function cut(text: string, span: Span | null): Marked {
  if (span === null) return { before: text, marked: "", after: "" };
  const start = Math.min(Math.max(span.start, 0), text.length);
  const end = Math.min(Math.max(span.end, start), text.length);
  return { before: text.slice(0, start), marked: text.slice(start, end), after: text.slice(end) };
}
