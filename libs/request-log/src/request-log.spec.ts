import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReadModels } from '#read-models';
import { openLmdbReadModels } from '#read-models/lmdb';
import { type NotedRequest, REQUEST_LOG_LIMITS, RequestLog } from './request-log.js';

const aRefusal = (about: Partial<NotedRequest> = {}): NotedRequest => ({
  tenant: 'acme',
  connectionId: 'c1',
  kind: 'refusal',
  requestId: '0a1b',
  method: 'POST',
  target: '/scim/v2/acme/Users?filter=userName%20eq%20"ana@x.io"',
  status: 409,
  scimType: 'uniqueness',
  detail: 'userName "ana@x.io" is already taken.',
  cause: 'duplicateUserName',
  ...about,
});

describe('RequestLog', () => {
  let directory: string;
  let store: ReadModels;
  let now: number;
  const warnings: unknown[] = [];
  const open = async () => {
    const log = new RequestLog({
      store,
      tenantExists: (tenant) => Promise.resolve(tenant === 'acme'),
      now: () => now++,
      log: { warn: (about) => warnings.push(about) },
    });
    await log.start();
    return log;
  };
  let log: RequestLog;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'request-log-'));
    store = await openLmdbReadModels({ directory });
    now = Date.parse('2026-11-22T08:00:00Z');
    log = await open();
  });
  afterEach(async () => {
    await log.stop();
    await store[Symbol.asyncDispose]();
    await rm(directory, { recursive: true });
  });

  const idsOf = async (query: object = {}) =>
    (await log.list({ tenant: 'acme', limit: 5_000, ...query })).requests.map(({ requestId }) => requestId);

  it('keeps a refusal without its values, across a restart', async () => {
    log.note(aRefusal());
    await log.stop();
    log = await open();
    const { requests } = await log.list({ tenant: 'acme', limit: 10 });
    expect(requests).toEqual([
      {
        _id: expect.any(String),
        tenant: 'acme',
        connectionId: 'c1',
        bucket: 'acme/c1',
        kind: 'refusal',
        at: '2026-11-22T08:00:00.000Z',
        requestId: '0a1b',
        method: 'POST',
        path: '/scim/v2/acme/Users?filter=userName eq …',
        status: 409,
        scimType: 'uniqueness',
        detail: 'userName "…" is already taken.',
        cause: 'duplicateUserName',
      },
    ]);
  });

  it('lists the newest first, page by page, by connection and by status', async () => {
    for (let n = 0; n < 25; n++) {
      log.note(aRefusal({ requestId: `a${n}`, connectionId: n % 2 ? 'c1' : 'c2', status: n % 5 ? 400 : 401 }));
    }
    const all = Array.from({ length: 25 }, (_, n) => 24 - n);
    expect(await idsOf()).toEqual(all.map((n) => `a${n}`));
    expect(await idsOf({ connectionId: 'c1' })).toEqual(all.filter((n) => n % 2).map((n) => `a${n}`));
    expect(await idsOf({ status: 401 })).toEqual(all.filter((n) => n % 5 === 0).map((n) => `a${n}`));
    expect(await idsOf({ status: 401, connectionId: 'c1' })).toEqual(['a15', 'a5']);
    const paged: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await log.list({ tenant: 'acme', limit: 10, cursor });
      paged.push(...page.requests.map(({ requestId }) => requestId));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(paged).toEqual(all.map((n) => `a${n}`));
  });

  it('keeps the order of what comes in one millisecond', async () => {
    const instant = now;
    for (let n = 0; n < 5; n++) {
      now = instant;
      log.note(aRefusal({ requestId: `a${n}` }));
    }
    expect(await idsOf()).toEqual(['a4', 'a3', 'a2', 'a1', 'a0']);
  });

  it('keeps the newest of each connection, and no more of strangers than cannot crowd them out', async () => {
    const { perConnection, strangers } = REQUEST_LOG_LIMITS;
    log.note(aRefusal({ requestId: 'quiet', connectionId: 'quiet' }));
    for (let round = 0; round < 3; round++) {
      for (let n = 0; n < perConnection / 2; n++) {
        log.note(aRefusal({ requestId: `a${round}-${n}` }));
        log.note(aRefusal({ requestId: `b${round}-${n}`, connectionId: undefined, status: 401 }));
      }
      await log.flush();
    }
    const kept = await idsOf();
    expect(kept.filter((id) => id.startsWith('a')).length).toBe(perConnection);
    expect(kept.filter((id) => id.startsWith('b')).length).toBe(strangers);
    expect(kept).toContain('quiet');
    expect(kept.filter((id) => id.startsWith('a'))[0]).toBe(`a2-${perConnection / 2 - 1}`);
  });

  it('takes in no more than it can hold, and says so', async () => {
    for (let n = 0; n < REQUEST_LOG_LIMITS.waiting + 7; n++) log.note(aRefusal());
    await log.flush();
    expect(warnings).toContainEqual({ passedOver: 7 });
    expect((await log.contacts(['c1'])).get('c1')?.refusals).toBe(REQUEST_LOG_LIMITS.waiting + 7);
  });

  it('remembers nothing of tenants that there are not', async () => {
    log.note(aRefusal({ tenant: 'nowhere', connectionId: undefined }));
    await log.flush();
    expect(await idsOf({ tenant: 'nowhere' })).toEqual([]);
  });

  it('counts contacts on from what is written, and forgets no time it knew', async () => {
    const first = log.contactOf('acme', 'c1');
    first.came(now);
    first.succeeded(now);
    await log.stop();
    log = await open();
    now = Date.parse('2026-11-22T09:00:00Z');
    log.contactOf('acme', 'c1').came(now);
    log.note(aRefusal());
    expect((await log.contacts(['c1', 'c2'])).get('c1')).toEqual({
      _id: 'c1',
      tenant: 'acme',
      requests: 2,
      refusals: 1,
      lastRequestAt: '2026-11-22T09:00:00.000Z',
      lastSuccessAt: '2026-11-22T08:00:00.000Z',
      lastRefusalAt: '2026-11-22T09:00:00.000Z',
    });
    expect((await log.contacts(['c2'])).size).toBe(0);
  });

  it('lets go of what is older than it keeps', async () => {
    log.note(aRefusal({ requestId: 'old' }));
    await log.flush();
    now += (REQUEST_LOG_LIMITS.days + 1) * 86_400_000;
    log.note(aRefusal({ requestId: 'new' }));
    await log.flush();
    await log.ageOut();
    expect(await idsOf()).toEqual(['new']);
  });
});
