import type { ReadModels } from '#read-models';
import { isUnderWay, type Rederivation } from './serving.js';
import { type ServingDocument, SERVINGS } from './serving-book.js';

/** How far a product is with a tenant's newest settings. */
export interface RederivationProgress extends Rederivation {
  readonly tenant: string;
  readonly product: string;
  readonly state: 'running' | 'done';
  /** Of the mapping that is being brought in; 0: the profile as it comes. */
  readonly mappingVersion: number;
  readonly roleMappingVersion: number;
}

/** The last re-derivation of each of the tenant's products, under way or done; none where there never was one. */
export async function readRederivations(readModels: ReadModels, tenant: string): Promise<RederivationProgress[]> {
  const documents = await readModels.find<ServingDocument>(SERVINGS.name, { filter: { tenant }, sort: { _id: 1 } });
  return documents.flatMap(({ product, layers, rederivation }) => {
    if (!rederivation) return [];
    const { mapping, roles } = layers[0].rules;
    return {
      tenant,
      product,
      state: isUnderWay({ layers }) ? ('running' as const) : ('done' as const),
      mappingVersion: mapping?.version ?? 0,
      roleMappingVersion: roles?.version ?? 0,
      ...rederivation,
    };
  });
}
