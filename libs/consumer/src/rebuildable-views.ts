import type { MessageBus } from '#message-bus';
import type { CollectionDefinition, Document, ReadModels } from '#read-models';
import {
  type ConsumerCounts,
  type ConsumerHealth,
  consumeViews,
  type ConsumeViewsOptions,
  lagOf,
  type ViewConsumer,
} from './consume-views.js';
import { openRevisionedStore } from './revisioned-store.js';

/** Which collection and group are in use; `_id` is the collection's name. */
interface GenerationDocument extends Document {
  readonly generation: number;
}

const GENERATIONS: CollectionDefinition = { name: 'generations', indexes: [] };
/** How often a rebuild looks whether it has caught up, ms. */
const LOOK_MS = 20;

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
 * group of its own into a collection of its own, which take the place of the old ones once they have caught up. A process
 * that ends in between leaves everything as it was.
 */
export class RebuildableViews<View, Row extends object> implements AsyncDisposable {
  #rebuilding: Promise<void> | undefined;
  #stopping = false;

  private constructor(
    private readonly options: RebuildableViewsOptions<View, Row>,
    private generation: number,
    private consumer: ViewConsumer,
  ) {}

  static async start<View, Row extends object>(
    options: RebuildableViewsOptions<View, Row>,
  ): Promise<RebuildableViews<View, Row>> {
    const { models, collection, bus, topic, group } = options;
    await models.declare(GENERATIONS);
    const stored = await models.get<GenerationDocument>(GENERATIONS.name, collection.name);
    const generation = stored?.generation ?? 0;
    // Of a rebuild that was cut short: nothing must be kept on the topic for its sake.
    await bus.forgetGroup(groupOf(group, generation + 1), topic);
    return new RebuildableViews(options, generation, await consume(options, generation));
  }

  /** Name of the collection to read now. */
  get collection(): string {
    return collectionOf(this.options.collection.name, this.generation);
  }

  get isRebuilding(): boolean {
    return this.#rebuilding !== undefined;
  }

  lag(): Promise<number> {
    return this.consumer.lag();
  }

  health(): Promise<ConsumerHealth> {
    return this.consumer.health();
  }

  replayDeadLetters(): Promise<ConsumerCounts> {
    return this.consumer.replayDeadLetters();
  }

  /** Resolves when the new rows are in use. Called again meanwhile, it is the same rebuild. */
  rebuild(): Promise<void> {
    return (this.#rebuilding ??= this.#rebuild().finally(() => (this.#rebuilding = undefined)));
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#rebuilding?.catch(() => undefined);
    await this.consumer.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #rebuild(): Promise<void> {
    const { models, collection, bus, topic, group } = this.options;
    const next = this.generation + 1;
    const name = collectionOf(collection.name, next);
    // What a rebuild before this one may have left.
    await openRevisionedStore(models, { ...collection, name });
    await models.reset([name, `${name}-erased`], []);
    await bus.forgetGroup(groupOf(group, next), topic);
    // It does not acknowledge: it says nothing new, and would seem to fall back to the start.
    const { acknowledge: _, onTakenIn: _untimed, ...silent } = this.options;
    const catchingUp = await consume<View, Row>(silent, next);
    try {
      await caughtUp(bus, groupOf(group, next), topic, () => this.#stopping);
    } finally {
      await catchingUp.stop();
    }
    if (this.#stopping) return;
    const old = { consumer: this.consumer, name: this.collection, group: groupOf(group, this.generation) };
    await old.consumer.stop();
    await models.write({
      operations: [
        {
          type: 'put',
          collection: GENERATIONS.name,
          document: { _id: collection.name, generation: next } as GenerationDocument,
        },
      ],
    });
    this.generation = next;
    this.consumer = await consume(this.options, next);
    await bus.forgetGroup(old.group, topic);
    await models.reset([old.name, `${old.name}-erased`], []);
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
