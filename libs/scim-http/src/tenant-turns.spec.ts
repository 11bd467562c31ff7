import { setImmediate as turn } from 'node:timers/promises';
import { TenantTurns } from './tenant-turns.js';

describe('TenantTurns', () => {
  const turns = () => new TenantTurns({ atOnce: 2, waiting: 3, what: 'things' });
  const task = () => {
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    return { end, work: () => ended };
  };

  it('runs so many of a tenant at once, the others in the order they came, and refuses what is more', async () => {
    const subject = turns();
    const begun: number[] = [];
    const tasks = Array.from({ length: 6 }, task);
    const results = tasks.map(({ work }, n) =>
      subject.run('acme', () => {
        begun.push(n);
        return work();
      }),
    );
    await expect(results[5]).rejects.toMatchObject({ kind: 'tooManyRequests', retryAfterSeconds: 5 });
    expect(begun).toEqual([0, 1]);
    tasks[1]?.end();
    await results[1];
    await turn();
    expect(begun).toEqual([0, 1, 2]);
    for (const { end } of tasks) end();
    await Promise.allSettled(results);
    expect(begun).toEqual([0, 1, 2, 3, 4]);
    await subject.run('acme', async () => undefined);
  });

  it('lets no tenant wait for another', async () => {
    const subject = turns();
    const { work, end } = task();
    const busy = [1, 2, 3].map(() => subject.run('acme', work));
    await expect(subject.run('other', async () => 'done')).resolves.toBe('done');
    end();
    await Promise.all(busy);
  });

  it('goes on behind what throws', async () => {
    const subject = turns();
    const failing = [1, 2, 3, 4].map(() => subject.run('acme', () => Promise.reject(new Error('x'))));
    await Promise.allSettled(failing);
    await expect(subject.run('acme', async () => 'done')).resolves.toBe('done');
  });
});
