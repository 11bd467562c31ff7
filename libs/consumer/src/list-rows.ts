import type { Document, Filter, ReadModels } from '#read-models';

export interface ListRowsQuery {
  /** Only this tenant's rows; default all. */
  readonly tenant?: string;
  /** Most rows on the page. */
  readonly limit: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
}

export interface RowPage<Row> {
  readonly rows: readonly (Row & { readonly key: string })[];
  /** Absent on the last page. */
  readonly nextCursor?: string;
}

/**
 * A page of a product's rows in the order of their keys. A cursor names the last row seen, so a page costs the same
 * wherever it is, and rows that come or go meanwhile shift nothing. Keys begin with the tenant (`messageKey`), so those of
 * one tenant stand together and no index is needed.
 */
export async function listRows<Row extends object>(
  models: ReadModels,
  collection: string,
  { tenant, limit, cursor }: ListRowsQuery,
): Promise<RowPage<Row>> {
  const after = cursor === undefined ? '' : Buffer.from(cursor, 'base64url').toString('utf8');
  const filter: Filter = tenant === undefined ? { _id: { $gt: after } } : { tenant, _id: keysOf(tenant, after) };
  const found = await models.find<Document & { _version: unknown }>(collection, {
    filter,
    sort: { _id: 1 },
    limit: limit + 1,
  });
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    rows: page.map(({ _id: key, _version, ...row }) => ({ ...(row as unknown as Row), key })),
    ...(found.length > limit && last && { nextCursor: cursorAfter(last._id) }),
  };
}

/** The cursor of what comes behind a row. */
export const cursorAfter = (key: string): string => Buffer.from(key, 'utf8').toString('base64url');

/** Keys `{tenant}/…` behind `after`; the slash's successor ends them. */
function keysOf(tenant: string, after: string): Filter {
  const first = `${tenant}/`;
  return { $gt: after > first ? after : first, $lt: `${tenant}0` };
}
