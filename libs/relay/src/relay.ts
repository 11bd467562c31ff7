import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { GROUP_STREAMS, TENANT_STREAMS, USER_STREAMS } from '#domain';
import type { EventBatch, EventStore } from '#event-store';
import { type MessageBus, type MessageWriter, type TopicMessages, WriterEnded } from '#message-bus';
import { type ProductProfile, topicsFor } from '#products';
import { CheckpointMoved, type ReadModels } from '#read-models';
import { followLog, type LogFollower, storedPosition, type SubscriptionLog } from '#subscriptions';
import { Stretch } from '#turns';
import { Differences, TOLD_ROLES } from './differences.js';
import { Doubt, DOUBTS } from './doubt.js';
import { Guard, GUARDS, HELD } from './guard.js';
import { HoldRecorder, type RecordHold } from './hold-recorder.js';
import { INCOMPLETE } from './incomplete-people.js';
import { FOLDS, GROUP_NAMES, MEMBERS, Memberships } from './memberships.js';
import { Rederivation } from './rederivation.js';
import { Outbox } from './relay-messages.js';
import { RelayState } from './relay-state.js';
import { ServingBook, SERVINGS } from './serving-book.js';
import { SWEEPS, Sweeps } from './sweeps.js';
import { Translation } from './translation.js';
import { UserHistory } from './user-history.js';

/** Longest time that what is published is not in the checkpoint, ms; a crash repeats that much. */
const CHECKPOINT_MS = 200;

/** Longest time between two publications while events wait, ms: under load they are fewer and larger. */
const GATHER_MS = 50;

/** How long a re-derivation that cannot go on waits, ms. */
const REDERIVATION_PAUSE_MS = 50;

/** Name of the relay's checkpoint. Under another one it begins anew, with the documents it keeps. */
export const RELAY_CHECKPOINT = 'relay-2';

/** Whoever relays is the only one who publishes under this name. */
const WRITER = 'relay';

/** What the relay keeps, written with its checkpoint. Whoever reads it declares it too: the relay may come up later. */
export const RELAY_COLLECTIONS = [
  ...[SERVINGS, MEMBERS, GROUP_NAMES, FOLDS, TOLD_ROLES, SWEEPS, INCOMPLETE, GUARDS, HELD],
  DOUBTS,
];

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
  private readonly holds: HoldRecorder;
  private readonly doubt: Doubt;
  private readonly translation: Translation;
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
    this.doubt = new Doubt(this.state);
    this.holds = new HoldRecorder(this.guard, options.log);
    this.rederivation = new Rederivation({
      guard: this.guard,
      doubt: this.doubt,
      deliver: (held, cause, outbox) => this.translation.deliverHeld(held, cause, outbox),
      readModels,
      book: this.book,
      sweeps: this.sweeps,
      memberships: this.memberships,
      differences: this.differences,
      history: this.history,
      now: () => new Date(),
      signal: this.stopping.signal,
    });
    this.translation = new Translation({
      guard: this.guard,
      history: this.history,
      book: this.book,
      memberships: this.memberships,
      differences: this.differences,
      sweeps: this.sweeps,
      doubt: this.doubt,
      noteProvisioned: (tenant, position) => this.rederivation.noteProvisioned(tenant, position),
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
    const checkpoint = await storedPosition(readModels, RELAY_CHECKPOINT);
    if (checkpoint === undefined) await this.state.empty(RELAY_COLLECTIONS);
    this.at = checkpoint ?? -1n;
    this.writtenBefore = (await store.lastPosition()) ?? -1n;
    if (checkpoint === undefined) this.doubt.begin(this.writtenBefore, new Date().toISOString());
    else await this.doubt.load(this.writtenBefore);
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
    this.holds.recordWith(record);
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
        await this.translation.translate(event, outbox);
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
      for (const part of [this.book, this.sweeps, this.state, this.differences, this.rederivation, this.doubt])
        part.rollback();
      throw error;
    }
    for (const part of [this.book, this.sweeps, this.state, this.doubt]) part.commit();
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
    const recorded = await this.holds.record();
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
