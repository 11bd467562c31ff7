import type { MessageBus } from '#message-bus';
import { messageKey, VIEW_CHANGED } from '#products';
import type { Document, Filter, ReadModels } from '#read-models';
import type { ConsumerLog } from './consumer-log.js';
import type { ConsumerCounts, ConsumerHealth, ViewEvent } from './consume-views.js';
import { listRows, type ListRowsQuery } from './list-rows.js';
import { RebuildableViews } from './rebuildable-views.js';

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
  /** The row that a view comes to, after the row that there was. */
  readonly keep: (event: ViewEvent<View>, before: Row | undefined) => Row;
  /** The row as the product's own list shows it. */
  readonly show: (row: Row) => object;
}

export interface PeopleQuery extends ListRowsQuery {
  /** Besides the tenant's; over the fields of the row. */
  readonly where?: Filter;
}

/** A product's people: fed by its topic alone, kept in its own store, listed in its own words. */
export class ProductPeople<View, Row extends { readonly tenant: string }> {
  private constructor(
    private readonly models: ReadModels,
    readonly words: PeopleWords<View, Row>,
    private readonly views: RebuildableViews<View, Row>,
  ) {}

  static async start<View, Row extends { readonly tenant: string }>(
    words: PeopleWords<View, Row>,
    { bus, models, log }: { bus: MessageBus; models: ReadModels; log: ConsumerLog },
  ): Promise<ProductPeople<View, Row>> {
    const { product, topic, group, collection, parse, isLeaver, keep } = words;
    const views = await RebuildableViews.start<View, Row>({
      ...{ bus, models, topic, group, parse, log },
      collection: { name: collection, indexes: [] },
      types: [VIEW_CHANGED],
      acknowledge: { product, isLeaver },
      apply: (before, event) => keep(event, before),
    });
    return new ProductPeople(models, words, views);
  }

  async list(query: PeopleQuery): Promise<{ people: readonly object[]; nextCursor?: string }> {
    const { rows, nextCursor } = await listRows<Row>(this.models, this.views.collection, query);
    return { people: rows.map((row) => this.words.show(row)), ...(nextCursor !== undefined && { nextCursor }) };
  }

  /** One person's row; undefined for one the product was never told of. */
  async get(tenant: string, userId: string): Promise<Row | undefined> {
    const row = await this.models.get<Document>(this.views.collection, messageKey(tenant, userId));
    return row as unknown as Row | undefined;
  }

  /** Rows of a tenant that a filter holds for, at most `limit`, in no order that means anything. */
  async find(tenant: string, where: Filter, limit: number): Promise<readonly Row[]> {
    return (await listRows<Row>(this.models, this.views.collection, { tenant, where, limit })).rows;
  }

  /** Messages not yet taken in. */
  lag(): Promise<number> {
    return this.views.lag();
  }

  async health(): Promise<ConsumerHealth & { readonly rebuilding: boolean }> {
    return { ...(await this.views.health()), rebuilding: this.views.isRebuilding };
  }

  /** See {@link RebuildableViews.rebuild}. */
  rebuild(): Promise<void> {
    return this.views.rebuild();
  }

  /** See `ViewConsumer.replayDeadLetters`. */
  replayDeadLetters(): Promise<ConsumerCounts> {
    return this.views.replayDeadLetters();
  }

  stop(): Promise<void> {
    return this.views.stop();
  }
}
