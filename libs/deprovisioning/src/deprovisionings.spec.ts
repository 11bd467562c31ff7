import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventStore } from '#event-store';
import { openLmdbEventStore } from '#event-store/lmdb';
import { encodeCloudEvent, type MessageBus } from '#message-bus';
import { openLmdbMessageBus } from '#message-bus/lmdb';
import { acksTopic, DEACTIVATION_TAKEN_IN, productProfiles } from '#products';
import type { ReadModels } from '#read-models';
import { openLmdbReadModels } from '#read-models/lmdb';
import { SILENT } from '#subscriptions';
import type { DeprovisioningDocument } from './deprovisionings.js';
import { DeprovisioningFollower } from './follow-deprovisionings.js';
import { lateLeavers } from './late-leavers.js';
import { type DeprovisioningsQuery, listDeprovisionings } from './list-deprovisionings.js';

const NOON = Date.parse('2026-01-31T12:00:00.000Z');
const at = (seconds: number): string => new Date(NOON + seconds * 1000).toISOString();

describe('the proof of deprovisioning, from log and acknowledgements', () => {
  let directory: string;
  let store: EventStore;
  let bus: MessageBus;
  let models: ReadModels;
  let follower: DeprovisioningFollower;
  let ids: number;

  const make = (): DeprovisioningFollower =>
    new DeprovisioningFollower({ store, bus, readModels: models, products: productProfiles, log: SILENT });
  const start = async (): Promise<void> => {
    follower = make();
    await follower.start();
  };

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rollcall-deprovisioning-'));
    store = await openLmdbEventStore({ directory: join(directory, 'log') });
    bus = await openLmdbMessageBus({ directory: join(directory, 'bus') });
    models = await openLmdbReadModels({ directory: join(directory, 'models') });
    ids = 0;
    await bus.declareTopics(productProfiles.map(({ id }) => ({ name: acksTopic(id), compacted: true })));
  });
  afterEach(async () => {
    await follower.stop();
    for (const part of [bus, models, store]) await part[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });

  /** @returns position of the event */
  async function record(stream: string, type: string, data: object, seconds = 0): Promise<bigint> {
    let expected: number | 'noStream' = 'noStream';
    for await (const { revision } of store.read(stream, { direction: 'backwards', limit: 1 })) expected = revision;
    const id = `00000000-0000-4000-8000-${String(ids++).padStart(12, '0')}`;
    const metadata = {
      tenant: 'acme',
      correlationId: `r${ids}`,
      causationId: 'c',
      occurredAt: at(seconds),
      schemaVersion: 1,
    };
    const { position } = await store.append(stream, [{ id, type, data, metadata }], expected);
    return position;
  }
  const leave = (user: string, seconds = 0) =>
    record(`user-acme.${user}`, 'UserDeactivated', { reason: 'active=false' }, seconds);
  const comeBack = (user: string, seconds = 0) =>
    record(`user-acme.${user}`, 'UserReactivated', { reason: 'active=true' }, seconds);

  async function acknowledge(product: string, userId: string, position: bigint, seconds: number): Promise<void> {
    const place = { topic: `rollcall.product.${product}`, partition: 0, offset: '7', acknowledgedAt: at(seconds) };
    const data = { product, tenant: 'acme', userId, eventId: 'e', revision: 1, position: `${position}`, ...place };
    const head = { id: `${position}/${product}`, source: `/products/${product}`, subject: userId, time: at(seconds) };
    const message = encodeCloudEvent({
      ...head,
      key: 'k',
      type: DEACTIVATION_TAKEN_IN,
      tenant: 'acme',
      revision: 1,
      data,
    });
    await bus.publish([{ topic: acksTopic(product), messages: [message] }]);
  }
  /** As a product does that starts and has nothing yet to say. */
  const greet = (product: string) =>
    bus.publish([{ topic: acksTopic(product), messages: [{ key: 'p', value: '{}', headers: {} }] }]);

  const list = async (query: Partial<DeprovisioningsQuery> = {}) =>
    (await listDeprovisionings(models, { tenant: 'acme', limit: 100, lateBefore: NOON, ...query })).deprovisionings;

  async function until(holds: (all: readonly DeprovisioningDocument[]) => boolean) {
    for (const end = performance.now() + 60_000; ;) {
      const all = await list();
      if (holds(all)) return all;
      if (performance.now() > end) throw new Error(`not so: ${JSON.stringify(all)}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  const states = ({ products }: DeprovisioningDocument) =>
    Object.entries(products).map(([product, { state }]) => `${product} ${state}`);

  it('waits for the enabled products that acknowledge, and for no other', async () => {
    await greet('wellness');
    await greet('define');
    await record('tenant-acme', 'ProductEnabled', { product: 'define' });
    await record('tenant-acme', 'ProductDisabled', { product: 'hr-assistant' });
    await record('tenant-acme', 'ProductEnabled', { product: 'client-settings' });
    const position = await leave('u1');
    await start();
    const [open] = await until((all) => all.length === 1);
    expect(open && states(open)).toEqual(['wellness expected', 'define expected', 'client-settings silent']);
    await acknowledge('wellness', 'u1', position, 2);
    expect((await until(([one]) => one?.products['wellness']?.state === 'acknowledged'))[0]?.open).toBe(true);
    await acknowledge('define', 'u1', position, 5);
    const [done] = await until(([one]) => one?.open === false);
    expect(done).toMatchObject({ closedBy: 'acknowledged', closedAt: at(5) });
    expect(done?.products['define']).toMatchObject({ elapsedMs: 5_000, offset: '7' });
  });

  it('takes the first acknowledgement, and one of a later change for an earlier, never the other way round', async () => {
    for (const product of ['wellness', 'hr-assistant']) await greet(product);
    const first = await leave('u1');
    await comeBack('u1');
    const second = await leave('u1', 10);
    await start();
    await acknowledge('wellness', 'u1', first, 1);
    await acknowledge('wellness', 'u1', first, 3);
    await acknowledge('hr-assistant', 'u1', second, 11);
    const all = await until(([later]) => later?.products['hr-assistant']?.state === 'acknowledged');
    expect(all.map((one) => one.products)).toEqual([
      { wellness: { state: 'expected' }, 'hr-assistant': expect.objectContaining({ elapsedMs: 1_000 }) },
      {
        wellness: expect.objectContaining({ elapsedMs: 1_000 }),
        'hr-assistant': expect.objectContaining({ elapsedMs: 11_000 }),
      },
    ]);
  });

  it('is closed by a return, whether the log or the products are read first', async () => {
    for (const product of ['wellness', 'hr-assistant']) await greet(product);
    const position = await leave('u1');
    await comeBack('u1', 4);
    await start();
    const [returned] = await until(([one]) => one?.open === false);
    expect(returned).toMatchObject({ closedBy: 'returned', closedAt: at(4) });
    for (const product of ['wellness', 'hr-assistant']) await acknowledge(product, 'u1', position, 6);
    const [proven] = await until(([one]) => one?.closedBy === 'acknowledged');
    expect(proven).toMatchObject({ closedAt: at(6), returnedAt: at(4) });
  });

  it('lists who waits longest first, then who is done, newest first, on pages of any size', async () => {
    for (const product of ['wellness', 'hr-assistant']) await greet(product);
    const positions: bigint[] = [];
    for (let n = 0; n < 6; n++) positions.push(await leave(`u${n}`, n - 3));
    await start();
    for (const n of [1, 4]) {
      for (const product of ['wellness', 'hr-assistant']) await acknowledge(product, `u${n}`, positions[n] ?? 0n, 9);
    }
    await acknowledge('wellness', 'u0', positions[0] ?? 0n, 9);
    await until((all) => all.filter(({ open }) => !open).length === 2 && all.length === 6);
    await until((all) => all[0]?.products['wellness']?.state === 'acknowledged');
    const users = (all: readonly DeprovisioningDocument[]) => all.map(({ userId }) => userId);
    expect(users(await list())).toEqual(['u0', 'u2', 'u3', 'u5', 'u4', 'u1']);
    expect(users(await list({ state: 'late' }))).toEqual(['u0', 'u2']);
    expect(users(await list({ state: 'open' }))).toEqual(['u0', 'u2', 'u3', 'u5']);
    expect(users(await list({ state: 'done' }))).toEqual(['u4', 'u1']);
    expect(users(await list({ state: 'late', product: 'wellness' }))).toEqual(['u2']);
    expect(users(await list({ state: 'done', product: 'wellness' }))).toEqual(['u0', 'u4', 'u1']);
    for (const limit of [1, 2, 4, 5]) {
      const seen: string[] = [];
      for (let cursor: string | undefined; ;) {
        const page = await listDeprovisionings(models, { tenant: 'acme', limit, lateBefore: NOON, cursor });
        seen.push(...users(page.deprovisionings));
        cursor = page.nextCursor;
        if (cursor === undefined) break;
      }
      expect(seen).toEqual(['u0', 'u2', 'u3', 'u5', 'u4', 'u1']);
    }
  });

  it('counts those whom a product should have blocked by now, and nobody else', async () => {
    for (const product of ['wellness', 'hr-assistant']) await greet(product);
    const position = await leave('u1', -100);
    await leave('u2', -90);
    await leave('u3', -80);
    await comeBack('u3');
    await leave('u4', -10);
    expect(make().isFollowing).toBe(false);
    await start();
    expect(follower.isFollowing).toBe(true);
    await until((all) => all.length === 4 && all.filter(({ open }) => open).length === 3);
    const late = async (seconds = -60) =>
      Object.fromEntries(await lateLeavers(models, ['wellness', 'hr-assistant', 'define'], NOON + seconds * 1000));
    expect(await late()).toEqual({ wellness: 2, 'hr-assistant': 2, define: 0 });
    await acknowledge('wellness', 'u1', position, 1);
    await until((all) => all.some(({ products }) => products['wellness']?.state === 'acknowledged'));
    expect(await late()).toEqual({ wellness: 1, 'hr-assistant': 2, define: 0 });
    expect(await late(-95)).toEqual({ wellness: 0, 'hr-assistant': 1, define: 0 });
    expect(await late(0)).toEqual({ wellness: 2, 'hr-assistant': 3, define: 0 });
    await follower.stop();
    expect(follower.isFollowing).toBe(false);
  });

  it('passes over what is no acknowledgement, and goes on after a restart where it was', async () => {
    for (const product of ['wellness', 'hr-assistant']) await greet(product);
    const position = await leave('u1');
    await start();
    const odd = { key: 'k', value: '{"product":7}', headers: { ce_type: DEACTIVATION_TAKEN_IN } };
    await bus.publish([{ topic: acksTopic('wellness'), messages: [odd] }]);
    await acknowledge('wellness', 'u1', position, 1);
    await until(([one]) => one?.products['wellness']?.state === 'acknowledged');
    await follower.stop();
    await acknowledge('hr-assistant', 'u1', position, 2);
    await start();
    expect((await until(([one]) => one?.open === false))[0]).toMatchObject({ closedAt: at(2) });
  });
});
