import { userStream } from '#domain';
import { sameMessage } from '#products';
import { deprovisionedScope, documentId, userDirectory, type UserDocument, USERS } from '#projections';
import type { ReadModels } from '#read-models';
import { Outbox, viewChanged, type ViewedPerson, viewOf } from './relay-messages.js';
import { advance, finish, rulesFor, type ServingRules } from './serving.js';
import type { Served, ServingBook } from './serving-book.js';
import type { UserHistory } from './user-history.js';

/** People of one slice. Live changes wait for at most one slice. */
const SLICE = 100;

export interface Slice {
  readonly outbox: Outbox;
  /** Changes the book; to be called once the messages are on the bus. */
  readonly done: () => void;
}

/**
 * Gives the people of a tenant the newest rules of a product, in slices and in the order of their ids: each is derived
 * under the rules that were in force and under the new ones, and a view that differs is published.
 *
 * Whom there is to go through is read from the directory, once that has passed everybody who was provisioned; what they are
 * like, from the log as of the relay's own place.
 */
export class Rederivation {
  /** The last provisioning of a tenant that its directory must have passed, by tenant. */
  private readonly provisioned = new Map<string, bigint>();
  private turn = 0;

  constructor(
    private readonly readModels: ReadModels,
    private readonly book: ServingBook,
    private readonly history: UserHistory,
    private readonly now: () => Date,
  ) {}

  /** Somebody of the tenant was provisioned at `position`. */
  noteProvisioned(tenant: string, position: bigint): void {
    if (this.provisioned.has(tenant)) this.provisioned.set(tenant, position);
  }

  /**
   * The next slice of one of those under way, which take turns.
   * @param position the relay's place in the log
   * @returns `idle`: none is under way; `waiting`: the directory is behind
   */
  async next(position: bigint): Promise<Slice | 'idle' | 'waiting'> {
    const underWay = this.book.underWay();
    const chosen = underWay[this.turn++ % underWay.length];
    if (!chosen) {
      this.provisioned.clear();
      return 'idle';
    }
    const { tenant, served } = chosen;
    if (!this.provisioned.has(tenant)) this.provisioned.set(tenant, position);
    const passed = (await this.readModels.checkpoint(userDirectory.name)) ?? -1n;
    if (passed < (this.provisioned.get(tenant) ?? position)) return 'waiting';
    return this.slice(tenant, served, position);
  }

  private async slice(tenant: string, served: Served, position: bigint): Promise<Slice> {
    const { serving, profile } = served;
    const [{ rules, upTo = '' }] = serving.layers;
    const total = serving.rederivation?.total ?? (await this.count(tenant));
    const ids = await this.people(tenant, upTo);
    const last = ids.at(-1);
    const outbox = new Outbox();
    if (last === undefined) {
      const finished = finish(advance(serving, upTo, 0, 0, total), this.now().toISOString());
      return { outbox, done: () => this.book.put(tenant, profile.id, finished) };
    }
    let published = 0;
    for (const userId of ids) {
      const { state, revision } = await this.history.asOf(userStream(tenant, userId), position);
      const person = { tenant, userId, revision, user: state };
      if (this.derive(served, person, rules, position, outbox)) published += 1;
    }
    const advanced = advance(serving, last, ids.length, published, total);
    return { outbox, done: () => this.book.put(tenant, profile.id, advanced) };
  }

  /** @returns whether the product sees a difference */
  private derive(
    { serving, profile, topic }: Served,
    person: ViewedPerson,
    rules: ServingRules,
    position: bigint,
    outbox: Outbox,
  ): boolean {
    const { userId } = person;
    const former = rulesFor(serving, userId);
    const was = former.enabled ? viewOf(this.book.compile(profile, former), former.settingsVersion, person) : undefined;
    const now = viewOf(this.book.compile(profile, rules), rules.settingsVersion, person);
    if (!now || (was && sameMessage(was, now))) return false;
    const { eventId = '', changedAt: time = '' } = rules;
    // One event of the settings causes a message about each person; its id alone would make them one.
    outbox.put(topic, viewChanged({ id: `${eventId}.${userId}`, time, position }, now));
    return true;
  }

  /** Ids behind `after`, in their order, of everybody who was ever provisioned. */
  private async people(tenant: string, after: string): Promise<string[]> {
    // The slash's successor ends the tenant's documents.
    const found = await this.readModels.find<UserDocument>(USERS.name, {
      filter: { _id: { $gt: documentId(tenant, after), $lt: `${tenant}0` } },
      sort: { _id: 1 },
      limit: SLICE,
      fields: ['id'],
    });
    return found.map(({ id }) => id);
  }

  private async count(tenant: string): Promise<number> {
    const [living, gone] = await Promise.all(
      [tenant, deprovisionedScope(tenant)].map((scope) => this.readModels.count(USERS.name, { scope })),
    );
    return (living ?? 0) + (gone ?? 0);
  }
}
