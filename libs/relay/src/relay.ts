import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { GROUP_STREAMS, parseStream, type ProductEvent, TENANT_STREAMS, USER_STREAMS } from '#domain';
import type { EventBatch, EventStore, RecordedEvent } from '#event-store';
import type { MessageBus } from '#message-bus';
import { CHANGE_TYPES, GROUPS_TOPIC, type ProductProfile, sameMessage, topicsFor, USERS_TOPIC } from '#products';
import type { ReadModels } from '#read-models';
import { followLog, type LogFollower, type SubscriptionLog } from '#subscriptions';
import { Rederivation } from './rederivation.js';
import { canonicalChange, Outbox, viewChanged, viewOf } from './relay-messages.js';
import { RelayState } from './relay-state.js';
import { rulesFor } from './serving.js';
import { ServingBook, SERVINGS } from './serving-book.js';
import { UserHistory } from './user-history.js';

/** Longest time that what is published is not in the checkpoint, ms; a crash repeats that much. */
const CHECKPOINT_MS = 200;

/** Longest time between two publications while events wait, ms: under load they are fewer and larger. */
const GATHER_MS = 50;

/** How long a re-derivation that cannot go on waits, ms. */
const REDERIVATION_PAUSE_MS = 50;

/** Name of the relay's checkpoint. */
export const RELAY_CHECKPOINT = 'relay';

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
    this.rederivation = new Rederivation(readModels, this.book, this.history, () => new Date());
  }

  async start(): Promise<void> {
    const { store, readModels, bus, products, log } = this.options;
    await bus.declareTopics(topicsFor(products));
    await this.state.declare([SERVINGS]);
    const checkpoint = await readModels.checkpoint(RELAY_CHECKPOINT);
    this.at = checkpoint ?? -1n;
    this.writtenBefore = (await store.lastPosition()) ?? -1n;
    await this.book.load(readModels);
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
    const outbox = new Outbox();
    await this.publish(outbox, async () => {
      for (const event of events) await this.translate(event, outbox);
    });
    this.at = position;
    this.unsettled = false;
    this.moved = true;
    if (events.some(({ stream }) => stream.startsWith(TENANT_STREAMS))) {
      // Whoever changed a setting will look for what comes of it.
      void this.save();
      this.rederive();
    } else this.saving ??= setTimeout(() => void this.save(), CHECKPOINT_MS);
  }

  /** What `prepare` changes counts once everything it put into the outbox is on the bus. */
  private async publish(outbox: Outbox, prepare: () => Promise<void> | void): Promise<void> {
    try {
      await prepare();
      const { batch } = outbox;
      if (batch.length > 0) await this.options.bus.publish(batch);
    } catch (error) {
      this.book.rollback();
      this.state.rollback();
      throw error;
    }
    this.book.commit();
    this.state.commit();
  }

  /** Moves the checkpoint to what is on the bus. Where that fails, the messages since the last one come again. */
  private save(): Promise<void> {
    clearTimeout(this.saving);
    this.saving = undefined;
    this.saves = this.saves.then(async () => {
      if (!this.moved) return;
      this.moved = false;
      try {
        await this.state.save({ name: RELAY_CHECKPOINT, position: this.at });
      } catch (error) {
        this.options.log.warn({ err: error }, 'The relay could not store its checkpoint');
        this.moved = true;
      }
    });
    return this.saves;
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
    if (!isUser) return;
    if (event.revision === 0) this.rederivation.noteProvisioned(tenant, event.position);
    const { before, after } = await this.history.around(event);
    const { revision, position } = event;
    for (const { profile, topic, serving } of this.book.of(tenant)) {
      const rules = rulesFor(serving, id);
      if (!rules.enabled) continue;
      const compiled = this.book.compile(profile, rules);
      const view = (user: typeof before) =>
        viewOf(compiled, rules.settingsVersion, { tenant, userId: id, revision, user });
      const now = view(after);
      const was = view(before);
      if (!now || (was && sameMessage(was, now))) continue;
      outbox.put(topic, viewChanged({ id: event.id, time: event.metadata.occurredAt, position }, now));
    }
  }

  private hear(tenant: string, { type, data, id, metadata }: RecordedEvent): void {
    switch (type) {
      case 'ProductEnabled':
      case 'ProductDisabled':
      case 'AttributeMappingChanged':
      case 'RoleMappingChanged':
        this.book.hear(tenant, { type, data } as ProductEvent, id, metadata.occurredAt);
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
    if (this.unsettled || this.at < this.writtenBefore) {
      return this.book.underWay().length > 0 || this.at < this.writtenBefore ? 'waiting' : 'idle';
    }
    const slice = await this.rederivation.next(this.at);
    if (typeof slice === 'string') return slice;
    await this.publish(slice.outbox, slice.done);
    this.moved = true;
    await this.save();
    return 'worked';
  }
}
