import type { MessageBus } from '#message-bus';
import type { CollectionDefinition, ReadModels } from '#read-models';
import type { ConsumerLog } from './consumer-log.js';
import { consumeViews, type ViewConsumer } from './consume-views.js';
import { listRows, type ListRowsQuery } from './list-rows.js';
import { openRevisionedStore } from './revisioned-store.js';

/** What a product makes of the people it is told about. */
export interface PeopleWords<View, Row extends { readonly tenant: string }> {
  /** Id of the product, under which it acknowledges. */
  readonly product: string;
  readonly topic: string;
  readonly group: string;
  /** Name of the collection it keeps them in. */
  readonly collection: string;
  readonly parse: (data: unknown) => View;
  /** Whether the view says that the person may no longer sign in. */
  readonly isLeaver: (view: View) => boolean;
  /** The row a view comes to. */
  readonly keep: (view: View) => Row;
  /** The row as the product's own list shows it. */
  readonly show: (row: Row) => object;
}

/** A product's people: fed by its topic alone, kept in its own store, listed in its own words. */
export class ProductPeople<View, Row extends { readonly tenant: string }> {
  private constructor(
    private readonly models: ReadModels,
    private readonly words: PeopleWords<View, Row>,
    private readonly consumer: ViewConsumer,
  ) {}

  static async start<View, Row extends { readonly tenant: string }>(
    words: PeopleWords<View, Row>,
    { bus, models, log }: { bus: MessageBus; models: ReadModels; log: ConsumerLog },
  ): Promise<ProductPeople<View, Row>> {
    const { product, topic, group, parse, isLeaver, keep } = words;
    const collection: CollectionDefinition = { name: words.collection, indexes: [] };
    const store = await openRevisionedStore<Row>(models, collection);
    const consumer = await consumeViews<View, Row>({
      bus,
      topic,
      group,
      store,
      parse,
      acknowledge: { product, isLeaver },
      apply: (_before, { view }) => keep(view),
      log,
    });
    return new ProductPeople(models, words, consumer);
  }

  async list(query: ListRowsQuery): Promise<{ people: readonly object[]; nextCursor?: string }> {
    const { rows, nextCursor } = await listRows<Row>(this.models, this.words.collection, query);
    return { people: rows.map((row) => this.words.show(row)), ...(nextCursor !== undefined && { nextCursor }) };
  }

  /** Messages not yet taken in. */
  lag(): Promise<number> {
    return this.consumer.lag();
  }

  stop(): Promise<void> {
    return this.consumer.stop();
  }
}
