import { setTimeout as pause } from 'node:timers/promises';
import type { MessageBus } from '#message-bus';
import type { CollectionDefinition, ReadModels } from '#read-models';
import {
  type ConsumerCounts,
  type ConsumerHealth,
  consumeViews,
  type ConsumeViewsOptions,
  lagOf,
  type ViewConsumer,
} from './consume-views.js';
import { type Generation, Generations } from './generations.js';
import { openRevisionedStore } from './revisioned-store.js';

/** How often a rebuild looks whether it has caught up, ms. */
const LOOK_MS = 20;
/** Between two tries to take in again what comes, after a rebuild that failed, ms. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

export interface RebuildableViewsOptions<View, Row extends object> extends Omit<
  ConsumeViewsOptions<View, Row>,
  'store'
> {
  /** The product's own store. */
  readonly models: ReadModels;
  readonly collection: CollectionDefinition;
}

/**
 * A consumer whose rows can be made anew from the start of the topic while the old ones go on being read and kept up: by a
 * group of its own into a collection of its own, which take the place of the old ones once they have caught up. A rebuild
 * that fails leaves the old ones in use, or the new ones, and a process that ends in between does so too; what the others have
 * left is cleared away then, and at the next start.
 */
export class RebuildableViews<View, Row extends object> implements AsyncDisposable {
  #rebuilding: Promise<void> | undefined;
  readonly #stopping = new AbortController();
  /** Since when nothing is taken in, as a rebuild has failed between the old rows and the new ones. */
  #failingSince: Date | undefined;

  private constructor(
    private readonly options: RebuildableViewsOptions<View, Row>,
    private readonly generations: Generations,
    private generation: Generation,
    private consumer: ViewConsumer | undefined,
  ) {}

  static async start<View, Row extends object>(
    options: RebuildableViewsOptions<View, Row>,
  ): Promise<RebuildableViews<View, Row>> {
    const generations = new Generations(options.models, options.collection.name);
    const views = new RebuildableViews<View, Row>(options, generations, await generations.read(), undefined);
    await views.#clearAway();
    views.consumer = await consume(options, views.generation.current);
    return views;
  }

  /** Name of the collection to read now. */
  get collection(): string {
    return collectionOf(this.options.collection.name, this.generation.current);
  }

  get isRebuilding(): boolean {
    return this.#rebuilding !== undefined;
  }

  lag(): Promise<number> {
    return this.#running.lag();
  }

  async health(): Promise<ConsumerHealth> {
    const health = await this.#running.health();
    const since = this.#failingSince;
    return since ? { ...health, status: 'failing', failingSince: since.toISOString() } : health;
  }

  replayDeadLetters(): Promise<ConsumerCounts> {
    return this.#running.replayDeadLetters();
  }

  /**
   * Resolves when the new rows are in use. Called again meanwhile, it is the same rebuild. Rejects where they could not be
   * made; the old ones are in use then, and kept up.
   */
  rebuild(): Promise<void> {
    return (this.#rebuilding ??= this.#rebuild().finally(() => (this.#rebuilding = undefined)));
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#rebuilding?.catch(() => undefined);
    await this.consumer?.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  get #running(): ViewConsumer {
    if (!this.consumer) throw new Error('The views have not been started');
    return this.consumer;
  }

  get #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #rebuild(): Promise<void> {
    const { bus, topic, group } = this.options;
    const { current } = (this.generation = await this.generations.read());
    const next = current + 1;
    const others = this.generation.left.filter((each) => each !== next);
    await this.#write({ current, left: [...others, next] });
    // What a rebuild before this one may have left.
    await this.#clear(next);
    // It does not acknowledge: it says nothing new, and would seem to fall back to the start.
    const { acknowledge: _, onTakenIn: _untimed, ...silent } = this.options;
    const catchingUp = await consume<View, Row>(silent, next);
    try {
      await caughtUp(bus, groupOf(group, next), topic, () => this.#isStopping);
    } finally {
      await catchingUp.stop();
    }
    if (this.#isStopping) return;
    await this.#running.stop();
    try {
      await this.#write({ current: next, left: [...others, current] });
      this.consumer = await consume(this.options, next);
    } catch (error) {
      await this.#resume(error);
      if (this.generation.current !== next) throw error;
    }
    await this.#clearAway();
  }

  /** Goes on with what is in use by the store: a write that has failed may have its effect all the same. */
  async #resume(reason: unknown): Promise<void> {
    this.#failingSince = new Date();
    this.#warn(reason, 'A rebuild failed between the old rows and the new ones');
    const { signal } = this.#stopping;
    for (let wait = FIRST_PAUSE_MS; !this.#isStopping; wait = Math.min(2 * wait, LONGEST_PAUSE_MS)) {
      try {
        this.generation = await this.generations.read();
        this.consumer = await consume(this.options, this.generation.current);
        this.#failingSince = undefined;
        return;
      } catch (error) {
        this.#warn(error, 'Messages cannot be taken in again yet');
        await pause(wait, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** Nothing is kept for the sake of generations that are no longer, or not yet, in use. What fails waits for the next time. */
  async #clearAway(): Promise<void> {
    const { current, left } = this.generation;
    const kept: number[] = [];
    for (const each of left) {
      await this.#clear(each).catch((error: unknown) => {
        kept.push(each);
        this.#warn(error, 'What another generation of the rows has left could not be cleared away yet');
      });
    }
    // Of an earlier release, which did not say whose.
    await this.#forget(current + 1).catch(() => undefined);
    if (kept.length === left.length) return;
    await this.#write({ ...this.generation, left: kept }).catch((error: unknown) => {
      this.#warn(error, 'That other generations of the rows are cleared away could not be noted');
    });
  }

  /** @throws GroupInUse another instance is at work on it: its rows stay too */
  async #clear(generation: number): Promise<void> {
    const { models, collection } = this.options;
    const name = collectionOf(collection.name, generation);
    await this.#forget(generation);
    await openRevisionedStore(models, { ...collection, name });
    await models.reset([name, `${name}-erased`], []);
  }

  #forget(generation: number): Promise<void> {
    const { bus, topic, group } = this.options;
    return bus.forgetGroup(groupOf(group, generation), topic);
  }

  async #write(generation: Generation): Promise<void> {
    await this.generations.write(generation);
    this.generation = generation;
  }

  #warn(error: unknown, message: string): void {
    const { log, collection } = this.options;
    log?.warn({ err: error, collection: collection.name }, message);
  }
}

async function consume<View, Row extends object>(
  { models, collection, ...options }: RebuildableViewsOptions<View, Row>,
  generation: number,
): Promise<ViewConsumer> {
  const name = collectionOf(collection.name, generation);
  const store = await openRevisionedStore<Row>(models, { ...collection, name });
  return consumeViews({ ...options, store, group: groupOf(options.group, generation) });
}

async function caughtUp(bus: MessageBus, group: string, topic: string, isStopping: () => boolean): Promise<void> {
  while (!isStopping() && (await lagOf(bus, group, topic)) > 0) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** The first generation has the names themselves. */
const collectionOf = (name: string, generation: number): string => (generation === 0 ? name : `${name}.${generation}`);
const groupOf = (group: string, generation: number): string => (generation === 0 ? group : `${group}.${generation}`);
