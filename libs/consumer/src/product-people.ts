import type { MessageBus } from '#message-bus';
import { messageKey, VIEW_CHANGED } from '#products';
import type { CollectionDefinition, Document, Filter, ReadModels } from '#read-models';
import type { ConsumerLog } from './consumer-log.js';
import type { ConsumerCounts, ConsumerHealth, ViewEvent } from './consume-views.js';
import { type Finding, type FindQuery, loginOf, whereFound } from './finding.js';
import type { HistoryEntry } from './history.js';
import { listRows, type ListRowsQuery } from './list-rows.js';
import { RebuildableViews } from './rebuildable-views.js';
import { checkSignIn, type SignInCheck, type SignInState } from './sign-in.js';

/** What every product's row has besides its own words. */
export interface PersonRow {
  readonly tenant: string;
  readonly signIn: SignInState;
  readonly find: Finding;
  readonly history: readonly HistoryEntry[];
}

/** What a product makes of the people it is told about. */
export interface PeopleWords<View, Row extends PersonRow> {
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

export interface PeopleQuery extends Omit<ListRowsQuery, 'where'>, FindQuery {
  /** Besides, over the fields of the row. */
  readonly where?: Filter;
}

/** A product's people: fed by its topic alone, kept in its own store, listed in its own words. */
export class ProductPeople<View, Row extends PersonRow> {
  private constructor(
    private readonly models: ReadModels,
    private readonly words: PeopleWords<View, Row>,
    private readonly views: RebuildableViews<View, Row>,
  ) {}

  static async start<View, Row extends PersonRow>(
    words: PeopleWords<View, Row>,
    { bus, models, log }: { bus: MessageBus; models: ReadModels; log: ConsumerLog },
  ): Promise<ProductPeople<View, Row>> {
    const { product, topic, group, parse, isLeaver, keep } = words;
    const collection: CollectionDefinition = {
      name: words.collection,
      indexes: [{ name: 'login', fields: ['find.login'] }],
    };
    const views = await RebuildableViews.start<View, Row>({
      ...{ bus, models, collection, topic, group, parse, log },
      types: [VIEW_CHANGED],
      acknowledge: { product, isLeaver },
      apply: (before, event) => keep(event, before),
    });
    return new ProductPeople(models, words, views);
  }

  /** @throws QueryTooCostly what is asked is too rare among too many */
  async list({
    search,
    department,
    manager,
    location,
    where,
    ...page
  }: PeopleQuery): Promise<{ people: readonly object[]; nextCursor?: string }> {
    const found = whereFound({ search, department, manager, location });
    const all = [found ?? [], where ?? []].flat();
    const filter = all.length > 0 ? { where: { $and: all } } : {};
    const { rows, nextCursor } = await listRows<Row>(this.models, this.views.collection, { ...page, ...filter });
    return { people: rows.map(this.words.show), ...(nextCursor !== undefined && { nextCursor }) };
  }

  /** One person with their history, as the product saw it; undefined for one it was never told of. */
  async person(tenant: string, userId: string): Promise<object | undefined> {
    const found = await this.models.get<Document>(this.views.collection, messageKey(tenant, userId));
    if (!found) return undefined;
    const row = found as unknown as Row;
    // Rows of before histories were kept have none.
    return { ...this.words.show(row), history: (row.history as Row['history'] | undefined) ?? [] };
  }

  /** Rows of a tenant that a filter holds for, at most `limit`, in no order that means anything. */
  async find(tenant: string, where: Filter, limit: number): Promise<readonly Row[]> {
    return (await listRows<Row>(this.models, this.views.collection, { tenant, where, limit })).rows;
  }

  show(row: Row): object {
    return this.words.show(row);
  }

  /** Whether the person of that name may sign in. */
  async signIn(tenant: string, name: string): Promise<SignInCheck> {
    const filter = { 'find.login': loginOf(tenant, name) };
    const rows = (await this.models.find<Document>(this.views.collection, { filter })) as unknown as Row[];
    return checkSignIn(rows.map(({ signIn }) => signIn));
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
