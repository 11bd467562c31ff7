import { ReadYourWrites } from './read-your-writes.js';

/** Progress that a spec moves. */
function progressAt(current: bigint | undefined) {
  const progress = {
    current,
    waits: [] as [bigint, number][],
    waitFor(position: bigint, timeoutMs: number): Promise<boolean> {
      progress.waits.push([position, timeoutMs]);
      return Promise.resolve((progress.current ?? -1n) >= position);
    },
  };
  return progress;
}

describe('ReadYourWrites', () => {
  it('waits for what was written, and not for what changed nothing', async () => {
    const progress = progressAt(5n);
    const readYourWrites = new ReadYourWrites(progress, { writeWaitMs: 10, listWaitMs: 3 });
    await readYourWrites.acknowledge(undefined);
    await readYourWrites.acknowledge(5n);
    expect(progress.waits).toEqual([[5n, 10]]);
  });

  describe('for a write that only lists show', () => {
    const limits = { writeWaitMs: 10, listWaitMs: 3 };

    it('waits like any other where somebody else may be asked for the list', async () => {
      const progress = progressAt(5n);
      await new ReadYourWrites(progress, limits).acknowledgeListed(7n);
      expect(progress.waits).toEqual([[7n, 10]]);
    });

    it('lets the list wait where this process alone is asked', async () => {
      const progress = progressAt(5n);
      const readYourWrites = new ReadYourWrites(progress, { ...limits, soleWriter: true });
      expect(readYourWrites.acknowledgeListed(undefined)).toBeUndefined();
      expect(readYourWrites.acknowledgeListed(7n)).toBeUndefined();
      await expect(readYourWrites.requireCurrent()).rejects.toMatchObject({ kind: 'unavailable' });
      expect(progress.waits).toEqual([[7n, 3]]);
      progress.current = 7n;
      await expect(readYourWrites.requireCurrent()).resolves.toBeUndefined();
    });

    it('waits after all once it is a thousand writes ahead, and no longer when the read model has come along', () => {
      const progress = progressAt(0n);
      const readYourWrites = new ReadYourWrites(progress, { ...limits, soleWriter: true });
      const waits = (from: number, to: number) => {
        let count = 0;
        for (let n = from; n < to; n++) if (readYourWrites.acknowledgeListed(BigInt(n))) count++;
        return count;
      };
      expect(waits(1, 1_000)).toBe(0);
      expect(waits(1_000, 1_100)).toBeGreaterThan(90);
      progress.current = 1_099n;
      expect(waits(1_100, 2_000)).toBe(0);
    });
  });

  describe('where other processes write and share the read models', () => {
    const limits = { writeWaitMs: 60_000, listWaitMs: 3, sharedReadModels: true };

    it('asks the log once for as long as a write may wait, unless the read models are behind again', async () => {
      const progress = progressAt(7n);
      let asked = 0;
      const newest = () => {
        asked += 1;
        return Promise.resolve(7n);
      };
      const readYourWrites = new ReadYourWrites(progress, { ...limits, newest });
      await readYourWrites.requireCurrent();
      await readYourWrites.requireCurrent();
      expect(asked).toBe(1);
      progress.current = undefined; // somebody rebuilds them
      await expect(readYourWrites.requireCurrent()).rejects.toMatchObject({ kind: 'unavailable' });
      progress.current = 6n;
      await expect(readYourWrites.requireCurrent()).rejects.toMatchObject({ kind: 'unavailable' });
      progress.current = 7n;
      await expect(readYourWrites.requireCurrent()).resolves.toBeUndefined();
    });
  });

  it('refuses lists while they would not show an acknowledged write, and no longer', async () => {
    const progress = progressAt(undefined);
    const readYourWrites = new ReadYourWrites(progress, { writeWaitMs: 10, listWaitMs: 3 });
    await expect(readYourWrites.requireCurrent()).resolves.toBeUndefined();
    await readYourWrites.acknowledge(7n);
    await expect(readYourWrites.requireCurrent()).rejects.toMatchObject({ kind: 'unavailable', retryAfterSeconds: 1 });
    progress.current = 7n;
    await expect(readYourWrites.requireCurrent()).resolves.toBeUndefined();
  });
});
