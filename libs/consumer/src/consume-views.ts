import { type CloudEvent, type Consumer, decodeCloudEvent, type MessageBus, type ReceivedMessage } from '#message-bus';
import { Acknowledger, type TakenInLeaver } from './acknowledger.js';
import type { ConsumerLog } from './consumer-log.js';
import { type DeadLetter, deadLetterTopic, publishDeadLetters } from './dead-letters.js';
import { isNews, type RevisionedStore, type Version, type VersionedRow } from './revisioned-store.js';

/** A message about one subject, its data as the product's `parse` gave it back. */
export interface ViewEvent<View> extends Omit<CloudEvent, 'data'> {
  readonly key: string;
  readonly view: View;
}

/** An erasure: nothing of the subject may be left. */
export type Erasure = Pick<ReceivedMessage, 'key' | 'headers' | 'timestamp'>;

/** Thrown by `parse` or `apply`: this message will never work, trying again is of no use. */
export class UnprocessableMessage extends Error {
  override readonly name = 'UnprocessableMessage';
}

export interface ConsumeViewsOptions<View, Row extends object> {
  readonly bus: MessageBus;
  /** Must have been declared; its dead-letter topic, `{topic}.dead-letter`, is declared here. */
  readonly topic: string;
  readonly group: string;
  readonly store: RevisionedStore<Row>;
  /** Checks the JSON of a message; a throw sends it to the dead-letter topic. */
  readonly parse: (data: unknown) => View;
  /**
   * The row after the event, or undefined for none. Pure: it may be called again for the same event. A throw is tried
   * again `attempts` times, with the pauses of the bus between, and then sent to the dead-letter topic.
   */
  readonly apply: (row: Row | undefined, event: ViewEvent<View>) => Row | undefined;
  /** What is left of a row after an erasure; default nothing. */
  readonly erase?: (row: Row | undefined, erasure: Erasure) => Row | undefined;
  /** Set: what the store has is told on the acks topic of `product`. */
  readonly acknowledge?: {
    readonly product: string;
    /** Whether the view says that the person may no longer sign in. */
    readonly isLeaver: (view: View) => boolean;
  };
  /** Default 5. */
  readonly attempts?: number;
  readonly maxBatchSize?: number;
  readonly log?: ConsumerLog;
}

export interface ViewConsumer extends Consumer {
  /** Messages of the topic that this group has yet to commit. */
  lag(): Promise<number>;
  readonly counts: { readonly applied: number; readonly skipped: number; readonly deadLettered: number };
}

/**
 * Keeps a product's rows up with its topic: once in effect per message, in order per key, one read and one write of the
 * store per batch. While the store or the bus is away the same batch comes again.
 */
export async function consumeViews<View, Row extends object>(
  options: ConsumeViewsOptions<View, Row>,
): Promise<ViewConsumer> {
  const { bus, topic, group, maxBatchSize, acknowledge, log } = options;
  await bus.declareTopics([{ name: deadLetterTopic(topic), compacted: false }]);
  const acknowledger = acknowledge && new Acknowledger({ bus, topic, group, log, product: acknowledge.product });
  await acknowledger?.start();
  const views = new Views(options, acknowledger);
  const consumer = await bus.consume(
    { group, topics: [topic], ...(maxBatchSize !== undefined && { maxBatchSize }) },
    (batch) => views.handle(batch),
  );
  const stop = async (): Promise<void> => {
    await consumer.stop();
    await acknowledger?.stop();
  };
  return {
    counts: views.counts,
    stop,
    [Symbol.asyncDispose]: stop,
    async lag() {
      const [ends, committed] = await Promise.all([bus.endOffsets(topic), bus.committed(group, topic)]);
      let lag = 0n;
      for (const [partition, end] of ends) lag += end - (committed.get(partition) ?? 0n);
      return Number(lag);
    },
  };
}

class Views<View, Row extends object> {
  readonly counts = { applied: 0, skipped: 0, deadLettered: 0 };
  /** Failures so far of messages in the batch that is being tried again, by their places. */
  readonly #failures = new Map<string, number>();

  constructor(
    private readonly options: ConsumeViewsOptions<View, Row>,
    private readonly acknowledger: Acknowledger | undefined,
  ) {}

  async handle(batch: readonly ReceivedMessage[]): Promise<void> {
    const { store, bus, topic } = this.options;
    const rows = await this.#load(batch);
    const changes = new Map<string, VersionedRow<Row>>();
    const deadLetters: DeadLetter[] = [];
    const leavers: TakenInLeaver[] = [];
    let applied = 0;
    for (const message of batch) {
      try {
        const next = this.#next(message, rows.get(message.key), leavers);
        if (!next) continue;
        rows.set(message.key, next);
        changes.set(message.key, next);
        applied += 1;
      } catch (error) {
        this.#giveUpOn(message, error);
        deadLetters.push({ message, error });
      }
    }
    if (changes.size > 0) await store.save(changes);
    // After the rows: when this fails, the batch comes again, and what is saved is then no news.
    if (deadLetters.length > 0) await publishDeadLetters(bus, topic, deadLetters);
    // Before the batch is committed, and for repetitions too: what was told of them may have been lost with the process.
    await this.acknowledger?.tell(batch, leavers);
    if (this.#failures.size > 0) for (const message of batch) this.#failures.delete(placeOf(message));
    this.counts.applied += applied;
    this.counts.deadLettered += deadLetters.length;
    this.counts.skipped += batch.length - applied - deadLetters.length;
  }

  async #load(batch: readonly ReceivedMessage[]): Promise<Map<string, VersionedRow<Row> | undefined>> {
    const keys = [...new Set(batch.map(({ key }) => key))];
    const rows = await this.options.store.load(keys);
    return new Map(keys.map((key, i) => [key, rows[i]]));
  }

  /** What the message makes of the row; undefined where it is no news. */
  #next(
    message: ReceivedMessage,
    seen: VersionedRow<Row> | undefined,
    leavers: TakenInLeaver[],
  ): VersionedRow<Row> | undefined {
    if (message.value === null) return this.#erased(message, seen);
    const { data, ...event } = decodeCloudEvent(message);
    const version = versionOf(event, data);
    const news = isNews(version, seen?.version);
    const { acknowledge, apply, parse } = this.options;
    if (!news) {
      if (acknowledge && isRepeatedLeaver(() => acknowledge.isLeaver(parse(data)))) leavers.push({ message, event });
      return undefined;
    }
    const view = this.#parsed(data);
    const row = apply(seen?.row, { ...event, key: message.key, view });
    if (acknowledge?.isLeaver(view)) leavers.push({ message, event });
    return { version, row };
  }

  #parsed(data: unknown): View {
    try {
      return this.options.parse(data);
    } catch (error) {
      if (error instanceof UnprocessableMessage) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new UnprocessableMessage(`The data cannot be read: ${reason}`, { cause: error });
    }
  }

  #erased(message: ReceivedMessage, seen: VersionedRow<Row> | undefined): VersionedRow<Row> | undefined {
    let version: Version = seen?.version ?? { revision: 0, eventId: '' };
    try {
      version = versionOf(decodeCloudEvent(message));
    } catch {
      // Whoever wrote it meant an erasure; it is carried out whatever its headers look like.
      return { version, row: this.#remains(message, seen) };
    }
    return isNews(version, seen?.version) ? { version, row: this.#remains(message, seen) } : undefined;
  }

  #remains(message: ReceivedMessage, seen: VersionedRow<Row> | undefined): Row | undefined {
    return this.options.erase?.(seen?.row, message);
  }

  /** Rethrows while the message is worth another attempt, which holds up those behind it: order is kept. */
  #giveUpOn(message: ReceivedMessage, error: unknown): void {
    const { attempts = 5, log, group } = this.options;
    const { topic, partition, offset, headers } = message;
    const details = { group, topic, partition, offset: `${offset}`, id: headers['ce_id'], error: nameOf(error) };
    const permanent = error instanceof UnprocessableMessage || nameOf(error) === 'MalformedCloudEvent';
    if (!permanent) {
      const count = Math.min((this.#failures.get(placeOf(message)) ?? 0) + 1, attempts);
      this.#failures.set(placeOf(message), count);
      if (count < attempts) {
        log?.warn({ ...details, attempt: count }, 'A message could not be applied; trying again');
        throw error;
      }
    }
    log?.error(details, 'A message goes to the dead-letter topic');
  }
}

/** What cannot be read was dead-lettered when it was news. */
function isRepeatedLeaver(judge: () => boolean): boolean {
  try {
    return judge();
  } catch {
    return false;
  }
}

function versionOf(
  { revision, position, id }: Pick<CloudEvent, 'revision' | 'position' | 'id'>,
  data?: unknown,
): Version {
  const { mappingVersion, settingsVersion = mappingVersion } = (data ?? {}) as Readonly<Record<string, unknown>>;
  return {
    revision,
    eventId: id,
    ...(position !== undefined && { position }),
    ...(typeof settingsVersion === 'number' && { settingsVersion }),
  };
}

function placeOf({ partition, offset }: ReceivedMessage): string {
  return `${partition}/${offset}`;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
