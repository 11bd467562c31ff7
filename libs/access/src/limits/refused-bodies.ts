/** Bytes of refused bodies that are let in per millisecond, of all clients together. */
const BYTES_PER_MS = 4 * 1024;
/** Smaller ones, as those of single users, are not worth a place in the line: bytes. */
const SMALL = 16 * 1024;
/** Longest that one is kept waiting for those before it, milliseconds. */
const MAX_WAIT_MS = 8_000;

/**
 * What is refused has a body all the same, which must be read before the next request on its connection. Until the answer it
 * stands in the buffers of the network, so the hold is what says when it comes. Those of a flood come one after the other:
 * read all at once they are tens of megabytes outside of V8's heap, for which it collects the whole of it, step by step, each
 * of up to 12 ms.
 */
export class RefusedBodies {
  /** When those let in so far are through, milliseconds. */
  private through = 0;

  /** @param bytes of the body; 0 where the client does not say @returns milliseconds until it may come */
  wait(bytes: number, now: number): number {
    if (bytes < SMALL) return 0;
    this.through = Math.min(Math.max(this.through, now) + bytes / BYTES_PER_MS, now + MAX_WAIT_MS);
    return this.through - now;
  }
}
