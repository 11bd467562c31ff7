import { absentUser, evolveUser, type Fact, type User, type UserEvent } from '#domain';
import type { EventStore, RecordedEvent } from '#event-store';
import { LRUCache } from 'lru-cache';

interface Folded {
  readonly state: User;
  /** Revision of the last event folded in; -1 for none. */
  readonly revision: number;
}

const nothing: Folded = { state: absentUser, revision: -1 };

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
    this.recent.set(event.stream, { state: after, revision: event.revision });
    return { before: before.state, after };
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
      folded = { state, revision: event.revision };
    }
    return folded;
  }
}
