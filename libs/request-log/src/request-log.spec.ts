import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ReadModels, ReadModelsUnavailable } from '#read-models';
import { openLmdbReadModels } from '#read-models/lmdb';
import type { Call } from './calls/call.js';
import type { CallsQuery, FoundCall } from './calls/find-calls.js';
import { CALLS_CURSOR } from './calls/find-calls.js';
import { CALL_BLOCKS, type CallBlock } from './calls/call-block.js';
import { REQUEST_LOG_LIMITS, RequestLog, type RequestLogOptions } from './request-log.js';

const START = Date.parse('2026-11-22T08:00:00Z');
const DAY = 86_400_000;
const ANA = '0199c2f5-7c7e-7a3a-8f0e-2f6f1f0f9a11';

describe('RequestLog', () => {
  let directory: string;
  let store: ReadModels;
  let now: number;
  let requests = 0;
  const warnings: unknown[] = [];
  const open = async (options: Partial<RequestLogOptions> = {}) => {
    const opened = new RequestLog({
      store,
      retention: { days: 30, connectionBytes: 10_000_000, bytes: 100_000_000 },
      tenantExists: (tenant) => Promise.resolve(tenant === 'acme'),
      now: () => now,
      log: { warn: (about) => warnings.push(about) },
      ...options,
    });
    await opened.start();
    return opened;
  };
  let log: RequestLog;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'request-log-'));
    store = await openLmdbReadModels({ directory });
    now = START;
    warnings.length = 0;
    log = await open();
  });
  afterEach(async () => {
    await log.stop();
    await store[Symbol.asyncDispose]();
    await rm(directory, { recursive: true });
  });

  /** A request id of this moment; each call takes a millisecond. */
  const arrived = (): Pick<Call, 'requestId' | 'at'> => {
    const hex = now.toString(16).padStart(12, '0');
    const number = (requests++).toString(16).padStart(12, '0');
    return { requestId: `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-${number}`, at: now++ };
  };
  const aSuccess = (about: Partial<Call> = {}): Call => ({
    kind: 'success',
    ...arrived(),
    method: 'GET',
    target: `/scim/v2/acme/Users/${ANA}`,
    status: 200,
    tookMs: 0.25,
    credentialId: 'k1',
    ...about,
  });
  const aRefusal = (about: Partial<Call> = {}): Call => ({
    kind: 'refusal',
    ...arrived(),
    method: 'POST',
    target: '/scim/v2/acme/Users?filter=userName%20eq%20"ana@x.io"',
    status: 409,
    tookMs: 1,
    scimType: 'uniqueness',
    detail: 'userName "ana@x.io" is already taken.',
    cause: 'duplicateUserName',
    ...about,
  });
  const list = (query: Partial<CallsQuery> = {}) => log.list({ tenant: 'acme', limit: 10_000, ...query });
  const idsOf = async (query: Partial<CallsQuery> = {}) => (await list(query)).calls.map(({ requestId }) => requestId);
  const contact = (id = 'c1') => log.contactOf('acme', id);
  const blocks = () => store.find<CallBlock>(CALL_BLOCKS.name, { filter: {} });

  it('keeps calls without their values, across a restart', async () => {
    const created = aSuccess({
      method: 'POST',
      target: '/scim/v2/acme/Users',
      status: 201,
      tookMs: 12.345,
      location: `https://scim.example/scim/v2/acme/Users/${ANA}`,
      body: { userName: 'ana@x.io', active: true },
      answer: JSON.stringify({ id: ANA, userName: 'ana@x.io' }),
    });
    contact().succeeded(created);
    now += 19;
    const refused = aRefusal({ body: { userName: 'ana@x.io' } });
    contact().refused(refused);
    await log.stop();
    log = await open();
    expect((await list({ limit: 10 })).calls).toEqual([
      {
        kind: 'refusal',
        requestId: refused.requestId,
        connectionId: 'c1',
        method: 'POST',
        path: '/scim/v2/acme/Users?filter=userName eq …',
        status: 409,
        at: START + 20,
        tookMs: 1,
        scimType: 'uniqueness',
        detail: 'userName "…" is already taken.',
        cause: 'duplicateUserName',
        body: { userName: '…' },
      },
      {
        kind: 'success',
        requestId: created.requestId,
        connectionId: 'c1',
        method: 'POST',
        path: '/scim/v2/acme/Users',
        status: 201,
        at: START,
        tookMs: 12.3,
        credentialId: 'k1',
        resourceId: ANA,
        body: { userName: '…', active: true },
        answer: { id: ANA, userName: '…' },
      },
    ]);
  });

  it('lists the last answered first, page by page, of several connections and series at once', async () => {
    const expected: string[] = [];
    for (let n = 0; n < 300; n++) {
      const call = n % 3 === 0 ? aRefusal() : aSuccess();
      if (n % 3 === 0) contact(`c${n % 7}`).refused(call);
      else contact(`c${n % 7}`).succeeded(call);
      expected.unshift(call.requestId);
      // Blocks of different age and length.
      if (n % 41 === 0) await log.flush();
    }
    expect(await idsOf()).toEqual(expected);
    for (const limit of [1, 7, 100]) {
      const paged: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await list({ limit, cursor });
        expect(page.calls.length).toBeLessThanOrEqual(limit);
        paged.push(...page.calls.map(({ requestId }) => requestId));
        cursor = page.nextCursor;
        if (cursor !== undefined) expect(cursor).toMatch(CALLS_CURSOR);
      } while (cursor !== undefined);
      expect(paged).toEqual(expected);
    }
  });

  it('goes on behind the place where a page ended, whatever has come since', async () => {
    for (let n = 0; n < 10; n++) contact().succeeded(aSuccess({ at: START, tookMs: 0 }));
    const all = await idsOf();
    const { nextCursor } = await list({ limit: 4 });
    contact().succeeded(aSuccess());
    contact('c2').refused(aRefusal());
    expect(await idsOf({ cursor: nextCursor })).toEqual(all.slice(4));
  });

  it('narrows by connection, kind, status, method, cause, path, request, resource and time', async () => {
    const other = ANA.replace('11', '22');
    const calls = {
      read: aSuccess(),
      created: aSuccess({ method: 'POST', target: '/scim/v2/acme/Users', status: 201, location: `/x/Users/${other}` }),
      group: aSuccess({
        method: 'PATCH',
        target: `/scim/v2/acme/Groups/${ANA.replace('11', '33')}`,
        body: { Operations: [{ op: 'add', path: 'members', value: [{ value: other }] }] },
      }),
    };
    for (const call of Object.values(calls)) contact().succeeded(call);
    const refused = aRefusal();
    const malformed = aRefusal({ status: 400, cause: 'malformedJson', detail: 'The body is not valid JSON.' });
    contact('c2').refused(refused);
    contact('c2').refused(malformed);
    const hint = { ...aRefusal({ kind: 'hint', status: 200, cause: 'wrongNamespace', detail: 'x' }) };
    contact('c2').hint(hint);
    const is = (...some: Call[]) => some.map(({ requestId }) => requestId);
    const { read, created, group } = calls;
    expect(await idsOf({ connectionId: 'c1' })).toEqual(is(group, created, read));
    expect(await idsOf({ kinds: ['success'] })).toEqual(is(group, created, read));
    expect(await idsOf({ kinds: ['hint'] })).toEqual(is(hint));
    expect(await idsOf({ kinds: ['refusal', 'hint'], connectionId: 'c1' })).toEqual([]);
    expect(await idsOf({ status: 409 })).toEqual(is(refused));
    expect(await idsOf({ status: 4 })).toEqual(is(malformed, refused));
    expect(await idsOf({ status: 2 })).toEqual(is(hint, group, created, read));
    expect(await idsOf({ method: 'PATCH' })).toEqual(is(group));
    expect(await idsOf({ cause: 'malformedJson' })).toEqual(is(malformed));
    expect(await idsOf({ path: '/Groups' })).toEqual(is(group));
    expect(await idsOf({ requestId: read.requestId })).toEqual(is(read));
    expect(await idsOf({ resourceId: other })).toEqual(is(group, created));
    expect(await idsOf({ from: created.at })).toEqual(is(hint, malformed, refused, group, created));
    expect(await idsOf({ to: created.at })).toEqual(is(read));
    expect(await idsOf({ tenant: 'other' })).toEqual([]);
  });

  it('finds one request by its id alone, with what else there is about it', async () => {
    for (let n = 0; n < 1_000; n++) contact().succeeded(aSuccess());
    const call = aSuccess({ tookMs: 2_500 });
    contact().hint({ ...call, kind: 'hint', cause: 'wrongNamespace', detail: 'x' });
    now += 2_500;
    for (let n = 0; n < 1_000; n++) contact().succeeded(aSuccess());
    contact().succeeded(call);
    await log.flush();
    for (let n = 0; n < 1_000; n++) contact('c2').succeeded(aSuccess());
    const found = await log.find('acme', call.requestId);
    expect(found.map(({ kind }: FoundCall) => kind).sort()).toEqual(['hint', 'success']);
    expect(await log.find('other', call.requestId)).toEqual([]);
    expect(await log.find('acme', ANA)).toEqual([]);
    expect(await log.find('acme', 'nothing')).toEqual([]);
  });

  it('packs a flood into few blocks, of a bounded span each', async () => {
    for (let n = 0; n < 5_000; n++) contact().succeeded(aSuccess());
    now += 60_000;
    contact().succeeded(aSuccess());
    expect((await idsOf()).length).toBe(5_000 + 1);
    const written = await blocks();
    expect(written.length).toBeLessThan(10);
    expect(written.every(({ from, to }) => to - from <= 10_002)).toBe(true);
    expect(written.reduce((sum, { text }) => sum + text.length, 0) / 5_000).toBeLessThan(80);
  });

  it('keeps no more bodies in a second than the pace of identity providers needs', () => {
    const { bodies, refusedBodies } = REQUEST_LOG_LIMITS;
    const kept = (isRefusal: boolean, at: number) =>
      Array.from({ length: 500 }, () => contact().mayKeepBodies(at, isRefusal)).filter(Boolean).length;
    expect(kept(false, START)).toBe(bodies);
    expect(kept(true, START)).toBe(refusedBodies);
    expect(kept(false, START + 1_000)).toBe(bodies);
    const all = Array.from({ length: 100 }, (_, n) =>
      Array.from({ length: bodies }, () => contact(`d${n}`).mayKeepBodies(START + 2_000)),
    );
    expect(all.flat().filter(Boolean).length).toBe(REQUEST_LOG_LIMITS.allBodies);
  });

  it('keeps of successes what it is told to', async () => {
    await log.stop();
    log = await open({ successes: 'summaries' });
    expect(contact().mayKeepBodies(START)).toBe(false);
    contact().succeeded(aSuccess());
    expect((await idsOf()).length).toBe(1);
    await log.stop();
    log = await open({ successes: 'none' });
    contact().succeeded(aSuccess());
    contact().refused(aRefusal());
    expect((await idsOf()).length).toBe(2);
    expect((await log.contacts(['c1'])).get('c1')?.lastSuccessAt).toBeDefined();
  });

  it('lets the oldest of a connection go, its successes and its refusals apart, and strangers crowd out nothing', async () => {
    await log.stop();
    log = await open({ retention: { days: 30, connectionBytes: 100_000, bytes: 100_000_000 } });
    contact('quiet').succeeded(aSuccess());
    contact().refused(aRefusal());
    await log.flush();
    let newest = '';
    for (let round = 0; round < 40; round++) {
      for (let n = 0; n < 200; n++) contact().succeeded(aSuccess());
      newest = aSuccess().requestId;
      contact().succeeded(aSuccess({ requestId: newest }));
      log.refusedStranger('acme', aRefusal({ cause: 'unknownToken' }));
      await log.flush();
    }
    const bytes = (await blocks())
      .filter(({ bucket, series }) => bucket === 'acme/c1' && series === 'successes')
      .reduce((sum, { text }) => sum + text.length, 0);
    expect(bytes).toBeLessThanOrEqual(100_000);
    expect(bytes).toBeGreaterThan(50_000);
    expect((await list({ connectionId: 'quiet' })).calls.length).toBe(1);
    expect((await list({ connectionId: 'c1', kinds: ['refusal'] })).calls.length).toBe(1);
    expect((await list({ connectionId: 'c1', limit: 1 })).calls[0]?.requestId).toBe(newest);
  });

  it('bounds what all connections take together', async () => {
    await log.stop();
    log = await open({ retention: { days: 30, connectionBytes: 10_000_000, bytes: 50_000 } });
    for (let round = 0; round < 30; round++) {
      for (let n = 0; n < 100; n++) contact(`c${round}`).succeeded(aSuccess());
      await log.flush();
    }
    const bytes = (await blocks()).reduce((sum, { text }) => sum + text.length, 0);
    expect(bytes).toBeLessThanOrEqual(50_000);
    expect((await list({ connectionId: 'c29' })).calls.length).toBe(100);
    expect((await list({ connectionId: 'c0' })).calls.length).toBe(0);
  });

  it('lets go of what is older than it keeps', async () => {
    contact().succeeded(aSuccess());
    await log.flush();
    now += 31 * DAY;
    const fresh = aSuccess();
    contact().succeeded(fresh);
    await log.flush();
    await log.ageOut();
    expect(await idsOf()).toEqual([fresh.requestId]);
  });

  it('tries again what could not be written', async () => {
    const write = store.write.bind(store);
    store.write = () => Promise.reject(new ReadModelsUnavailable('away'));
    contact().refused(aRefusal());
    await expect(log.flush()).rejects.toThrow('away');
    store.write = write;
    contact().refused(aRefusal());
    expect((await idsOf()).length).toBe(2);
  });

  it('takes in no more of strangers than it can hold, and says so', async () => {
    for (let n = 0; n < REQUEST_LOG_LIMITS.strangers + 7; n++) log.refusedStranger('acme', aRefusal());
    await log.flush();
    expect(warnings).toContainEqual({ passedOver: 7 });
  });

  it('counts what strangers were refused, and remembers nothing of tenants that there are not', async () => {
    log.refusedStranger('nowhere', aRefusal());
    log.refusedStranger('acme', aRefusal({ cause: 'noToken' }));
    await log.flush();
    const last = aRefusal({ cause: 'unknownToken' });
    log.refusedStranger('acme', last);
    expect(await log.strangersOf('acme')).toMatchObject({
      refusals: 2,
      cause: 'unknownToken',
      lastRefusalAt: new Date(last.at).toISOString(),
    });
    expect(await log.strangersOf('nowhere')).toBeUndefined();
    expect(await idsOf({ tenant: 'nowhere' })).toEqual([]);
    expect((await list()).calls.map(({ connectionId }) => connectionId)).toEqual([undefined, undefined]);
  });

  it('counts contacts on from what is written, and forgets no time it knew', async () => {
    contact().came(now);
    contact().succeeded(aSuccess({ at: START, tookMs: 0 }));
    await log.stop();
    log = await open();
    now = START + 3_600_000;
    contact().came(now);
    contact().refused(aRefusal({ cause: 'unknownResource' }));
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
});
