import type { RecordedEvent } from '#event-store';
import { CREDENTIALS, tenantSettings } from '#projections';
import type { Document } from '#read-models';

const keyOf = (collection: string, id: string): string => `${collection} ${id}`;

/**
 * What the log has said about tenants, connections and credentials and their read model may not show yet. Folded onto what
 * the read model has, it gives the settings as the log has them, however far the read model lags. Nothing is lost where the
 * read model is ahead of an event: each one says how things are from then on, whatever they were.
 */
export class RecentSettings {
  /** By collection and id, each in the order of the log. */
  private readonly events = new Map<string, RecordedEvent[]>();
  /** Token hash → id of a credential issued lately. */
  private readonly issued = new Map<string, string>();
  private since: bigint | undefined;
  private heard = -1n;
  private until = -1n;

  /**
   * @param since position after which all events of tenants will be {@link add}ed
   * @param until position of the newest event at the moment; before it is heard nothing is known for sure
   */
  begin(since: bigint, until: bigint): void {
    this.since = since;
    this.heard = since;
    this.until = until;
  }

  /** @param position up to which the log was seen */
  add(events: readonly RecordedEvent[], position: bigint): void {
    for (const event of events) {
      // The read model was faster, and may know more by now than this event says.
      if (this.since !== undefined && event.position <= this.since) continue;
      for (const touch of tenantSettings.touches(event)) {
        if (!('id' in touch)) continue;
        const key = keyOf(touch.collection, touch.id);
        this.events.set(key, [...(this.events.get(key) ?? []), event]);
        const { tokenHash } = event.data as { tokenHash?: string };
        if (event.type === 'CredentialIssued' && tokenHash !== undefined) this.issued.set(tokenHash, touch.id);
      }
    }
    if (position > this.heard) this.heard = position;
  }

  /** The read model shows everything up to `position`. @returns whether anything is forgotten for it */
  forgetUpTo(position: bigint): boolean {
    if (this.since === undefined || position <= this.since) return false;
    this.since = position;
    let forgotten = false;
    for (const [key, events] of this.events) {
      const kept = events.filter((event) => event.position > position);
      if (kept.length === events.length) continue;
      forgotten = true;
      if (kept.length > 0) this.events.set(key, kept);
      else this.events.delete(key);
    }
    if (forgotten) {
      for (const [hash, id] of this.issued) if (!this.events.has(keyOf(CREDENTIALS.name, id))) this.issued.delete(hash);
    }
    return forgotten;
  }

  /** Whether this and a read model that shows everything up to `position` together tell all that the log says. */
  complements(position: bigint): boolean {
    return this.since !== undefined && position >= this.since && this.heard >= this.until;
  }

  /** The document as the log has it. */
  overlay<T extends Document>(collection: string, id: string, document: T | undefined): T | undefined {
    const events = this.events.get(keyOf(collection, id)) ?? [];
    return events.reduce<Document | undefined>(
      (state, event) => tenantSettings.apply(state, event, { collection, id }),
      document,
    ) as T | undefined;
  }

  /** Id of the credential with this hash, where it was issued lately. */
  issuedWith(tokenHash: string): string | undefined {
    return this.issued.get(tokenHash);
  }
}
