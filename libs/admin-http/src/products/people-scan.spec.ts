import type { ReadYourWrites } from '#handlers';
import type { Query, ReadModels } from '#read-models';
import { PeopleScan } from './people-scan.js';

const ids = Array.from({ length: 250 }, (_, i) => `u${String(i).padStart(4, '0')}`);

/** As much of read models as a scan asks for. */
function scanOver(found: readonly string[], asked: (limit: number) => void = () => undefined): PeopleScan {
  const models = {
    count: () => Promise.resolve(found.length),
    find: (_collection: string, { filter, limit = 0 }: Query) => {
      asked(limit);
      const { $gt, $lt } = filter['_id'] as { $gt: string; $lt: string };
      const behind = found.filter((id) => `acme/${id}` > $gt && `acme/${id}` < $lt);
      const documents = behind.slice(0, limit).map((id) => ({
        _id: `acme/${id}`,
        id,
        status: id === 'u0001' ? 'inactive' : 'active',
        json: `{"schemas":[],"id":"${id}","userName":"${id}@acme.test"`,
      }));
      return Promise.resolve(documents);
    },
  };
  const readYourWrites = { requireCurrent: () => Promise.resolve() };
  return new PeopleScan(models as unknown as ReadModels, readYourWrites as unknown as ReadYourWrites);
}

describe('PeopleScan', () => {
  it('looks at everybody once, in the order of ids, a step at a time', async () => {
    const seen: string[] = [];
    const limits: number[] = [];
    const scan = scanOver(ids, (limit) => limits.push(limit));
    const extent = await scan.over('acme', { withinMs: 60_000 }, ({ id, active, attributes }) => {
      const expected = { active: id !== 'u0001', attributes: { userName: `${id}@acme.test` } };
      expect({ active, attributes }).toEqual(expected);
      seen.push(id);
    });
    expect(seen).toEqual(ids);
    expect(extent).toEqual({ people: 250, lookedAt: 250, complete: true });
    expect(limits).toEqual([100, 100, 100]);
  });

  it('ends when the time is up, and says how far it came', async () => {
    let lookedAt = 0;
    const extent = await scanOver(ids).over('acme', { withinMs: 0 }, () => void lookedAt++);
    expect(lookedAt).toBe(100);
    expect(extent).toEqual({ people: 250, lookedAt: 100, complete: false });
  });

  it('lets other work have its turn, but no second scan', async () => {
    const order: string[] = [];
    const scan = scanOver(ids);
    const look = (name: string) =>
      scan.over('acme', { withinMs: 60_000 }, ({ id }) => {
        if (id === ids[0] || id === ids[249]) order.push(name);
      });
    const both = Promise.all([look('a'), look('b')]);
    setImmediate(() => order.push('other'));
    await both;
    expect(order).toEqual(['a', 'other', 'a', 'b', 'b']);
  });

  it('goes on after a scan that failed', async () => {
    const scan = scanOver(ids);
    const failing = scan.over('acme', { withinMs: 60_000 }, () => {
      throw new Error('no');
    });
    const next = scan.over('acme', { withinMs: 60_000 }, () => undefined);
    await expect(failing).rejects.toThrow('no');
    expect(await next).toMatchObject({ complete: true });
  });

  it('of nobody is complete', async () => {
    expect(await scanOver([]).over('acme', { withinMs: 0 }, () => undefined)).toEqual({
      people: 0,
      lookedAt: 0,
      complete: true,
    });
  });
});
