import { type IncomingMessage, ServerResponse } from 'node:http';

/** Most answers that wait for one another: as soon as so many are ready, they are written. */
export const MAX_GATHERED = 64;

const gathered: (() => void)[] = [];

/** What `end` takes first: nothing, its callback, or the last of the body. */
const canBeFirst = (given: unknown): boolean =>
  given === undefined || typeof given === 'string' || typeof given === 'function' || given instanceof Uint8Array;

function writeAll(): void {
  for (const write of gathered.splice(0)) write();
}

/**
 * An answer that is written together with the others of the same turn of the event loop
 * (ADR 0045): waking the process at the other end costs more than all that Node does for a write, and whoever is awake
 * already is not woken again.
 */
export class GatheredResponse<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
  private isEnding = false;

  static {
    // What has been told to end has ended for whoever looks. A getter at Node, a property in its types.
    Object.defineProperty(GatheredResponse.prototype, 'writableEnded', {
      get(this: GatheredResponse) {
        return this.isEnding;
      },
    });
  }

  override end(...given: unknown[]): this {
    if (this.isEnding) return this;
    // What cannot be sent is thrown back at whoever gave it.
    if (canBeFirst(given[0])) this.gather(given);
    else this.endNow(given);
    this.isEnding = true;
    return this;
  }

  private gather(given: readonly unknown[]): void {
    const count = gathered.push(() => {
      try {
        this.endNow(given);
      } catch (error) {
        // Whoever told it to end is gone, and those behind it are to be written.
        this.destroy(error as Error);
      }
    });
    if (count === 1) setImmediate(writeAll);
    else if (count === MAX_GATHERED) writeAll();
  }

  private endNow(given: readonly unknown[]): void {
    super.end(...(given as Parameters<ServerResponse['end']>));
  }
}
