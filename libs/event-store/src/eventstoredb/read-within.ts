import { EventStoreUnavailable } from '../event-store.port.js';

/** A read of the client: what it yields, and how it is ended early. */
export interface Reading<T> extends AsyncIterable<T> {
  cancel(): Promise<void>;
}

/**
 * What `reading` yields, unless the server is silent for `timeoutMs` or the store is closed: a connection that stalls
 * without closing would otherwise hold the reader for good. Ending early cancels the call on the server too.
 */
export async function* readWithin<T>(reading: Reading<T>, timeoutMs: number, closing: AbortSignal): AsyncGenerator<T> {
  const items = reading[Symbol.asyncIterator]();
  let stop: (error: Error) => void = () => undefined;
  const stopped = new Promise<never>((_, reject) => (stop = reject));
  stopped.catch(() => undefined);
  const onClose = (): void => stop(new EventStoreUnavailable('The event store is closed'));
  if (closing.aborted) onClose();
  closing.addEventListener('abort', onClose);
  const silent = new EventStoreUnavailable(`EventStoreDB was silent for ${timeoutMs} ms`);
  const timer = setTimeout(() => stop(silent), timeoutMs);
  let ended = false;
  try {
    for (;;) {
      timer.refresh();
      const result = await Promise.race([items.next(), stopped]);
      if (result.done) {
        ended = true;
        return;
      }
      yield result.value;
    }
  } finally {
    clearTimeout(timer);
    closing.removeEventListener('abort', onClose);
    // Not waited for: there is nothing to cancel before a node is found, which may take minutes.
    if (!ended) void reading.cancel().catch(() => undefined);
  }
}
