import { CheckpointMoved, type Document, type ReadModels } from './read-models.port.js';

/** Tries of one update before a writer that always comes second gives up. */
const MAX_ATTEMPTS = 50;

/**
 * Documents made of what stood there before, by any number of processes: where another one has updated documents of the
 * collection since they were read, they are read again. For what is written seldom: all updates of a collection take turns.
 * @param changes id → the document after the one before it; undefined: as it was. Called again where another came first
 * @throws CheckpointMoved the others always came first
 */
export async function updateDocuments<T extends Document>(
  models: ReadModels,
  collection: string,
  changes: ReadonlyMap<string, (before: T | undefined) => T | undefined>,
): Promise<void> {
  const ids = [...changes.keys()];
  const name = `${collection}/updates`;
  for (let attempt = 1; ; attempt++) {
    // Before the documents: who writes in between is noticed.
    const count = await models.checkpoint(name);
    const before = await models.getMany<T>(collection, ids);
    const operations = ids.flatMap((id, i) => {
      const document = changes.get(id)?.(before[i]);
      return document ? [{ type: 'put' as const, collection, document }] : [];
    });
    if (operations.length === 0) return;
    try {
      const checkpoint = { name, position: (count ?? -1n) + 1n, after: count ?? ('none' as const) };
      return await models.write({ operations, checkpoint });
    } catch (error) {
      if (!(error instanceof CheckpointMoved) || attempt >= MAX_ATTEMPTS) throw error;
    }
  }
}
