import { CheckpointMoved, type ReadModels, type WriteBatch, type WriteOperation } from '../read-models.port.js';

/** Batches that say where their checkpoints must be: what keeps two writers of the same documents apart. */
export function checkpointContract(withModels: (use: (models: ReadModels) => Promise<void>) => Promise<void>): void {
  const put = (_id: string, value: number): WriteOperation => ({
    type: 'put',
    collection: 'users',
    document: { _id, value } as { _id: string },
  });
  const moving = (
    position: bigint,
    after: bigint | 'none',
    operations: readonly WriteOperation[] = [],
    name = 'p',
  ): WriteBatch => ({ operations, checkpoint: { name, position, after } });
  const withUsers = (use: (models: ReadModels) => Promise<void>) => () =>
    withModels(async (models) => {
      await models.declare({ name: 'users', indexes: [{ name: 'value', fields: ['value'] }] });
      await use(models);
    });
  const contents = (models: ReadModels) => models.find('users', { filter: {} });

  it(
    'moves a checkpoint that is where its writer says',
    withUsers(async (models) => {
      await models.write(moving(7n, 'none', [put('a', 1)]));
      await models.write(moving(2n ** 80n, 7n, [put('a', 2)]));
      await models.write(moving(3n, 2n ** 80n));
      expect(await models.checkpoint('p')).toBe(3n);
      expect(await contents(models)).toEqual([{ _id: 'a', value: 2 }]);
    }),
  );

  it(
    'refuses a batch whose checkpoint is elsewhere, and writes nothing of it',
    withUsers(async (models) => {
      await models.write(moving(7n, 'none', [put('a', 1)]));
      for (const after of ['none', 6n, 8n] as const) {
        for (const operations of [[put('a', 2), put('b', 2)], []]) {
          const refused = models.write(moving(9n, after, operations));
          await expect(refused).rejects.toBeInstanceOf(CheckpointMoved);
          await expect(refused).rejects.toMatchObject({ checkpoint: 'p', expected: after });
        }
      }
      await expect(models.write(moving(1n, 0n, [put('c', 1)], 'never'))).rejects.toBeInstanceOf(CheckpointMoved);
      expect([await models.checkpoint('p'), await models.checkpoint('never')]).toEqual([7n, undefined]);
      expect(await contents(models)).toEqual([{ _id: 'a', value: 1 }]);
      expect(await models.count('users', { value: 2 })).toBe(0);
    }),
  );

  it(
    'refuses a batch when one of its checkpoints is elsewhere',
    withUsers(async (models) => {
      await models.write(moving(5n, 'none', [], 'q'));
      const batch = (q: bigint): WriteBatch => ({
        operations: [put('a', 1)],
        checkpoints: [
          { name: 'free', position: 1n },
          { name: 'p', position: 1n, after: 'none' },
          { name: 'q', position: 6n, after: q },
        ],
      });
      const positions = () => Promise.all(['free', 'p', 'q'].map((name) => models.checkpoint(name)));
      await expect(models.write(batch(4n))).rejects.toBeInstanceOf(CheckpointMoved);
      expect(await positions()).toEqual([undefined, undefined, 5n]);
      expect(await contents(models)).toEqual([]);
      await models.write(batch(5n));
      expect(await positions()).toEqual([1n, 1n, 6n]);
    }),
  );

  it(
    'lets one of many win that move a checkpoint from the same place',
    withUsers(async (models) => {
      for (const after of ['none', 1n] as const) {
        const position = after === 'none' ? 1n : 2n;
        const writes = Array.from({ length: 10 }, (_, i) => models.write(moving(position, after, [put('a', i)])));
        const outcomes = await Promise.allSettled(writes);
        expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        const winner = outcomes.findIndex(({ status }) => status === 'fulfilled');
        expect(await contents(models)).toEqual([{ _id: 'a', value: winner }]);
      }
    }),
  );

  it(
    'counts what was called before, though it is not answered yet',
    withUsers(async (models) => {
      const writes = Array.from({ length: 50 }, (_, i) => {
        const after = i === 0 ? 'none' : BigInt(i - 1);
        return models.write(moving(BigInt(i), after, [put('a', i)]));
      });
      void writes.splice(20, 0, models.write({ operations: [put('b', 1)] }));
      await Promise.all(writes);
      expect(await models.checkpoint('p')).toBe(49n);
      expect(await contents(models)).toEqual([
        { _id: 'a', value: 49 },
        { _id: 'b', value: 1 },
      ]);
    }),
  );

  it(
    'writes what is called beside a refused batch',
    withUsers(async (models) => {
      const outcomes = await Promise.allSettled([
        models.write(moving(1n, 'none', [put('a', 1)])),
        models.write(moving(1n, 'none', [put('b', 1)])),
        models.write({ operations: [put('c', 1)] }),
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect((await contents(models)).map(({ _id }) => _id)).toEqual(['a', 'c']);
    }),
  );

  it(
    'has no checkpoint after a reset',
    withUsers(async (models) => {
      await models.write(moving(7n, 'none', [put('a', 1)]));
      await models.reset(['users'], ['p']);
      await expect(models.write(moving(8n, 7n, [put('b', 1)]))).rejects.toBeInstanceOf(CheckpointMoved);
      await models.write(moving(1n, 'none', [put('c', 1)]));
      expect(await contents(models)).toEqual([{ _id: 'c', value: 1 }]);
    }),
  );
}
