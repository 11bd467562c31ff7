import type { MessageBus } from '#message-bus';
import { messageKey, VIEW_CHANGED } from '#products';
import type { Document, ReadModels } from '#read-models';
import type { ConsumerLog } from './consumer-log.js';
import type { ConsumerCounts, ConsumerHealth, ViewEvent } from './consume-views.js';
import { finder, type Finding, type FindQuery, fold, SearchTooCostly } from './finding.js';
import type { HistoryEntry } from './history.js';
import { cursorAfter, listRows, type ListRowsQuery } from './list-rows.js';
import { RebuildableViews } from './rebuildable-views.js';
import { checkSignIn, type SignInCheck, type SignInState } from './sign-in.js';

/** What every product's row has besides its own words. */
export interface PersonRow {
  readonly tenant: string;
  readonly signIn: SignInState;
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
  /** What the person of a row is found by. */
  readonly findBy: (row: Row) => Finding;
}

export interface ProductPeopleParts {
  readonly bus: MessageBus;
  /** The product's own store. */
  readonly models: ReadModels;
  readonly log: ConsumerLog;
  /** See `ConsumeViewsOptions.onTakenIn`. */
  readonly onTakenIn?: ((delayMs: number) => void) | undefined;
}

export interface PeopleQuery extends ListRowsQuery, FindQuery {}

/** Rows looked at in one go where somebody is looked for. */
const LOOK_AT = 500;
/** How long somebody is looked for, ms; other work gets its turn meanwhile. */
const LOOK_MS = 5_000;

/** A product's people: fed by its topic alone, kept in its own store, listed in its own words. */
export class ProductPeople<View, Row extends PersonRow> {
  private constructor(
    private readonly models: ReadModels,
    private readonly words: PeopleWords<View, Row>,
    private readonly views: RebuildableViews<View, Row>,
  ) {}

  static async start<View, Row extends PersonRow>(
    words: PeopleWords<View, Row>,
    { bus, models, log, onTakenIn }: ProductPeopleParts,
  ): Promise<ProductPeople<View, Row>> {
    const { product, topic, group, parse, isLeaver, keep } = words;
    const views = await RebuildableViews.start<View, Row>({
      ...{ bus, models, topic, group, parse, log },
      // None: a product takes in far more changes than it is asked for people by what they are.
      collection: { name: words.collection, indexes: [] },
      types: [VIEW_CHANGED],
      acknowledge: { product, isLeaver },
      ...(onTakenIn && { onTakenIn }),
      apply: (before, event) => keep(event, before),
    });
    return new ProductPeople(models, words, views);
  }

  /** @throws SearchTooCostly what is asked is too rare among too many */
  async list(query: PeopleQuery): Promise<{ people: readonly object[]; nextCursor?: string }> {
    const { limit, tenant, cursor } = query;
    const fits = finder(query);
    if (!fits) {
      const { rows, nextCursor } = await listRows<Row>(this.models, this.views.collection, query);
      return { people: rows.map(this.words.show), ...(nextCursor !== undefined && { nextCursor }) };
    }
    const found = await this.#search({ tenant, cursor, limit: limit + 1 }, (row) => fits(this.words.findBy(row)));
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      people: page.map(this.words.show),
      ...(found.length > limit && last && { nextCursor: cursorAfter(last.key) }),
    };
  }

  /** One person with their history, as the product saw it; undefined for one it was never told of. */
  async person(tenant: string, userId: string): Promise<object | undefined> {
    const found = await this.models.get<Document>(this.views.collection, messageKey(tenant, userId));
    if (!found) return undefined;
    const row = found as unknown as Row;
    // Rows of before histories were kept have none.
    return { ...this.words.show(row), history: (row.history as Row['history'] | undefined) ?? [] };
  }

  /**
   * Rows of a tenant that fit, at most `limit`, in no order that means anything.
   * @throws SearchTooCostly they are too rare among too many
   */
  find(tenant: string, fits: (row: Row, finding: Finding) => boolean, limit: number): Promise<readonly Row[]> {
    return this.#search({ tenant, limit }, (row) => fits(row, this.words.findBy(row)));
  }

  show(row: Row): object {
    return this.words.show(row);
  }

  findBy(row: Row): Finding {
    return this.words.findBy(row);
  }

  /** Whether the person of that name may sign in. */
  async signIn(tenant: string, name: string): Promise<SignInCheck> {
    const login = fold(name);
    const rows = await this.find(tenant, (_, finding) => finding.login === login, Infinity);
    return checkSignIn(rows.map(({ signIn }) => signIn));
  }

  async #search(
    { tenant, cursor, limit }: { tenant?: string | undefined; cursor?: string | undefined; limit: number },
    fits: (row: Row) => boolean,
  ): Promise<(Row & { readonly key: string })[]> {
    const found: (Row & { readonly key: string })[] = [];
    const until = performance.now() + LOOK_MS;
    for (let from = cursor; ;) {
      const { rows, nextCursor } = await listRows<Row>(this.models, this.views.collection, {
        limit: LOOK_AT,
        ...(tenant !== undefined && { tenant }),
        ...(from !== undefined && { cursor: from }),
      });
      for (const row of rows) {
        if (!fits(row)) continue;
        found.push(row);
        if (found.length >= limit) return found;
      }
      if (nextCursor === undefined) return found;
      if (performance.now() > until) throw new SearchTooCostly('Too many people would have to be looked at');
      from = nextCursor;
    }
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
