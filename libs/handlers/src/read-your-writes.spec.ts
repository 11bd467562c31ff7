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
