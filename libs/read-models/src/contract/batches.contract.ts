import type { ReadModels, WriteOperation } from '../read-models.port.js';

export function batchContract(withModels: (use: (models: ReadModels) => Promise<void>) => Promise<void>): void {
  const put = (_id: string, value: unknown = 0): WriteOperation => ({
    type: 'put',
    collection: 'users',
    document: { _id, value } as { _id: string },
  });
  const remove = (id: string): WriteOperation => ({ type: 'delete', collection: 'users', id });
  const withUsers = (use: (models: ReadModels) => Promise<void>) => () =>
    withModels(async (models) => {
      await models.declare({
        name: 'users',
        indexes: [
          { name: 'value', fields: ['value'] },
          { name: 'counted', fields: ['value', '_id'], counted: true },
        ],
      });
      await use(models);
    });

  it(
    'applies operations in order, a later one on the same id wins',
    withUsers(async (models) => {
      await models.write({ operations: [put('old', 1)] });
      await models.write({
        operations: [
          put('a', 1),
          put('a', 2),
          put('b'),
          remove('b'),
          remove('c'),
          put('c', 3),
          remove('old'),
          put('old', 4),
        ],
      });
      const found = await models.find('users', { filter: {} });
      expect(found).toEqual([
        { _id: 'a', value: 2 },
        { _id: 'c', value: 3 },
        { _id: 'old', value: 4 },
      ]);
      for (const gone of [0, 1]) expect(await models.count('users', { value: gone })).toBe(0);
      expect(await models.find('users', { filter: { value: 2 } })).toHaveLength(1);
    }),
  );

  it(
    'stores the checkpoint with the operations, also without any',
    withUsers(async (models) => {
      expect(await models.checkpoint('p')).toBeUndefined();
      await models.write({ operations: [put('a')], checkpoint: { name: 'p', position: 7n } });
      expect(await models.checkpoint('p')).toBe(7n);
      await models.write({ operations: [], checkpoint: { name: 'p', position: 0n } });
      expect(await models.checkpoint('p')).toBe(0n);
    }),
  );

  it(
    'stores several checkpoints from one batch, of any size',
    withUsers(async (models) => {
      await models.write({
        operations: [put('a')],
        checkpoint: { name: 'p', position: 1n },
        checkpoints: [
          { name: 'q', position: 2n ** 64n - 1n },
          { name: 'a.b$c/ü', position: 3n },
        ],
      });
      const positions = await Promise.all(['p', 'q', 'a.b$c/ü', 'none'].map((name) => models.checkpoint(name)));
      expect(positions).toEqual([1n, 2n ** 64n - 1n, 3n, undefined]);
      expect(await models.checkpoints(['none', 'q', 'p', 'q'])).toEqual([
        undefined,
        2n ** 64n - 1n,
        1n,
        2n ** 64n - 1n,
      ]);
      expect(await models.checkpoints([])).toEqual([]);
    }),
  );

  it(
    'stores nothing of a batch it refuses',
    withUsers(async (models) => {
      await models.write({ operations: [put('kept', 1)], checkpoint: { name: 'p', position: 1n } });
      const circular: Record<string, unknown> = {};
      circular.self = circular;
      const refused = models.write({
        operations: [put('before', 1), remove('kept'), put('bad', circular), put('after', 1)],
        checkpoint: { name: 'p', position: 2n },
        checkpoints: [{ name: 'q', position: 2n }],
      });
      await expect(refused).rejects.toThrow();
      expect(await models.find('users', { filter: {} })).toEqual([{ _id: 'kept', value: 1 }]);
      expect(await models.find('users', { filter: { value: 1 } })).toHaveLength(1);
      expect(await models.count('users', { value: 1 })).toBe(1);
      expect([await models.checkpoint('p'), await models.checkpoint('q')]).toEqual([1n, undefined]);
    }),
  );

  it(
    'goes on after a refused batch, those called around it included',
    withUsers(async (models) => {
      const circular: Record<string, unknown> = {};
      circular.self = circular;
      const outcomes = await Promise.allSettled([
        models.write({ operations: [put('a', 1)] }),
        models.write({ operations: [put('b', circular)] }),
        models.write({ operations: [put('c', 1)] }),
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(await models.count('users', { value: 1 })).toBe(2);
    }),
  );

  it(
    'shows a write to every read once it has resolved',
    withUsers(async (models) => {
      for (let i = 1; i <= 50; i++) {
        await models.write({ operations: [put('a', i)], checkpoint: { name: 'p', position: BigInt(i) } });
        const [got, found, many, count, before, position] = await Promise.all([
          models.get('users', 'a'),
          models.find('users', { filter: { value: i } }),
          models.getMany('users', ['a']),
          models.count('users', { value: i }),
          models.count('users', { value: i - 1 }),
          models.checkpoint('p'),
        ]);
        const now = { _id: 'a', value: i };
        expect([got, found, many, count, before, position]).toEqual([now, [now], [now], 1, 0, BigInt(i)]);
      }
    }),
  );

  it(
    'never shows part of a batch, nor the batch without its checkpoint',
    withUsers(async (models) => {
      let done = false;
      const writing = (async () => {
        for (let i = 1; i <= 40; i++) {
          const operations = Array.from({ length: 60 }, (_, n) => put(`id-${n}`, i));
          await models.write({ operations, checkpoint: { name: 'p', position: BigInt(i) } });
        }
        done = true;
      })();
      while (!done) {
        const position = Number((await models.checkpoint('p')) ?? 0n);
        const found = await models.find<{ _id: string; value: number }>('users', { filter: {} });
        const rounds = new Set(found.map(({ value }) => value));
        expect(rounds.size).toBeLessThanOrEqual(1);
        expect([0, 60]).toContain(found.length);
        // The documents were read after the checkpoint, so they are as new as it says, or newer.
        expect([...rounds][0] ?? 0).toBeGreaterThanOrEqual(position);
        await new Promise(setImmediate);
      }
      await writing;
    }),
  );

  it(
    'applies calls that overlap in the order they were made',
    withUsers(async (models) => {
      const writes = Array.from({ length: 200 }, (_, i) =>
        models.write({
          operations: [put('same', i), i % 2 === 0 ? put('flip', i) : remove('flip'), put(`own-${i}`, i)],
          checkpoint: { name: 'p', position: BigInt(i) },
        }),
      );
      await Promise.all(writes);
      expect(await models.get('users', 'same')).toEqual({ _id: 'same', value: 199 });
      expect(await models.get('users', 'flip')).toBeUndefined();
      expect(await models.count('users', {})).toBe(201);
      expect(await models.count('users', { value: 198 })).toBe(1);
      expect(await models.checkpoint('p')).toBe(199n);
    }),
  );

  it(
    'resets collections and checkpoints in one step and leaves the others',
    withUsers(async (models) => {
      await models.declare({ name: 'groups', indexes: [] });
      const group: WriteOperation = { type: 'put', collection: 'groups', document: { _id: 'g' } };
      const checkpoints = ['p', 'q'].map((name) => ({ name, position: 5n }));
      await models.write({ operations: [put('a', 1), put('b', 1), group], checkpoints });
      await models.reset(['users'], ['p', 'never-stored']);
      expect(await models.get('users', 'a')).toBeUndefined();
      expect(await models.find('users', { filter: { value: 1 } })).toEqual([]);
      expect([await models.count('users', {}), await models.count('users', { value: 1 })]).toEqual([0, 0]);
      expect(await models.get('groups', 'g')).toEqual({ _id: 'g' });
      expect([await models.checkpoint('p'), await models.checkpoint('q')]).toEqual([undefined, 5n]);
      await models.write({ operations: [put('c', 1)], checkpoint: { name: 'p', position: 1n } });
      expect(await models.find('users', { filter: { value: 1 } })).toEqual([{ _id: 'c', value: 1 }]);
      expect([await models.count('users', { value: 1 }), await models.checkpoint('p')]).toEqual([1, 1n]);
    }),
  );
}
