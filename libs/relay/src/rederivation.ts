import { userStream } from '#domain';
import { isPosition } from '#event-store';
import { deprovisionedScope, documentId, userDirectory, type UserDocument, USERS } from '#projections';
import type { ReadModels } from '#read-models';
import { type Differences, followsGroups } from './differences.js';
import type { Doubt } from './doubt.js';
import { type Ending, type Guard, HELD, type HeldDocument } from './guard.js';
import type { Memberships } from './memberships.js';
import { type Cause, type Outbox, viewChanged, type ViewedPerson } from './relay-messages.js';
import { advance, announce, finish, isUncertain, rulesFor } from './serving.js';
import type { Served, ServingBook } from './serving-book.js';
import type { SweepDocument, Sweeps } from './sweeps.js';
import type { UserHistory } from './user-history.js';

/** People of one slice. Live changes wait for at most one slice. */
const SLICE = 100;

/** A piece of a re-derivation, of which nothing else may come in between. */
export interface Slice {
  /**
   * Says whom the slice may tell something. That must be stored before anything is published: whoever stops in between
   * does not know afterwards what they were told, and must tell them whatever happens.
   */
  readonly announce: () => Promise<void> | void;
  /** Fills the outbox and changes the relay's state, both of which count once the messages are on the bus. */
  readonly carryOut: (outbox: Outbox) => Promise<void>;
}

const quietly = (carryOut: Slice['carryOut']): Slice => ({ announce: () => undefined, carryOut });

/** Delivers everything that waits for somebody, as of `cause.position`. */
export type DeliverHeld = (held: HeldDocument, cause: Cause, outbox: Outbox) => Promise<void>;

interface Differing {
  readonly userId: string;
  readonly products: readonly Served[];
}

interface Sweeping {
  readonly sweep: SweepDocument;
  readonly people: readonly string[];
  done: number;
}

export interface RederivationParts {
  readonly readModels: ReadModels;
  readonly book: ServingBook;
  readonly sweeps: Sweeps;
  readonly memberships: Memberships;
  readonly differences: Differences;
  readonly guard: Guard;
  readonly doubt: Doubt;
  readonly deliver: DeliverHeld;
  readonly history: UserHistory;
  readonly now: () => Date;
  /** Aborts where the relay is to stop: what is not published yet is left undone. */
  readonly signal: AbortSignal;
}

/**
 * Tells products of a tenant again what its people are like, in slices: everybody in the order of their ids where a
 * product's settings have changed, the people of a group where the group has. A view that differs is published. Where nobody
 * knows what products were told, everybody of all tenants is.
 *
 * Whom there is to go through is read from the directory, once that has passed everybody who was provisioned; what they are
 * like, from the log as of the relay's own place.
 */
export class Rederivation {
  /** The last provisioning of a tenant that its directory must have passed, by tenant. */
  private readonly provisioned = new Map<string, bigint>();
  private sweeping: Sweeping | undefined;
  private turn = 0;

  constructor(private readonly parts: RederivationParts) {}

  /** Somebody of the tenant was provisioned at `position`. */
  noteProvisioned(tenant: string, position: bigint): void {
    if (this.provisioned.has(tenant)) this.provisioned.set(tenant, position);
    this.parts.doubt.noteProvisioned(tenant, position);
  }

  get isIdle(): boolean {
    const { sweeps, book, guard, doubt } = this.parts;
    return doubt.isOver && guard.isIdle && sweeps.all.length === 0 && book.underWay().length === 0;
  }

  /**
   * The next slice of one of those under way, which take turns.
   * @param position the relay's place in the log
   * @returns `idle`: none is under way; `waiting`: the directory is behind
   */
  async next(position: bigint): Promise<Slice | 'idle' | 'waiting'> {
    const sweeps = this.parts.sweeps.all.map((sweep) => async () => this.sweep(sweep, position));
    const jobs = this.parts.book.underWay().map(
      ({ tenant, served }) =>
        () =>
          this.goOn(tenant, served, position),
    );
    const endings = (await this.parts.guard.endings()).map(
      ({ tenant, ending }) =>
        () =>
          this.deliverHeld(tenant, ending, position),
    );
    const doubts = this.parts.doubt.isOver ? [] : [() => this.tellOnceMore(position)];
    const all = [...doubts, ...endings, ...sweeps, ...jobs];
    if (all.length === 0) {
      this.provisioned.clear();
      return 'idle';
    }
    for (const _ of all) {
      const slice = await all[this.turn++ % all.length]?.();
      if (slice) return slice;
    }
    return 'waiting';
  }

  /** What was done in the last slice does not count. */
  rollback(): void {
    this.sweeping = undefined;
    this.parts.memberships.rollback();
  }

  /** The next people whom nobody knows what products were told of, of whatever tenants. */
  private async tellOnceMore(position: bigint): Promise<Slice | undefined> {
    const { doubt, memberships, readModels } = this.parts;
    const passed = await directoryAt(readModels);
    if (passed < doubt.mustHavePassed(doubt.upTo)) return undefined;
    const found = await readModels.find<UserDocument>(USERS.name, {
      filter: { _id: { $gt: doubt.upTo } },
      sort: { _id: 1 },
      limit: SLICE,
      fields: ['id'],
    });
    if (passed < doubt.mustHavePassed(found.at(-1)?._id)) return undefined;
    const people: { tenant: string; userId: string }[] = [];
    for (const { _id, id: userId } of found) {
      const tenant = _id.slice(0, _id.indexOf('/'));
      if (people.at(-1)?.tenant !== tenant && !(await this.knowsRoles(tenant))) {
        if (people.length === 0) return quietly(() => memberships.foldOn(tenant, position));
        break;
      }
      people.push({ tenant, userId });
    }
    const last = people.at(-1);
    if (!last) return quietly(async () => doubt.end());
    return quietly(async (outbox) => {
      for (const { tenant, userId } of people) await this.tellAll(tenant, userId, position, outbox);
      doubt.moveTo(documentId(last.tenant, last.userId));
    });
  }

  private async knowsRoles(tenant: string): Promise<boolean> {
    const { book, memberships } = this.parts;
    return !book.of(tenant).some(followsGroups) || memberships.isLive(tenant);
  }

  /** Tells every product of the person, whatever it was told before. */
  private async tellAll(tenant: string, userId: string, position: bigint, outbox: Outbox): Promise<void> {
    const { book, differences, doubt, guard } = this.parts;
    if (await guard.passesOver(tenant, userId)) return;
    const person = await this.person(tenant, userId, position);
    const { id, time } = doubt.cause;
    for (const served of book.of(tenant)) {
      const [{ rules }] = served.serving.layers;
      if (!rules.enabled) continue;
      const found = await differences.find(served, undefined, rules, person, person);
      if (!found) continue;
      const view = { ...found, settingsVersion: Math.max(found.settingsVersion, doubt.settingsVersion) };
      outbox.put(served.topic, viewChanged({ id: idFor(id, userId), time, position }, view));
    }
  }

  private async goOn(tenant: string, served: Served, position: bigint): Promise<Slice | undefined> {
    const { memberships, readModels } = this.parts;
    if (followsGroups(served) && !(await memberships.isLive(tenant))) {
      return quietly(() => memberships.foldOn(tenant, position));
    }
    const behind = this.provisioned.get(tenant) ?? position;
    this.provisioned.set(tenant, behind);
    const passed = await directoryAt(readModels);
    return passed < behind ? undefined : this.walk(tenant, served, position);
  }

  private async walk(tenant: string, served: Served, position: bigint): Promise<Slice> {
    const { book, now } = this.parts;
    const { serving, profile } = served;
    const { upTo = '' } = serving.layers[0];
    const total = serving.rederivation?.total ?? (await this.count(tenant));
    const ids = await this.people(tenant, upTo);
    const last = ids.at(-1);
    if (last === undefined) {
      const finished = finish(advance(serving, upTo, 0, 0, total), now().toISOString());
      return quietly(async () => book.put(tenant, profile.id, finished));
    }
    return {
      announce: () => book.put(tenant, profile.id, announce(serving, last)),
      carryOut: async (outbox) => {
        const published = await this.give(tenant, served, ids, position, outbox);
        book.put(tenant, profile.id, advance(serving, last, ids.length, published, total));
      },
    };
  }

  /** Gives these people the newest rules. @returns how many of them the product sees differently */
  private async give(
    tenant: string,
    served: Served,
    ids: readonly string[],
    position: bigint,
    outbox: Outbox,
  ): Promise<number> {
    const { serving, topic } = served;
    const { rules } = serving.layers[0];
    const { eventId = '', changedAt: time = '' } = rules;
    let published = 0;
    for (const userId of ids) {
      if (await this.parts.guard.passesOver(tenant, userId)) continue;
      const person = await this.person(tenant, userId, position);
      const former = this.isUncertain(served, tenant, userId) ? undefined : rulesFor(serving, userId);
      const view = await this.parts.differences.find(served, former, rules, person, person);
      if (!view) continue;
      published += 1;
      outbox.put(topic, viewChanged({ id: idFor(eventId, userId), time, position }, view));
    }
    return published;
  }

  /** The next people of a hold that has ended, in the order of their ids. */
  private async deliverHeld(tenant: string, ending: Ending, position: bigint): Promise<Slice> {
    const { readModels, guard, deliver } = this.parts;
    const { holdId, eventId, occurredAt: time } = ending;
    const found = await readModels.find<HeldDocument>(HELD.name, {
      filter: { _id: { $gt: `${tenant}/`, $lt: `${tenant}0` }, holdId },
      sort: { _id: 1 },
      limit: SLICE,
    });
    if (found.length === 0) return quietly(() => guard.ended(tenant, ending));
    return {
      announce: () => found.forEach((held) => guard.makeUnsure(held)),
      carryOut: async (outbox) => {
        for (const held of found) {
          this.parts.signal.throwIfAborted();
          await deliver(held, { id: idFor(eventId, held.userId), time, position }, outbox);
        }
      },
    };
  }

  private async sweep(sweep: SweepDocument, position: bigint): Promise<Slice> {
    const { memberships, sweeps, differences } = this.parts;
    const { tenant, group } = sweep;
    // Before its groups are known, nobody of the tenant has been told a role.
    if (!(await memberships.isLive(tenant))) return quietly(async () => sweeps.done(sweep));
    if (this.sweeping?.sweep !== sweep) {
      this.sweeping = { sweep, people: await memberships.peopleIn(tenant, [group], position), done: 0 };
    }
    const { sweeping } = this;
    const differing = await this.differing(tenant, sweeping.people.slice(sweeping.done, sweeping.done + SLICE));
    return {
      announce: async () => {
        for (const { userId, products } of differing) {
          const ids = products.map(({ profile }) => profile.id);
          await differences.announce(tenant, userId, ids);
        }
      },
      carryOut: async (outbox) => {
        for (const each of differing) await this.lookAgain(sweep, each, position, outbox);
        sweeping.done += SLICE;
        if (sweeping.done >= sweeping.people.length) sweeps.done(sweep);
      },
    };
  }

  /** Whose roles may be others than the products were told, and which products those are. */
  private async differing(tenant: string, ids: readonly string[]): Promise<Differing[]> {
    const found: Differing[] = [];
    for (const userId of ids) {
      const products: Served[] = [];
      for (const served of this.parts.book.of(tenant)) {
        const rules = rulesFor(served.serving, userId);
        if (await this.parts.differences.mayDiffer(served, rules, { tenant, userId })) products.push(served);
      }
      if (products.length > 0) found.push({ userId, products });
    }
    return found;
  }

  private async lookAgain(
    { tenant, eventId, occurredAt }: SweepDocument,
    { userId, products }: Differing,
    position: bigint,
    outbox: Outbox,
  ): Promise<void> {
    if (await this.parts.guard.passesOver(tenant, userId)) return;
    const person = await this.person(tenant, userId, position);
    for (const served of products) {
      const { serving, topic } = served;
      const rules = rulesFor(serving, userId);
      const former = this.isUncertain(served, tenant, userId) ? undefined : rules;
      const view = await this.parts.differences.find(served, former, rules, person, person);
      if (view) outbox.put(topic, viewChanged({ id: idFor(eventId, userId), time: occurredAt, position }, view));
    }
  }

  private isUncertain({ serving }: Served, tenant: string, userId: string): boolean {
    return isUncertain(serving, userId) || this.parts.doubt.includes(tenant, userId);
  }

  private async person(tenant: string, userId: string, position: bigint): Promise<ViewedPerson> {
    this.parts.signal.throwIfAborted();
    const { state: user, revision } = await this.parts.history.asOf(userStream(tenant, userId), position);
    return { tenant, userId, revision, user };
  }

  /** Ids behind `after`, in their order, of everybody who was ever provisioned. */
  private async people(tenant: string, after: string): Promise<string[]> {
    // The slash's successor ends the tenant's documents.
    const found = await this.parts.readModels.find<UserDocument>(USERS.name, {
      filter: { _id: { $gt: documentId(tenant, after), $lt: `${tenant}0` } },
      sort: { _id: 1 },
      limit: SLICE,
      fields: ['id'],
    });
    return found.map(({ id }) => id);
  }

  private async count(tenant: string): Promise<number> {
    const [living, gone] = await Promise.all(
      [tenant, deprovisionedScope(tenant)].map((scope) => this.parts.readModels.count(USERS.name, { scope })),
    );
    return (living ?? 0) + (gone ?? 0);
  }
}

/** One event may cause a message about many; its id alone would make them one. */
export const idFor = (eventId: string, userId: string): string => `${eventId}.${userId}`;

/** How far the directory of users has come; -1 where nobody knows, or what is stored is no place of the log and about to be forgotten. */
async function directoryAt(readModels: ReadModels): Promise<bigint> {
  const stored = await readModels.checkpoint(userDirectory.name);
  return stored !== undefined && isPosition(stored) ? stored : -1n;
}
