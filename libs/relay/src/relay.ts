import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { GROUP_STREAMS, parseStream, type ProductEvent, TENANT_STREAMS, USER_STREAMS, userStream } from '#domain';
import type { EventBatch, EventStore, RecordedEvent } from '#event-store';
import type { MessageBus } from '#message-bus';
import { CHANGE_TYPES, GROUPS_TOPIC, type ProductProfile, topicsFor, USERS_TOPIC } from '#products';
import type { ReadModels } from '#read-models';
import { followLog, type LogFollower, type SubscriptionLog } from '#subscriptions';
import { asksForGroupNames, Differences, followsGroups, TOLD_ROLES } from './differences.js';
import { INCOMPLETE } from './incomplete-people.js';
import { FOLDS, GROUP_NAMES, MEMBERS, Memberships } from './memberships.js';
import { idFor, Rederivation } from './rederivation.js';
import { canonicalChange, Outbox, viewChanged } from './relay-messages.js';
import { RelayState } from './relay-state.js';
import { again, isUncertain, isUnderWay, rulesFor } from './serving.js';
import { ServingBook, SERVINGS } from './serving-book.js';
import { SWEEPS, Sweeps } from './sweeps.js';
import { UserHistory } from './user-history.js';

/** Longest time that what is published is not in the checkpoint, ms; a crash repeats that much. */
const CHECKPOINT_MS = 200;

/** Longest time between two publications while events wait, ms: under load they are fewer and larger. */
const GATHER_MS = 50;

/** How long a re-derivation that cannot go on waits, ms. */
const REDERIVATION_PAUSE_MS = 50;

/** Name of the relay's checkpoint. Under another one it begins anew, with the documents it keeps. */
export const RELAY_CHECKPOINT = 'relay-2';

/** What the relay keeps, written with its checkpoint. Whoever reads it declares it too: the relay may come up later. */
export const RELAY_COLLECTIONS = [SERVINGS, MEMBERS, GROUP_NAMES, FOLDS, TOLD_ROLES, SWEEPS, INCOMPLETE];

export interface RelayOptions {
  readonly store: EventStore;
  readonly readModels: ReadModels;
  readonly bus: MessageBus;
  readonly products: readonly ProductProfile[];
  readonly log: SubscriptionLog;
}

/**
 * Carries the log to the topics: every change of a user or group as it is, and each user's view to each product when it
 * really differs. The checkpoint moves only after the bus has acknowledged, so a relay killed anywhere repeats messages
 * (same event id, same revision) and loses none.
 *
 * Batches of the log and slices of re-derivations take turns. Each sees the other's effect whole or not at all, and every
 * message says as of which position it is true.
 */
export class Relay {
  private readonly history: UserHistory;
  private readonly state: RelayState;
  private readonly book: ServingBook;
  private readonly memberships: Memberships;
  private readonly differences: Differences;
  private readonly sweeps: Sweeps;
  private readonly rederivation: Rederivation;
  private readonly stopping = new AbortController();
  private follower: LogFollower | undefined;
  private turns: Promise<unknown> = Promise.resolve();
  /** Everything up to here is on the bus. */
  private at = -1n;
  /** True while a batch has failed: some of its messages may be on the bus, ahead of `at`. */
  private unsettled = false;
  /** Before the relay has come this far, what it published before its last end may be ahead of it. */
  private writtenBefore = -1n;
  /** Whether the bus has something that the checkpoint does not say yet. */
  private moved = false;
  private saving: NodeJS.Timeout | undefined;
  private saves: Promise<void> = Promise.resolve();
  private rederiving: Promise<void> | undefined;

  constructor(private readonly options: RelayOptions) {
    const { store, readModels, products } = options;
    this.history = new UserHistory(store);
    this.state = new RelayState(readModels);
    this.book = new ServingBook(products, this.state);
    this.memberships = new Memberships(store, this.state);
    this.differences = new Differences(this.book, this.state, this.memberships);
    this.sweeps = new Sweeps(this.state);
    this.rederivation = new Rederivation({
      readModels,
      book: this.book,
      sweeps: this.sweeps,
      memberships: this.memberships,
      differences: this.differences,
      history: this.history,
      now: () => new Date(),
    });
  }

  async start(): Promise<void> {
    const { store, readModels, bus, products, log } = this.options;
    await bus.declareTopics(topicsFor(products));
    await this.state.declare(RELAY_COLLECTIONS);
    const checkpoint = await readModels.checkpoint(RELAY_CHECKPOINT);
    if (checkpoint === undefined) await readModels.reset(RELAY_COLLECTIONS.map(({ name }) => name), []); // prettier-ignore
    this.at = checkpoint ?? -1n;
    this.writtenBefore = (await store.lastPosition()) ?? -1n;
    await this.book.load(readModels);
    await this.sweeps.load(readModels);
    this.follower = followLog({
      name: RELAY_CHECKPOINT,
      store,
      after: checkpoint ?? 'start',
      streamPrefixes: [USER_STREAMS, GROUP_STREAMS, TENANT_STREAMS],
      gatherMs: GATHER_MS,
      handle: (batch) => this.inTurn(() => this.handle(batch)),
      onParked: () => undefined,
      log,
    });
    this.rederive();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.follower?.stop();
    await this.rederiving;
    this.memberships.stop();
    await this.save();
  }

  /** Milliseconds that the oldest event not yet published has waited. */
  get lag(): number {
    return this.follower?.lag ?? 0;
  }

  /** Position up to which everything is on the bus. */
  get position(): bigint | undefined {
    return this.follower?.position;
  }

  /** One after another, in the order of asking. */
  private inTurn<T>(task: () => Promise<T>): Promise<T> {
    const mine = this.turns.then(task);
    this.turns = mine.catch(() => undefined);
    return mine;
  }

  private async handle({ events, position }: EventBatch): Promise<void> {
    this.unsettled = true;
    await this.publish(position, async (outbox) => {
      for (const event of events) await this.translate(event, outbox);
    });
    this.unsettled = false;
    if (events.some(({ stream }) => stream.startsWith(TENANT_STREAMS))) {
      // Whoever changed a setting will look for what comes of it.
      void this.save();
    } else this.saving ??= setTimeout(() => void this.save(), CHECKPOINT_MS);
    if (!this.rederivation.isIdle) this.rederive();
  }

  /** What `prepare` changes counts once everything it put into the outbox is on the bus, and the relay is at `position`. */
  private async publish(position: bigint, prepare: (outbox: Outbox) => Promise<void>): Promise<void> {
    await this.stage(position, async () => {
      const outbox = new Outbox();
      await prepare(outbox);
      const { batch } = outbox;
      if (batch.length > 0) await this.options.bus.publish(batch);
    });
    this.differences.commit();
  }

  /** What `change` changes in the relay's state counts, with its place in the log, or is forgotten. */
  private async stage(position: bigint, change: () => Promise<void> | void): Promise<void> {
    try {
      await change();
    } catch (error) {
      for (const part of [this.book, this.sweeps, this.state, this.differences, this.rederivation]) part.rollback();
      throw error;
    }
    for (const part of [this.book, this.sweeps, this.state]) part.commit();
    this.at = position;
    this.moved = true;
  }

  /** Moves the checkpoint to what is on the bus. Where that fails, the messages since the last one come again. */
  private async save(): Promise<void> {
    try {
      await this.store();
    } catch (error) {
      this.options.log.warn({ err: error }, 'The relay could not store its checkpoint');
    }
  }

  /** Stores the checkpoint and what was committed. */
  private store(): Promise<void> {
    clearTimeout(this.saving);
    this.saving = undefined;
    const mine = this.saves.then(async () => {
      if (!this.moved) return;
      this.moved = false;
      try {
        await this.state.save({ name: RELAY_CHECKPOINT, position: this.at });
      } catch (error) {
        this.moved = true;
        throw error;
      }
    });
    this.saves = mine.catch(() => undefined);
    return mine;
  }

  private async translate(event: RecordedEvent, outbox: Outbox): Promise<void> {
    const { category, tenant, id } = parseStream(event.stream);
    if (category === TENANT_STREAMS) {
      this.hear(tenant, event);
      return;
    }
    const type = (CHANGE_TYPES as Readonly<Record<string, string | undefined>>)[event.type];
    const isUser = category === USER_STREAMS;
    if (type !== undefined) {
      outbox.put(isUser ? USERS_TOPIC : GROUPS_TOPIC, canonicalChange(event, { tenant, id, type, isUser }));
    }
    if (isUser) await this.tellOfUser(event, tenant, id, outbox);
    else await this.tellOfGroup(event, tenant, id, outbox);
  }

  private async tellOfUser(event: RecordedEvent, tenant: string, userId: string, outbox: Outbox): Promise<void> {
    const { revision, position } = event;
    if (revision === 0) this.rederivation.noteProvisioned(tenant, position);
    const { before, after } = await this.history.around(event);
    const cause = { id: event.id, time: event.metadata.occurredAt, position };
    for (const served of this.book.of(tenant)) {
      const rules = rulesFor(served.serving, userId);
      if (!rules.enabled) continue;
      const person = (user: typeof before) => ({ tenant, userId, revision, user });
      const former = isUncertain(served.serving, userId) ? undefined : rules;
      const view = await this.differences.find(served, former, rules, person(before), person(after));
      if (view) outbox.put(served.topic, viewChanged(cause, view));
    }
  }

  /** Whoever joins or leaves may have other roles by it. */
  private async tellOfGroup(event: RecordedEvent, tenant: string, group: string, outbox: Outbox): Promise<void> {
    const interested = this.book.of(tenant).filter(followsGroups);
    if (interested.length === 0) return;
    const { id: eventId, position } = event;
    const { occurredAt } = event.metadata;
    if (!(await this.memberships.isLive(tenant))) {
      // A product that is enabled for everybody has no event to begin with: its roles begin with the first group.
      for (const { profile, serving } of interested) {
        if (!isUnderWay(serving)) this.book.put(tenant, profile.id, again(serving, eventId, occurredAt));
      }
      return;
    }
    const { users, groups } = await this.memberships.fold(event);
    for (const userId of users) {
      for (const served of interested) {
        const rules = rulesFor(served.serving, userId);
        if (!(await this.differences.mayDiffer(served, rules, { tenant, userId }))) continue;
        const { state: user, revision } = await this.history.asOf(userStream(tenant, userId), position);
        const person = { tenant, userId, revision, user };
        const former = isUncertain(served.serving, userId) ? undefined : rules;
        const view = await this.differences.find(served, former, rules, person, person);
        if (!view) continue;
        outbox.put(served.topic, viewChanged({ id: idFor(eventId, userId), time: occurredAt, position }, view));
      }
    }
    for (const changed of groups) {
      if (changed === group && !interested.some(asksForGroupNames)) continue;
      this.sweeps.add({ tenant, group: changed, eventId, occurredAt });
    }
  }

  private hear(tenant: string, { type, data, id, metadata }: RecordedEvent): void {
    switch (type) {
      case 'ProductEnabled':
      case 'ProductDisabled':
      case 'AttributeMappingChanged':
      case 'RoleMappingChanged':
        this.book.hear(tenant, { type, data } as ProductEvent, id, metadata.occurredAt);
        break;
      case 'TenantDeleted':
        this.book.forget(tenant, metadata.occurredAt);
    }
  }

  /** Carries re-derivations on until none is under way. */
  private rederive(): void {
    this.rederiving ??= this.rederiveAll().finally(() => (this.rederiving = undefined));
  }

  private async rederiveAll(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      let outcome: 'worked' | 'waiting' | 'idle';
      try {
        outcome = await this.inTurn(() => this.slice());
      } catch (error) {
        this.options.log.warn({ err: error }, 'A re-derivation could not go on; trying again');
        outcome = 'waiting';
      }
      if (outcome === 'idle') return;
      if (outcome === 'worked') await nextTurn();
      else await pause(REDERIVATION_PAUSE_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private async slice(): Promise<'worked' | 'waiting' | 'idle'> {
    // Its messages must come behind everything about the same person that may be on the bus already.
    if (this.unsettled || this.at < this.writtenBefore) return 'waiting';
    const slice = await this.rederivation.next(this.at);
    if (typeof slice === 'string') return slice;
    await this.stage(this.at, slice.announce);
    await this.store();
    await this.publish(this.at, slice.carryOut);
    this.saving ??= setTimeout(() => void this.save(), CHECKPOINT_MS);
    return 'worked';
  }
}
