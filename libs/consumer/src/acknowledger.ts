import {
  type CloudEventAttributes,
  encodeCloudEvent,
  type Message,
  type MessageBus,
  type ReceivedMessage,
} from '#message-bus';
import { acksTopic, DEACTIVATION_TAKEN_IN, type DeactivationTakenIn, TAKEN_IN, type TakenIn } from '#products';
import type { ConsumerLog } from './consumer-log.js';

/** While messages keep coming, how far it has come is told this often, ms; the first after a rest at once. */
const TELL_EVERY_MS = 250;

export interface AcknowledgerOptions {
  readonly bus: MessageBus;
  readonly product: string;
  /** What the product consumes. */
  readonly topic: string;
  readonly group: string;
  readonly log?: ConsumerLog | undefined;
}

/** A message about somebody inactive that the store has. */
export interface TakenInLeaver {
  readonly message: ReceivedMessage;
  readonly event: Pick<CloudEventAttributes, 'id' | 'tenant' | 'subject' | 'revision' | 'position'>;
}

/**
 * Tells on the product's acks topic what its store has: leavers each, before their batch is committed; everything else as a
 * place up to which all is there, a few times a second at most, which costs the same whatever the load.
 */
export class Acknowledger {
  readonly #topic: string;
  /** Per partition, not told yet. */
  readonly #next = new Map<number, TakenIn>();
  #toldAt = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  #telling: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(private readonly options: AcknowledgerOptions) {
    this.#topic = acksTopic(options.product);
  }

  /** Tells where the product stands, so that it is known to acknowledge before anything has come. */
  async start(): Promise<void> {
    const { bus, topic, group } = this.options;
    await bus.declareTopics([{ name: this.#topic, compacted: true }]);
    const [ends, committed] = await Promise.all([bus.endOffsets(topic), bus.committed(group, topic)]);
    const now = new Date();
    const places = [...ends.keys()].map((partition) => this.#place(partition, committed.get(partition) ?? 0n, now));
    await this.#publish(places.map(takenInMessage));
  }

  /** Resolves once the leavers' acknowledgements are durable. */
  async tell(batch: readonly ReceivedMessage[], leavers: readonly TakenInLeaver[]): Promise<void> {
    const last = batch.at(-1);
    const now = new Date();
    if (last) this.#next.set(last.partition, this.#place(last.partition, last.offset + 1n, now));
    if (leavers.length > 0) return this.#tellNow(leavers.map((leaver) => this.#leaverMessage(leaver, now)));
    if (!last || this.#timer || this.#stopped) return;
    const rest = this.#toldAt + TELL_EVERY_MS - performance.now();
    if (rest <= 0) void this.#tellLater();
    else this.#timer = setTimeout(() => void this.#tellLater(), rest).unref();
  }

  /** Tells what is left to tell. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#tellLater();
  }

  /** Never rejects: what could not be told is told with what follows. */
  #tellLater(): Promise<void> {
    return this.#tellNow([]).catch((error: unknown) => {
      this.options.log?.warn({ err: error, topic: this.#topic }, 'Acknowledgements could not be published');
    });
  }

  #tellNow(leavers: readonly Message[]): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#toldAt = performance.now();
    const told = this.#telling.then(async () => {
      const places = [...this.#next.values()];
      await this.#publish([...leavers, ...places.map(takenInMessage)]);
      for (const place of places) if (this.#next.get(place.partition) === place) this.#next.delete(place.partition);
    });
    this.#telling = told.catch(() => undefined);
    return told;
  }

  async #publish(messages: readonly Message[]): Promise<void> {
    if (messages.length > 0) await this.options.bus.publish([{ topic: this.#topic, messages }]);
  }

  #place(partition: number, next: bigint, at: Date): TakenIn {
    const { product, topic } = this.options;
    return { product, topic, partition, next: `${next}`, acknowledgedAt: at.toISOString() };
  }

  #leaverMessage({ message, event }: TakenInLeaver, at: Date): Message {
    const { product, topic } = this.options;
    const { id: eventId, tenant, subject: userId, revision, position = 0n } = event;
    const acknowledgedAt = at.toISOString();
    const data: DeactivationTakenIn = {
      ...{ product, tenant, userId, eventId, revision, position: `${position}` },
      ...{ topic, partition: message.partition, offset: `${message.offset}`, acknowledgedAt },
    };
    return encodeCloudEvent({
      key: `${tenant}/${userId}/${eventId}`,
      id: `${eventId}/${product}`,
      type: DEACTIVATION_TAKEN_IN,
      source: `/products/${product}`,
      subject: userId,
      time: acknowledgedAt,
      tenant,
      revision,
      position,
      data,
    });
  }
}

function takenInMessage(data: TakenIn): Message {
  const key = `${data.topic}/${data.partition}`;
  return encodeCloudEvent({
    key,
    id: `${key}/${data.next}/${data.acknowledgedAt}`,
    type: TAKEN_IN,
    source: `/products/${data.product}`,
    subject: key,
    time: data.acknowledgedAt,
    data,
  });
}
