/** Long work in slices: between two of them the page draws, scrolls and takes clicks. */

/** How long a slice may take, in milliseconds: a frame and no more, far from what users notice. */
const SLICE = 12;

/** The work was called off. */
export class Cancelled extends Error {}

/** Resolves in a task of its own, at once: a timer would wait for four milliseconds. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = (): void => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/**
 * Calls `work(from, to)` for parts of `0..total` that follow one another, each as large as the time
 * of a slice allows, which is learnt from the ones before. Throws {@link Cancelled} between two parts
 * after `signal` was given.
 */
export async function inSlices(
  total: number,
  signal: AbortSignal,
  work: (from: number, to: number) => void,
): Promise<void> {
  let size = 32;
  for (let from = 0; from < total;) {
    if (signal.aborted) throw new Cancelled();
    const to = Math.min(from + size, total);
    const started = performance.now();
    work(from, to);
    const taken = performance.now() - started;
    // Never more than twice as much as before: the next formulas may be harder.
    size = Math.max(1, Math.floor(size * Math.min(2, SLICE / Math.max(taken, 0.1))));
    from = to;
    await nextTask();
  }
  if (signal.aborted) throw new Cancelled();
}
