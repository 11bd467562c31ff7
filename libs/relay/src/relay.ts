import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import {
  GROUP_STREAMS,
  type GroupEvent,
  type HoldFacts,
  parseStream,
  type ProductEvent,
  TENANT_STREAMS,
  USER_STREAMS,
  userStream,
} from '#domain';
import type { EventBatch, EventStore, RecordedEvent } from '#event-store';
import { type MessageBus, type MessageWriter, type TopicMessages, WriterEnded } from '#message-bus';
import { CHANGE_TYPES, GROUPS_TOPIC, type ProductProfile, topicsFor, USERS_TOPIC } from '#products';
import { CheckpointMoved, type ReadModels } from '#read-models';
import { followLog, type LogFollower, type SubscriptionLog } from '#subscriptions';
import { Stretch } from '#turns';
import { asksForGroupNames, Differences, followsGroups, TOLD_ROLES } from './differences.js';
import { INCOMPLETE } from './incomplete-people.js';
import { Guard, GUARDS, HELD, type HeldDocument } from './guard.js';
import { FOLDS, GROUP_NAMES, MEMBERS, Memberships } from './memberships.js';
import { idFor, Rederivation } from './rederivation.js';
import { canonicalChange, type Cause, Outbox, viewChanged } from './relay-messages.js';
import { RelayState } from './relay-state.js';
import { again, isUncertain, isUnderWay, rulesFor } from './serving.js';
import { type Served, ServingBook, SERVINGS } from './serving-book.js';
import { SWEEPS, Sweeps } from './sweeps.js';
import { UserHistory } from './user-history.js';

/** Longest time that what is published is not in the checkpoint, ms; a crash repeats that much. */
const CHECKPOINT_MS = 200;

/** Longest time between two publications while events wait, ms: under load they are fewer and larger. */
const GATHER_MS = 50;

/** How long a re-derivation that cannot go on waits, ms. */
const REDERIVATION_PAUSE_MS = 50;

/** Least time between two tries to record a hold, ms. */
const RECORDING_PAUSE_MS = 1_000;

/** Name of the relay's checkpoint. Under another one it begins anew, with the documents it keeps. */
export const RELAY_CHECKPOINT = 'relay-2';

/** Whoever relays is the only one who publishes under this name. */
const WRITER = 'relay';

/** What the relay keeps, written with its checkpoint. Whoever reads it declares it too: the relay may come up later. */
export const RELAY_COLLECTIONS = [SERVINGS, MEMBERS, GROUP_NAMES, FOLDS, TOLD_ROLES, SWEEPS, INCOMPLETE, GUARDS, HELD];

export interface RelayOptions {
  readonly store: EventStore;
  readonly readModels: ReadModels;
  readonly bus: MessageBus;
  readonly products: readonly ProductProfile[];
  readonly log: SubscriptionLog;
}

/** Since the start of the process. */
export interface RelayCounts {
  /** Messages that the bus has acknowledged, by topic. */
  readonly published: Map<string, number>;
  /** Publications that failed. */
  failures: number;
}

/** Puts it into the tenant's log that deliveries are held; harmless when it is there. */
export type RecordHold = (tenant: string, facts: HoldFacts) => Promise<void>;

/**
 * Carries the log to the topics: every change of a user or group as it is, and each user's view to each product when it
 * really differs. The checkpoint moves only after the bus has acknowledged, so a relay killed anywhere repeats messages
 * (same event id, same revision) and loses none.
 *
 * Batches of the log and slices of re-derivations take turns. Each sees the other's effect whole or not at all, and every
 * message says as of which position it is true.
 *
 * Where another one has begun since, in whatever process, neither bus nor read models take anything of this one any more,
 * and it ends.
 */
export class Relay {
  private readonly history: UserHistory;
  private readonly state: RelayState;
  private readonly book: ServingBook;
  private readonly memberships: Memberships;
  private readonly differences: Differences;
  private readonly sweeps: Sweeps;
  private readonly guard: Guard;
  private recordHold: RecordHold | undefined;
  private readonly recording = new Set<string>();
  private readonly warned = new Set<string>();
  private readonly rederivation: Rederivation;
  private readonly stopping = new AbortController();
  private readonly ending = new AbortController();
  private writer: MessageWriter | undefined;
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

  /** @param counts are counted on */
  constructor(
    private readonly options: RelayOptions,
    private readonly counts: RelayCounts = { published: new Map(), failures: 0 },
  ) {
    const { store, readModels, products } = options;
    this.history = new UserHistory(store);
    this.state = new RelayState(readModels);
    this.book = new ServingBook(products, this.state);
    this.memberships = new Memberships(store, this.state);
    this.differences = new Differences(this.book, this.state, this.memberships);
    this.sweeps = new Sweeps(this.state);
    this.guard = new Guard(this.state);
    this.rederivation = new Rederivation({
      guard: this.guard,
      deliver: (held, cause, outbox) => this.deliverHeld(held, cause, outbox),
      readModels,
      book: this.book,
      sweeps: this.sweeps,
      memberships: this.memberships,
      differences: this.differences,
      history: this.history,
      now: () => new Date(),
      signal: this.stopping.signal,
    });
  }

  /** Aborts where the relay cannot go on, with the reason; it is to be stopped then, and another one begun. */
  get ended(): AbortSignal {
    return this.ending.signal;
  }

  /** Takes the relay's place, wherever it is held, and begins where the checkpoint is. Rejects once it was stopped. */
  async start(): Promise<void> {
    try {
      await this.begin();
    } catch (error) {
      await this.writer?.[Symbol.asyncDispose]();
      throw error;
    }
  }

  private async begin(): Promise<void> {
    const { store, readModels, bus, products, log } = this.options;
    await bus.declareTopics(topicsFor(products));
    await this.state.declare(RELAY_COLLECTIONS);
    // In this order: nothing of the one before us is published or stored any more when we read how far it came.
    this.writer = await bus.openWriter(WRITER);
    this.stopping.signal.throwIfAborted();
    await this.state.claim();
    const checkpoint = await readModels.checkpoint(RELAY_CHECKPOINT);
    if (checkpoint === undefined) await this.state.empty(RELAY_COLLECTIONS);
    this.at = checkpoint ?? -1n;
    this.writtenBefore = (await store.lastPosition()) ?? -1n;
    await this.book.load(readModels);
    await this.sweeps.load(readModels);
    await this.guard.load(readModels);
    this.stopping.signal.throwIfAborted();
    this.follower = followLog({
      name: RELAY_CHECKPOINT,
      store,
      after: checkpoint ?? 'start',
      streamPrefixes: [USER_STREAMS, GROUP_STREAMS, TENANT_STREAMS],
      gatherMs: GATHER_MS,
      handle: (batch) => this.inTurn(() => this.handle(batch)),
      onParked: () => undefined,
      log,
      signal: this.stopping.signal,
    });
    this.rederive();
  }

  /** Lets what is being published come to its end, leaves the rest to whoever is next, and stores the checkpoint. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.follower?.done;
    await this.rederiving;
    this.memberships.stop();
    await this.save();
    await this.writer?.[Symbol.asyncDispose]();
  }

  /** Nothing more will be taken of what this relay does. */
  private end(reason: Error): void {
    this.stopping.abort();
    clearTimeout(this.saving);
    this.ending.abort(reason);
  }

  /** Until somebody does, holds wait to be recorded. */
  recordHoldsWith(record: RecordHold): void {
    this.recordHold = record;
    this.rederive();
  }

  /** Milliseconds that the oldest event not yet published has waited. */
  get lag(): number {
    return this.follower?.lag ?? 0;
  }

  /** People whose departure waits for an admin to decide. */
  held(): Promise<number> {
    return this.options.readModels.count(HELD.name, {});
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
      const stretch = new Stretch();
      for (const event of events) {
        // Nothing of the batch is on the bus yet: whoever comes next publishes it.
        this.stopping.signal.throwIfAborted();
        await this.translate(event, outbox);
        if (stretch.isOver) await stretch.rest();
      }
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
      try {
        await prepare(outbox);
        await this.send(outbox.batch);
        outbox.end();
      } catch (error) {
        outbox.end(error);
        throw error;
      }
    });
    this.differences.commit();
  }

  private async send(batch: readonly TopicMessages[]): Promise<void> {
    if (!this.writer) throw new Error('The relay has not been started');
    if (batch.length === 0) return;
    await this.writer.publish(batch);
    const { published } = this.counts;
    for (const { topic, messages } of batch) published.set(topic, (published.get(topic) ?? 0) + messages.length);
  }

  /** What `change` changes in the relay's state counts, with its place in the log, or is forgotten. */
  private async stage(position: bigint, change: () => Promise<void> | void): Promise<void> {
    try {
      await change();
    } catch (error) {
      if (!this.stopping.signal.aborted) this.counts.failures++;
      if (error instanceof WriterEnded) this.end(error);
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
      if (!this.ended.aborted) this.options.log.warn({ err: error }, 'The relay could not store its checkpoint');
    }
  }

  /** Stores the checkpoint and what was committed. */
  private store(): Promise<void> {
    clearTimeout(this.saving);
    this.saving = undefined;
    const mine = this.saves.then(async () => {
      if (!this.moved || this.ended.aborted) return;
      this.moved = false;
      try {
        await this.state.save({ name: RELAY_CHECKPOINT, position: this.at });
      } catch (error) {
        this.moved = true;
        if (error instanceof CheckpointMoved) this.end(error);
        throw error;
      }
    });
    this.saves = mine.catch(() => undefined);
    return mine;
  }

  private async translate(event: RecordedEvent, outbox: Outbox): Promise<void> {
    const { category, tenant, id } = parseStream(event.stream);
    outbox.begin(event);
    if (category === TENANT_STREAMS) {
      this.hear(tenant, event);
      await this.guard.hear(event);
      return;
    }
    if (category === USER_STREAMS) return this.tellOfUser(event, tenant, id, outbox);
    this.putCanonical(event, tenant, id, outbox);
    return this.tellOfGroup(event, tenant, id, outbox);
  }

  /** The change as it is. */
  private putCanonical(event: RecordedEvent, tenant: string, id: string, outbox: Outbox): void {
    const type = (CHANGE_TYPES as Readonly<Record<string, string | undefined>>)[event.type];
    if (type === undefined) return;
    const isUser = event.stream.startsWith(USER_STREAMS);
    outbox.put(isUser ? USERS_TOPIC : GROUPS_TOPIC, canonicalChange(event, { tenant, id, type, isUser }));
  }

  private async tellOfUser(event: RecordedEvent, tenant: string, userId: string, outbox: Outbox): Promise<void> {
    const { revision, position } = event;
    if (revision === 0) this.rederivation.noteProvisioned(tenant, position);
    const { before, after } = await this.history.around(event);
    const cause = { id: event.id, time: event.metadata.occurredAt, position };
    const verdict = await this.guard.consider(tenant, userId, event, before, after);
    if (verdict === 'hold') return;
    if (verdict !== 'deliver') return this.deliverHeld(verdict.back, cause, outbox);
    this.putCanonical(event, tenant, userId, outbox);
    for (const served of this.book.of(tenant)) {
      const rules = rulesFor(served.serving, userId);
      if (!rules.enabled) continue;
      const person = (user: typeof before) => ({ tenant, userId, revision, user });
      const former = isUncertain(served.serving, userId) ? undefined : rules;
      const view = await this.differences.find(served, former, rules, person(before), person(after));
      if (view) outbox.put(served.topic, viewChanged(cause, view));
    }
  }

  /** Tells of somebody who was held what became of them meanwhile: every change as it is, and the view as it is now. */
  private async deliverHeld(held: HeldDocument, cause: Cause, outbox: Outbox): Promise<void> {
    const { tenant, userId, revision, unsure } = held;
    const stream = userStream(tenant, userId);
    const { before, events } = await this.history.since(stream, revision, cause.position);
    for (const event of events) this.putCanonical(event, tenant, userId, outbox);
    const after = await this.history.asOf(stream, cause.position);
    for (const served of this.book.of(tenant)) {
      const rules = rulesFor(served.serving, userId);
      if (!rules.enabled) continue;
      const person = ({ state: user, revision }: typeof before) => ({ tenant, userId, revision, user });
      const former = unsure || isUncertain(served.serving, userId) ? undefined : rules;
      const view = await this.differences.find(served, former, rules, person(before), person(after));
      if (view) outbox.put(served.topic, viewChanged(cause, view));
    }
    this.guard.letGo(held);
  }

  /** Holds those who lose all their mapped roles with this event, where they are too many. */
  private async guardRoles(event: RecordedEvent, tenant: string, interested: readonly Served[]): Promise<void> {
    if (event.type !== 'GroupMembershipChanged') return;
    const { removed } = (event as unknown as Extract<GroupEvent, { type: 'GroupMembershipChanged' }>).data;
    const stripped: { userId: string; revision: number }[] = [];
    for (const { value: userId, type } of removed) {
      if (type !== 'User' || !(await this.isStripped(tenant, userId, interested))) continue;
      const { state, revision } = await this.history.asOf(userStream(tenant, userId), event.position);
      if (state.status === 'active') stripped.push({ userId, revision });
    }
    if (stripped.length === 0) return;
    const holdId = await this.guard.considerStripped(tenant, event, stripped.length);
    if (holdId === undefined) return;
    for (const { userId, revision } of stripped) {
      if (!(await this.guard.held(tenant, userId))) this.guard.hold(tenant, userId, holdId, revision + 1);
    }
  }

  private async isStripped(tenant: string, userId: string, interested: readonly Served[]): Promise<boolean> {
    for (const served of interested) {
      const rules = rulesFor(served.serving, userId);
      if (await this.differences.strips(served, rules, { tenant, userId })) return true;
    }
    return false;
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
    await this.guardRoles(event, tenant, interested);
    for (const userId of users) {
      const held = await this.guard.held(tenant, userId);
      if (held) {
        await this.tellOfHeld(held, interested, { id: idFor(eventId, userId), time: occurredAt, position }, outbox);
        continue;
      }
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

  /** Somebody held whom a group gives back what products were told of last need not wait any longer. */
  private async tellOfHeld(
    held: HeldDocument,
    interested: readonly Served[],
    cause: Cause,
    outbox: Outbox,
  ): Promise<void> {
    const { tenant, userId } = held;
    const { state } = await this.history.asOf(userStream(tenant, userId), cause.position);
    let differs = state.status !== 'active';
    for (const served of interested) {
      const rules = rulesFor(served.serving, userId);
      differs ||= await this.differences.mayDiffer(served, rules, { tenant, userId });
    }
    if (!differs) await this.deliverHeld(held, cause, outbox);
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

  /** @returns whether the log tells of every hold */
  private async recordHolds(): Promise<boolean> {
    const unrecorded = await this.guard.unrecorded();
    for (const { tenant, facts } of unrecorded) {
      const { holdId, departures, people } = facts;
      if (!this.warned.has(holdId)) {
        const details = { tenant, holdId, departures, people };
        this.options.log.warn(details, 'Many people depart at once: products are not told until an admin decides');
        this.warned.add(holdId);
      }
      if (!this.recordHold || this.recording.has(holdId)) continue;
      this.recording.add(holdId);
      // Not awaited: that the log tells of it, the relay hears in another turn.
      this.recordHold(tenant, facts)
        .catch((err: unknown) => this.options.log.warn({ err, tenant, holdId }, 'A hold could not be recorded yet'))
        .finally(() => setTimeout(() => this.recording.delete(holdId), RECORDING_PAUSE_MS).unref());
    }
    return unrecorded.length === 0;
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
        if (!signal.aborted) this.options.log.warn({ err: error }, 'A re-derivation could not go on; trying again');
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
    const recorded = await this.recordHolds();
    // Whom a hold has held is looked up in the store.
    await this.store();
    const slice = await this.rederivation.next(this.at);
    if (typeof slice === 'string') return recorded ? slice : 'waiting';
    await this.stage(this.at, slice.announce);
    await this.store();
    await this.publish(this.at, slice.carryOut);
    this.saving ??= setTimeout(() => void this.save(), CHECKPOINT_MS);
    return 'worked';
  }
}
