import type { KeyProblem } from '#products';
import type { CollectionDefinition, Document, ReadModels } from '#read-models';

/** An active person whose view lacks a required key, or has a value that could not be used. */
export interface IncompleteDocument extends Document {
  /** `tenant/product`. */
  readonly scope: string;
  readonly userId: string;
  readonly mappingVersion: number;
  readonly missing: readonly string[];
  readonly problems: readonly KeyProblem[];
}

export const INCOMPLETE: CollectionDefinition = {
  name: 'relay-incomplete',
  indexes: [{ name: 'scope', fields: ['scope', '_id'], counted: true }],
};

export const incompleteId = (tenant: string, product: string, userId: string): string =>
  `${tenant}/${product}/${userId}`;

export interface IncompletePage {
  readonly people: readonly Pick<IncompleteDocument, 'userId' | 'mappingVersion' | 'missing' | 'problems'>[];
  /** How many there are in all. */
  readonly total: number;
  /** Id of the last person on the page; absent on the last page. */
  readonly nextAfter?: string;
}

/** People of a tenant who are incomplete to the product, in the order of their ids; a page costs the same at any size. */
export async function readIncomplete(
  readModels: ReadModels,
  { tenant, product, limit, after }: { tenant: string; product: string; limit: number; after?: string | undefined },
): Promise<IncompletePage> {
  const scope = `${tenant}/${product}`;
  const behind = after === undefined ? {} : { _id: { $gt: incompleteId(tenant, product, after) } };
  const [found, total] = await Promise.all([
    readModels.find<IncompleteDocument>(INCOMPLETE.name, {
      filter: { scope, ...behind },
      sort: { _id: 1 },
      limit: limit + 1,
    }),
    readModels.count(INCOMPLETE.name, { scope }),
  ]);
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    people: page.map(({ userId, mappingVersion, missing, problems }) => ({
      userId,
      mappingVersion,
      missing,
      problems,
    })),
    total,
    ...(found.length > limit && last && { nextAfter: last.userId }),
  };
}
