import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLmdbReadModels } from './lmdb/index.js';
import type { Document, ReadModels } from './read-models.port.js';
import { updateDocuments } from './update-documents.js';

interface Counter extends Document {
  readonly count: number;
}

describe('updateDocuments', () => {
  let directory: string;
  let models: ReadModels;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rollcall-update-'));
    models = await openLmdbReadModels({ directory, durability: 'rebuildable' });
    await models.declare({ name: 'counters', indexes: [] });
  });
  afterEach(async () => {
    await models[Symbol.asyncDispose]();
    await rm(directory, { recursive: true });
  });

  const plusOne = (_id: string) => (before: Counter | undefined) => ({ _id, count: (before?.count ?? 0) + 1 });

  it('loses no update of many at once', async () => {
    const ids = ['a', 'b', 'c'];
    await Promise.all(
      Array.from({ length: 30 }, (_, n) => {
        const id = ids[n % 3] ?? '';
        const changes = new Map([id, 'all'].map((each) => [each, plusOne(each)]));
        return updateDocuments(models, 'counters', changes);
      }),
    );
    const counts = await models.getMany<Counter>('counters', [...ids, 'all']);
    expect(counts.map((counter) => counter?.count)).toEqual([10, 10, 10, 30]);
  });

  it('writes nothing where nothing is to be changed', async () => {
    await updateDocuments(models, 'counters', new Map([['a', () => undefined]]));
    expect(await models.count('counters', {})).toBe(0);
    expect(await models.checkpoint('counters/updates')).toBeUndefined();
  });
});
