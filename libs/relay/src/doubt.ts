import type { CollectionDefinition, Document } from '#read-models';
import type { RelayState } from './relay-state.js';

/** One document. */
interface DoubtDocument extends Document {
  /** Decimal digits. */
  readonly until: string;
  readonly since: string;
}

export const DOUBTS: CollectionDefinition = { name: 'relay-doubts', indexes: [] };

const ID = 'all';

/**
 * That nobody knows what products were told of whoever is in the log up to a place. A relay that begins without its
 * documents may not be the first: what another one told as of later places than the events that it now reads again (roles,
 * views under a mapping), consumers have, and take nothing of before for news.
 */
export class Doubt {
  private until = -1n;
  private document: DoubtDocument | undefined;

  constructor(private readonly state: RelayState) {}

  /**
   * @param until the end of the log: nothing was told as of a later place
   * @param since RFC 3339, UTC
   */
  begin(until: bigint, since: string): void {
    this.hold({ _id: ID, until: `${until}`, since });
    // Stored with the first checkpoint: before that, the next relay begins with nothing once more.
    if (this.document) this.state.put(DOUBTS.name, this.document);
    this.state.commit();
  }

  async load(): Promise<void> {
    const document = await this.state.get<DoubtDocument>(DOUBTS.name, ID);
    if (document) this.hold(document);
  }

  /** Whether what happened at `position` may have been told of before. */
  covers(position: bigint): boolean {
    return position <= this.until;
  }

  /** What makes it necessary to tell of everybody once more. */
  get cause(): { readonly id: string; readonly since: string } {
    return { id: `anew-${this.until}`, since: this.document?.since ?? '' };
  }

  private hold(document: DoubtDocument): void {
    this.document = document;
    this.until = BigInt(document.until);
  }
}
