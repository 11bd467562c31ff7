import { GROUP_STREAMS, parseStream, type User, USER_STREAMS } from '#domain';
import type { EventBatch, EventStore, RecordedEvent } from '#event-store';
import { encodeCloudEvent, type Message, type MessageBus, type TopicMessages } from '#message-bus';
import {
  CHANGE_TYPES,
  type CompiledProfile,
  deriveView,
  GROUPS_TOPIC,
  messageKey,
  type ProductProfile,
  compileProfile,
  productTopic,
  sameMessage,
  topicsFor,
  USERS_TOPIC,
  VIEW_CHANGED,
  viewMessage,
  type ViewMessage,
} from '#products';
import type { ReadModels } from '#read-models';
import { followLog, type LogFollower, type SubscriptionLog } from '#subscriptions';
import { UserHistory } from './user-history.js';

/** Longest time that what is published is not in the checkpoint, ms; a crash repeats that much. */
const CHECKPOINT_MS = 200;

/** Longest time between two publications while events wait, ms: under load they are fewer and larger. */
const GATHER_MS = 50;

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
 */
export class Relay {
  private readonly history: UserHistory;
  private readonly products: readonly { topic: string; compiled: CompiledProfile }[];
  private follower: LogFollower | undefined;
  /** How far the bus has everything, where the checkpoint does not say so yet. */
  private published: bigint | undefined;
  private saving: NodeJS.Timeout | undefined;

  constructor(private readonly options: RelayOptions) {
    this.history = new UserHistory(options.store);
    this.products = options.products
      .filter(({ enabledByDefault }) => enabledByDefault)
      .map((profile) => ({ topic: productTopic(profile.id), compiled: compileProfile(profile) }));
  }

  async start(): Promise<void> {
    const { store, readModels, bus, products, log } = this.options;
    await bus.declareTopics(topicsFor(products));
    this.follower = followLog({
      name: RELAY_CHECKPOINT,
      store,
      after: (await readModels.checkpoint(RELAY_CHECKPOINT)) ?? 'start',
      streamPrefixes: [USER_STREAMS, GROUP_STREAMS],
      gatherMs: GATHER_MS,
      handle: (batch) => this.handle(batch),
      onParked: () => undefined,
      log,
    });
  }

  async stop(): Promise<void> {
    await this.follower?.stop();
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

  private async handle({ events, position }: EventBatch): Promise<void> {
    const topics = new Map<string, Message[]>();
    for (const event of events) await this.translate(event, topics);
    const batch = [...topics].map(([topic, messages]): TopicMessages => ({ topic, messages }));
    if (batch.length > 0) await this.options.bus.publish(batch);
    this.published = position;
    this.saving ??= setTimeout(() => void this.save(), CHECKPOINT_MS);
  }

  /** Moves the checkpoint to what is on the bus. Where that fails, the messages since the last one come again. */
  private async save(): Promise<void> {
    clearTimeout(this.saving);
    this.saving = undefined;
    if (this.published === undefined) return;
    const checkpoint = { name: RELAY_CHECKPOINT, position: this.published };
    this.published = undefined;
    try {
      await this.options.readModels.write({ operations: [], checkpoint });
    } catch (error) {
      this.options.log.warn({ err: error }, 'The relay could not store its checkpoint');
    }
  }

  private async translate(event: RecordedEvent, topics: Map<string, Message[]>): Promise<void> {
    const type = (CHANGE_TYPES as Readonly<Record<string, string | undefined>>)[event.type];
    const { category, tenant, id } = parseStream(event.stream);
    const isUser = category === USER_STREAMS;
    if (type !== undefined)
      put(topics, isUser ? USERS_TOPIC : GROUPS_TOPIC, canonicalMessage(event, tenant, id, type, isUser));
    if (!isUser) return;
    const { before, after } = await this.history.around(event);
    for (const { topic, compiled } of this.products) {
      const now = messageFor(compiled, tenant, id, event.revision, after);
      const was = messageFor(compiled, tenant, id, event.revision, before);
      if (!now || (was && sameMessage(was, now))) continue;
      put(topics, topic, cloudEvent(event, tenant, id, VIEW_CHANGED, now));
    }
  }
}

function put(topics: Map<string, Message[]>, topic: string, message: Message): void {
  const messages = topics.get(topic);
  if (messages) messages.push(message);
  else topics.set(topic, [message]);
}

/** The view of somebody who has been provisioned at least once. */
function messageFor(
  compiled: CompiledProfile,
  tenant: string,
  userId: string,
  revision: number,
  user: User,
): ViewMessage | undefined {
  if (user.status === 'absent') return undefined;
  const view = deriveView(compiled, { id: userId, attributes: user.attributes, active: user.status === 'active' });
  return viewMessage({ tenant, userId, revision, view, deleted: user.status === 'deprovisioned' });
}

/** The event as it is, with who did it: what an own copy of people and groups is built from. */
function canonicalMessage(event: RecordedEvent, tenant: string, id: string, type: string, isUser: boolean): Message {
  const { occurredAt, correlationId, connection, idp } = event.metadata;
  const subject = isUser ? { userId: id } : { groupId: id };
  const origin = { ...(connection && { connection }), ...(idp && { idp }), correlationId };
  const head = { tenant, ...subject, revision: event.revision, type: event.type, occurredAt, ...origin };
  // The text that the log holds, where it came along: it need not be written out a second time.
  const data =
    event.dataJson === undefined
      ? { ...head, data: event.data }
      : `${JSON.stringify(head).slice(0, -1)},"data":${event.dataJson}}`;
  return cloudEvent(event, tenant, id, type, data);
}

function cloudEvent(event: RecordedEvent, tenant: string, id: string, type: string, data: object | string): Message {
  return encodeCloudEvent({
    key: messageKey(tenant, id),
    id: event.id,
    type,
    source: `/tenants/${tenant}`,
    subject: id,
    time: event.metadata.occurredAt,
    tenant,
    revision: event.revision,
    position: event.position,
    data,
  });
}
