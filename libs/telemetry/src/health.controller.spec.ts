import { HealthController, type ReadinessCheck } from './health.controller.js';
import { createLogger } from './logger.js';

describe('HealthController', () => {
  const ready = async (...checks: ReadinessCheck[]) => {
    const lines: string[] = [];
    const statuses: number[] = [];
    const controller = new HealthController(checks, createLogger('trace', { write: (line) => lines.push(line) }));
    const body = await controller.ready({ code: (status) => statuses.push(status) });
    return { body, statuses, lines };
  };

  it('is ready when every part is', async () => {
    const { body, statuses } = await ready(
      { name: 'a', check: () => true },
      { name: 'b', check: () => Promise.resolve<true>(true) },
    );
    expect({ body, statuses }).toEqual({ body: { status: 'ready' }, statuses: [] });
  });

  it('tells which parts are not, and of one that fails no more than that', async () => {
    const away = Object.assign(new Error('connect to mongodb://user:secret@db failed'), {
      name: 'ReadModelsUnavailable',
    });
    const { body, statuses, lines } = await ready(
      { name: 'projections', check: () => 'behind by 7' },
      { name: 'engine', check: () => Promise.reject(away) },
      { name: 'other', check: () => true },
    );
    expect(statuses).toEqual([503]);
    expect(body).toEqual({ status: 'not ready', missing: { projections: 'behind by 7', engine: 'does not answer' } });
    expect(lines.join('')).toContain('"part":"engine"');
  });

  it('is ready without a part that it can do without, and tells which', async () => {
    const away = { name: 'read models', degrades: true, check: () => 'away' };
    expect(await ready(away, { name: 'event store', check: () => true })).toMatchObject({
      body: { status: 'degraded', degraded: { 'read models': 'away' } },
      statuses: [],
    });
    expect(await ready(away, { name: 'event store', check: () => 'away' })).toMatchObject({
      body: { status: 'not ready', missing: { 'event store': 'away' }, degraded: { 'read models': 'away' } },
      statuses: [503],
    });
  });
});
