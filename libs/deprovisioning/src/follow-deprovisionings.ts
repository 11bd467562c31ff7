import { parseStream, TENANT_STREAMS, USER_STREAMS, userStream } from '#domain';
import type { EventBatch, EventStore, RecordedEvent } from '#event-store';
import { CE, type Consumer, decodeCloudEvent, type MessageBus, type ReceivedMessage } from '#message-bus';
import {
  acksTopic,
  DEACTIVATION_TAKEN_IN,
  type DeactivationTakenIn,
  isEnabled,
  parseDeactivationTakenIn,
  type ProductProfile,
} from '#products';
import { CheckpointMoved, type CheckpointMove, type Document, type ReadModels, type WriteOperation } from '#read-models'; // prettier-ignore
import { followLog, type LogFollower, ProgressTracker, storedPosition, type SubscriptionLog } from '#subscriptions';
import {
  type DeprovisioningDocument,
  DEPROVISIONINGS,
  deprovisioningId,
  judged,
  PRODUCT_CHOICES,
  type ProductChoicesDocument,
  type ProductProof,
} from './deprovisionings.js';

/** Nobody waits for it but acknowledgements, which hurry it. */
const GATHER_MS = 100;
/** How long an acknowledgement waits for the log to be read up to its event before its batch is tried again. */
const CATCH_UP_MS = 5_000;
/** A checkpoint that only passes over events moves this seldom. */
const IDLE_POSITIONS = 1_000n;
/** No person has a longer one, whatever a product writes. */
const LONGEST_STREAM = 500;

/** Names the checkpoint in the log and the group on the acks topics. */
export const DEPROVISIONING = 'deprovisioning';
/** Counts batches of acknowledgements; there while those told so far are in the read model. */
const ACKS_READ = 'deprovisioning-acks';

export interface DeprovisioningFollowerOptions {
  readonly store: EventStore;
  readonly readModels: ReadModels;
  readonly bus: MessageBus;
  readonly products: readonly ProductProfile[];
  readonly log: SubscriptionLog;
  /** Told of each leaver that a product blocks from now on, with the time since the request; ms. */
  readonly onAcknowledged?: (product: string, elapsedMs: number) => void;
}

/**
 * Keeps the proof of deprovisioning: who left by which request, as the log has it, and when each product had it, as the acks
 * topics have it. Rebuilt from both where the read models are gone.
 */
export class DeprovisioningFollower {
  private follower: LogFollower | undefined;
  private consumer: Consumer | undefined;
  private saved: bigint | undefined;
  private acksRead: bigint | undefined;
  private readonly failing = new AbortController();
  private isStopped = false;
  private readonly passed = new ProgressTracker((position) => this.follower?.hurry(position));
  /** Products that have acknowledged something, ever. */
  private readonly acknowledging = new Set<string>();
  private readonly choices = new Map<string, Readonly<Record<string, boolean>>>();
  /** Log and topics write the same documents: one at a time. */
  private writing: Promise<void> = Promise.resolve();
  /** What was acknowledged before is not told of: it may be read again. */
  private readonly startedAt = Date.now();

  constructor(private readonly options: DeprovisioningFollowerOptions) {}

  async start(): Promise<void> {
    const { store, readModels, bus, products, log } = this.options;
    for (const collection of [DEPROVISIONINGS, PRODUCT_CHOICES]) await readModels.declare(collection);
    const choices = await readModels.find<ProductChoicesDocument>(PRODUCT_CHOICES.name, { filter: {} });
    for (const { _id, enabled } of choices) this.choices.set(_id, enabled);

    const topics = products.map(({ id }) => acksTopic(id));
    await bus.declareTopics(topics.map((name) => ({ name, compacted: true })));
    for (const { id } of products) {
      const ends = (await bus.endOffsets(acksTopic(id))).values();
      if ([...ends].some((end) => end > 0n)) this.acknowledging.add(id);
    }
    this.saved = await storedPosition(readModels, DEPROVISIONING, [ACKS_READ]);
    this.acksRead = await readModels.checkpoint(ACKS_READ);
    if (this.acksRead === undefined) {
      for (const topic of topics) await bus.forgetGroup(DEPROVISIONING, topic);
    }
    if (this.saved !== undefined) this.passed.passed(this.saved);
    this.follower = followLog({
      name: DEPROVISIONING,
      store,
      after: this.saved ?? 'start',
      streamPrefixes: [USER_STREAMS, TENANT_STREAMS],
      gatherMs: GATHER_MS,
      handle: (batch) => this.alone(() => this.read(batch)),
      onParked: () => undefined,
      log,
    });
    this.consumer = await bus.consume({ group: DEPROVISIONING, topics }, (batch) => this.acknowledged(batch));
  }

  /** True while log and acknowledgements are followed here. */
  get isFollowing(): boolean {
    return this.consumer !== undefined && !this.isStopped && !this.failing.signal.aborted;
  }

  /** Aborts where another process has written since: this one is to be stopped, and another begun from what is stored. */
  get ended(): AbortSignal {
    return this.failing.signal;
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.consumer?.stop();
    await this.follower?.stop();
    this.passed[Symbol.dispose]();
  }

  private alone(work: () => Promise<void>): Promise<void> {
    const done = this.writing.then(work);
    this.writing = done.catch(() => undefined);
    return done;
  }

  private async read({ events, position }: EventBatch): Promise<void> {
    const changes = new Changes(this.options.readModels);
    for (const event of events) await this.readEvent(event, changes);
    const operations = changes.operations();
    if (operations.length > 0 || this.saved === undefined || position - this.saved >= IDLE_POSITIONS) {
      await this.write(operations, { log: position });
    }
    this.passed.passed(position);
  }

  /**
   * Log and topics change the same documents, so a write is refused where another process has written of either.
   * @param passed how far what is written takes us; absent: not at all
   */
  private async write(
    operations: readonly WriteOperation[],
    { log = this.saved, acks = this.acksRead }: { log?: bigint; acks?: bigint },
  ): Promise<void> {
    const checkpoints: CheckpointMove[] = [];
    if (log !== undefined) checkpoints.push({ name: DEPROVISIONING, position: log, after: this.saved ?? 'none' });
    if (acks !== undefined) checkpoints.push({ name: ACKS_READ, position: acks, after: this.acksRead ?? 'none' });
    try {
      await this.options.readModels.write({ operations, checkpoints });
    } catch (error) {
      if (error instanceof CheckpointMoved) this.failing.abort(error);
      throw error;
    }
    this.saved = log;
    this.acksRead = acks;
  }

  private async readEvent(event: RecordedEvent, changes: Changes): Promise<void> {
    switch (event.type) {
      case 'UserDeactivated':
        // A DELETE deactivates too; what it is about is the event that comes with it.
        if ((event.data as { reason: string }).reason === 'deleted') return;
        return changes.set(this.begun(event));
      case 'UserDeprovisioned':
        return changes.set(this.begun(event));
      case 'UserReactivated': {
        const { tenant, id } = parseStream(event.stream);
        const returnedAt = event.metadata.occurredAt;
        for (const { returnedAt: already, open: _, closedBy: _by, closedAt: _at, ...told } of await changes.of(
          tenant,
          id,
        )) {
          changes.set(judged({ ...told, returnedAt: already ?? returnedAt }));
        }
        return;
      }
      case 'ProductEnabled':
      case 'ProductDisabled': {
        const { tenant } = parseStream(event.stream);
        const { product } = event.data as { product: string };
        const enabled = { ...this.choices.get(tenant), [product]: event.type === 'ProductEnabled' };
        this.choices.set(tenant, enabled);
        const document: ProductChoicesDocument = { _id: tenant, enabled };
        changes.put(PRODUCT_CHOICES.name, document);
      }
    }
  }

  private begun(event: RecordedEvent): DeprovisioningDocument {
    const { tenant, id: userId } = parseStream(event.stream);
    const { occurredAt, correlationId, connection, idp, admin } = event.metadata;
    const chosen = this.choices.get(tenant);
    const products: Record<string, ProductProof> = {};
    for (const profile of this.options.products) {
      const { id } = profile;
      const enabled = chosen?.[id];
      if (!isEnabled(profile, enabled === undefined ? {} : { enabled })) continue;
      products[id] = { state: this.acknowledging.has(id) ? 'expected' : 'silent' };
    }
    return judged({
      _id: deprovisioningId(tenant, event.position),
      tenant,
      userId,
      person: `${tenant}/${userId}`,
      kind: event.type === 'UserDeactivated' ? 'deactivated' : 'deleted',
      reason: (event.data as { reason: string }).reason,
      eventId: event.id,
      revision: event.revision,
      position: `${event.position}`,
      requestId: correlationId,
      requestedAt: occurredAt,
      ...(connection !== undefined && { connection }),
      ...(idp !== undefined && { idp }),
      ...(admin && { admin: admin.name }),
      products,
    });
  }

  private async acknowledged(batch: readonly ReceivedMessage[]): Promise<void> {
    const leavers = batch.flatMap((message) => this.leaverIn(message) ?? []);
    const needed = await this.neededFor(leavers);
    if (needed >= 0n && !(await this.passed.waitFor(needed, CATCH_UP_MS))) {
      throw new Error('The log has yet to be read up to what was acknowledged');
    }
    await this.alone(async () => {
      const changes = new Changes(this.options.readModels);
      for (const leaver of leavers) {
        for (const document of await changes.of(leaver.tenant, leaver.userId)) {
          // Whoever has the person inactive as of later has them inactive as of then.
          if (BigInt(document.position) > BigInt(leaver.position)) continue;
          changes.set(proven(document, leaver));
          this.time(document, leaver);
        }
      }
      const operations = changes.operations();
      if (operations.length > 0) {
        await this.write(operations, { acks: (this.acksRead ?? -1n) + 1n });
      }
      for (const { topic } of batch) {
        const product = /^rollcall\.product\.(.+)\.acks$/.exec(topic)?.[1];
        if (product !== undefined) this.acknowledging.add(product);
      }
    });
  }

  /**
   * How far the log must have been read for these to be judged: of each person up to the newest event that stands where it was
   * acknowledged, or before. That place itself may be any event's (a view that a saved mapping has changed carries the
   * relay's), and how far the log was seen past events that are not followed is told late.
   */
  private async neededFor(leavers: readonly DeactivationTakenIn[]): Promise<bigint> {
    const unread = new Map<string, bigint>();
    for (const { tenant, userId, position } of leavers) {
      const stream = userStream(tenant, userId);
      const acknowledged = BigInt(position);
      if (acknowledged <= (this.passed.current ?? -1n) || stream.length > LONGEST_STREAM) continue;
      if (acknowledged > (unread.get(stream) ?? -1n)) unread.set(stream, acknowledged);
    }
    const needed = await Promise.all(
      [...unread].map(async ([stream, acknowledged]) => {
        const newest = this.options.store.read(stream, { direction: 'backwards', limit: 1 });
        for await (const { position } of newest) return position < acknowledged ? position : acknowledged;
        return -1n;
      }),
    );
    return needed.reduce((most, position) => (position > most ? position : most), -1n);
  }

  private time({ products, requestedAt }: DeprovisioningDocument, leaver: DeactivationTakenIn): void {
    const acknowledgedAt = Date.parse(leaver.acknowledgedAt);
    if (products[leaver.product]?.state === 'acknowledged' || acknowledgedAt < this.startedAt) return;
    this.options.onAcknowledged?.(leaver.product, Math.max(0, acknowledgedAt - Date.parse(requestedAt)));
  }

  private leaverIn(message: ReceivedMessage): DeactivationTakenIn | undefined {
    if (message.headers[CE.type] !== DEACTIVATION_TAKEN_IN || message.value === null) return undefined;
    try {
      return parseDeactivationTakenIn(decodeCloudEvent(message).data);
    } catch (error) {
      // Any product may write here; what one of them writes wrongly must not hold up the others.
      const { topic, partition, offset } = message;
      this.options.log.warn({ err: error, topic, partition, offset: `${offset}` }, 'An acknowledgement cannot be read');
      return undefined;
    }
  }
}

function proven(
  { open: _open, closedBy: _by, closedAt: _at, ...told }: DeprovisioningDocument,
  { product, topic, partition, offset, acknowledgedAt }: DeactivationTakenIn,
): DeprovisioningDocument {
  const known = told.products[product];
  // The first one counts; of a product that was not to be told nothing is asked.
  if (!known || known.state === 'acknowledged') return judged(told);
  const elapsedMs = Math.max(0, Date.parse(acknowledgedAt) - Date.parse(told.requestedAt));
  const proof: ProductProof = { state: 'acknowledged', acknowledgedAt, elapsedMs, topic, partition, offset };
  return judged({ ...told, products: { ...told.products, [product]: proof } });
}

/** What one batch changes, so that later parts of it see what earlier ones did. */
class Changes {
  readonly #documents = new Map<string, DeprovisioningDocument>();
  readonly #others: WriteOperation[] = [];

  constructor(private readonly models: ReadModels) {}

  set(document: DeprovisioningDocument): void {
    this.#documents.set(document._id, document);
  }

  put(collection: string, document: Document): void {
    this.#others.push({ type: 'put', collection, document });
  }

  /** Everything told about a person's leaving, ever. */
  async of(tenant: string, userId: string): Promise<DeprovisioningDocument[]> {
    const person = `${tenant}/${userId}`;
    const stored = await this.models.find<DeprovisioningDocument>(DEPROVISIONINGS.name, { filter: { person } });
    const known = new Map(stored.map((document) => [document._id, document]));
    for (const [id, document] of this.#documents) if (document.person === person) known.set(id, document);
    return [...known.values()];
  }

  operations(): WriteOperation[] {
    const documents = [...this.#documents.values()];
    return [
      ...this.#others,
      ...documents.map((document): WriteOperation => ({ type: 'put', collection: DEPROVISIONINGS.name, document })),
    ];
  }
}
