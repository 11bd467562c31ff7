import { absentUser, evolveUser, type Fact, type User, type UserEvent } from '#domain';
import type { EventStore, RecordedEvent } from '#event-store';
import { LRUCache } from 'lru-cache';

export interface Folded {
  readonly state: User;
  /** Revision of the last event folded in; -1 for none. */
  readonly revision: number;
  readonly position: bigint;
}

const nothing: Folded = { state: absentUser, revision: -1, position: -1n };

/** Users as they were just before an event, for a reader that goes through the log in order. */
export class UserHistory {
  private readonly recent: LRUCache<string, Folded>;

  constructor(
    private readonly store: EventStore,
    most = 10_000,
  ) {
    this.recent = new LRUCache({ max: most });
  }

  /** The user before and after `event`. Reading the stream is needed only for those not seen lately. */
  async around(event: RecordedEvent): Promise<{ before: User; after: User }> {
    const before = await this.before(event);
    const after = evolveUser(before.state, event as unknown as Fact<UserEvent>);
    this.recent.set(event.stream, { state: after, revision: event.revision, position: event.position });
    return { before: before.state, after };
  }

  /** The user after the last event that the reader has gone past, all of them up to `position`. */
  async asOf(stream: string, position: bigint): Promise<Folded> {
    const known = this.recent.get(stream);
    // A batch that is tried again has left what comes after it.
    if (known && known.position <= position) return known;
    let folded = nothing;
    for await (const event of this.store.read(stream)) {
      if (event.position > position) break;
      const state = evolveUser(folded.state, event as unknown as Fact<UserEvent>);
      folded = { state, revision: event.revision, position: event.position };
    }
    return folded;
  }

  /** The user's events from `revision` on through `position`, and the user before them. */
  async since(
    stream: string,
    revision: number,
    position: bigint,
  ): Promise<{ before: Folded; events: readonly RecordedEvent[] }> {
    let before = nothing;
    const events: RecordedEvent[] = [];
    for await (const event of this.store.read(stream)) {
      if (event.position > position) break;
      if (event.revision >= revision) events.push(event);
      else {
        const state = evolveUser(before.state, event as unknown as Fact<UserEvent>);
        before = { state, revision: event.revision, position: event.position };
      }
    }
    return { before, events };
  }

  private async before({ stream, revision }: RecordedEvent): Promise<Folded> {
    if (revision === 0) return nothing;
    const known = this.recent.get(stream);
    // A batch that is tried again comes with events that are folded in already: those start anew.
    let folded = known && known.revision < revision ? known : nothing;
    if (folded.revision === revision - 1) return folded;
    const limit = revision - 1 - folded.revision;
    for await (const event of this.store.read(stream, { from: folded.revision + 1, limit })) {
      const state = evolveUser(folded.state, event as unknown as Fact<UserEvent>);
      folded = { state, revision: event.revision, position: event.position };
    }
    return folded;
  }
}
