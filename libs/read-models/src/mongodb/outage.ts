import { MongoServerSelectionError } from 'mongodb';
import { ReadModelsUnavailable } from '../read-models.port.js';

/** How long after a failure nobody but one asks again, ms. */
const PAUSE_MS = 500;

/**
 * While the server is away one caller at a time finds out whether it is back, and the others are told so at once: each of
 * them would wait for a server as long as the driver does, and what does not need the read models would wait with them.
 */
export class Outage {
  #askAgainAt: number | undefined;
  #asking = false;

  /** @throws ReadModelsUnavailable also without calling `action` */
  async watch<T>(action: () => Promise<T>): Promise<T> {
    const begun = this.#askAgainAt;
    if (begun !== undefined) {
      if (this.#asking || performance.now() < begun) throw new ReadModelsUnavailable('MongoDB has not come back yet');
      this.#asking = true;
    }
    try {
      const result = await action();
      this.#askAgainAt = undefined;
      return result;
    } catch (error) {
      this.#askAgainAt = foundNoServer(error) ? performance.now() + PAUSE_MS : undefined;
      throw error;
    } finally {
      if (begun !== undefined) this.#asking = false;
    }
  }
}

/** What the driver has waited for in vain; whatever else it cannot do concerns one call alone. */
const foundNoServer = (error: unknown): boolean =>
  error instanceof ReadModelsUnavailable && error.cause instanceof MongoServerSelectionError;
