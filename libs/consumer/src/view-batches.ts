import { CE, type CloudEvent, decodeCloudEvent, type ReceivedMessage } from '#message-bus';
import type { Acknowledger, TakenInLeaver } from './acknowledger.js';
import { type ConsumeViewsOptions, UnprocessableMessage } from './consume-views.js';
import { type DeadLetter, publishDeadLetters } from './dead-letters.js';
import { traceMessages } from './message-spans.js';
import { isNews, type Version, type VersionedRow } from './revisioned-store.js';

/** Takes batches of messages into a product's store, one batch at a time. */
export class ViewBatches<View, Row extends object> {
  readonly counts = { applied: 0, skipped: 0, deadLettered: 0 };
  /** Failures so far of messages in the batch that is being tried again, by their places. */
  readonly #failures = new Map<string, number>();
  /** Two that load and save the same rows must not do so at once. */
  #running: Promise<void> = Promise.resolve();
  #failingSince: number | undefined;
  #lastAt: number | undefined;

  constructor(
    private readonly options: ConsumeViewsOptions<View, Row>,
    private readonly acknowledger: Acknowledger | undefined,
    /** What the bus took before is not timed, ms since the epoch. */
    private readonly timedSince: number,
  ) {}

  /** When the batch in hand began to fail, ms since the epoch; undefined while nothing does. */
  get failingSince(): number | undefined {
    return this.#failingSince;
  }

  /** When a batch was last taken in, ms since the epoch. */
  get lastAt(): number | undefined {
    return this.#lastAt;
  }

  /** @param isReplay they come from elsewhere: they tell nothing of how far the topic is taken in */
  handle(batch: readonly ReceivedMessage[], isReplay = false): Promise<void> {
    const handled = this.#running.then(() => this.#handle(batch, isReplay));
    this.#running = handled.then(
      () => {
        this.#failingSince = undefined;
        this.#lastAt = Date.now();
      },
      () => {
        this.#failingSince ??= Date.now();
      },
    );
    return handled;
  }

  async #handle(batch: readonly ReceivedMessage[], isReplay: boolean): Promise<void> {
    const traced = traceMessages(batch, this.options.group);
    try {
      await this.#takeIn(batch, isReplay);
      traced();
    } catch (error) {
      traced(error);
      throw error;
    }
  }

  async #takeIn(batch: readonly ReceivedMessage[], isReplay: boolean): Promise<void> {
    const { store, bus, topic, group } = this.options;
    // A replay has one message, with the place it first came from: whoever owns that partition now may save at the same time.
    const partition = partitionOf(batch[0]);
    const rows = await this.#load(batch, partition);
    const changes = new Map<string, VersionedRow<Row>>();
    const deadLetters: DeadLetter[] = [];
    const leavers: TakenInLeaver[] = [];
    const news: ReceivedMessage[] = [];
    for (const message of batch) {
      try {
        const next = this.#next(message, rows.get(message.key), leavers);
        if (!next) continue;
        rows.set(message.key, next);
        changes.set(message.key, next);
        news.push(message);
      } catch (error) {
        this.#giveUpOn(message, error);
        deadLetters.push({ message, error });
      }
    }
    if (changes.size > 0) await store.save(changes, partition);
    if (!isReplay) this.#time(news);
    // After the rows: when this fails, the batch comes again, and what is saved is then no news.
    if (deadLetters.length > 0) await publishDeadLetters(bus, topic, group, deadLetters);
    // Before the batch is committed, and for repetitions too: what was told of them may have been lost with the process.
    await this.acknowledger?.tell(isReplay ? [] : batch, leavers);
    if (this.#failures.size > 0) for (const message of batch) this.#failures.delete(placeOf(message));
    this.counts.applied += news.length;
    this.counts.deadLettered += deadLetters.length;
    this.counts.skipped += batch.length - news.length - deadLetters.length;
  }

  /** Tells how long the messages were on the way. */
  #time(news: readonly ReceivedMessage[]): void {
    const { onTakenIn } = this.options;
    if (!onTakenIn) return;
    const now = Date.now();
    for (const { headers, timestamp } of news) {
      const delay = now - Date.parse(headers[CE.time] ?? '');
      if (timestamp >= this.timedSince && !Number.isNaN(delay)) onTakenIn(Math.max(0, delay));
    }
  }

  async #load(
    batch: readonly ReceivedMessage[],
    partition: string | undefined,
  ): Promise<Map<string, VersionedRow<Row> | undefined>> {
    const keys = [...new Set(batch.map(({ key }) => key))];
    const rows = await this.options.store.load(keys, partition);
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
    const { types } = this.options;
    if (types && !types.includes(event.type)) return undefined;
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

const partitionOf = (first: ReceivedMessage | undefined): string | undefined =>
  first && `${first.topic}/${first.partition}`;

function placeOf({ partition, offset }: ReceivedMessage): string {
  return `${partition}/${offset}`;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
