import type { ReadModels } from '#read-models';
import { type DeprovisioningDocument, DEPROVISIONINGS } from './deprovisionings.js';

/** Leavers are counted up to so many, those who wait longest: whether there are any is what matters, not how many. */
export const MOST_LATE = 1_000;

/**
 * How many leavers each product has yet to block, of those who asked to go before `lateBefore` (ms since the epoch); over all
 * tenants, the {@link MOST_LATE} who wait longest. What is read is what is late, however many people there are.
 * @param products ids
 */
export async function lateLeavers(
  models: ReadModels,
  products: readonly string[],
  lateBefore: number,
): Promise<ReadonlyMap<string, number>> {
  const late = await models.find<Pick<DeprovisioningDocument, '_id' | 'products'>>(DEPROVISIONINGS.name, {
    filter: { open: true, requestedAt: { $lt: new Date(lateBefore).toISOString() } },
    sort: { requestedAt: 1, _id: 1 },
    limit: MOST_LATE,
    fields: ['products'],
  });
  const counts = new Map(products.map((id) => [id, 0]));
  for (const { products: proofs } of late) {
    for (const [id, { state }] of Object.entries(proofs)) {
      if (state === 'expected' && counts.has(id)) counts.set(id, (counts.get(id) ?? 0) + 1);
    }
  }
  return counts;
}
