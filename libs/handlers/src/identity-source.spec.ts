import { systemIdentitySource } from './identity-source.js';

describe('resource ids', () => {
  it('are UUIDs of version 7 whose order is the order of creation', () => {
    const ids = Array.from({ length: 5_000 }, () => systemIdentitySource.newResourceId());
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('begin with the time', () => {
    const before = Date.now();
    const time = parseInt(systemIdentitySource.newResourceId().replaceAll('-', '').slice(0, 12), 16);
    expect(time).toBeGreaterThanOrEqual(before);
    expect(time).toBeLessThanOrEqual(Date.now());
  });
});
