import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { userStream } from '#domain';
import type { EventStore } from '#event-store';
import { openLmdbEventStore } from '#event-store/lmdb';
import { type LeaseClock, systemClock } from '#leases';
import { type MessageBus, type ReceivedMessage, WriterEnded } from '#message-bus';
import { openLmdbMessageBus } from '#message-bus/lmdb';
import { productProfiles, topicsFor, USERS_TOPIC } from '#products';
import { CheckpointMoved, type ReadModels, type WriteBatch } from '#read-models';
import { openLmdbReadModels } from '#read-models/lmdb';
import { SILENT } from '#subscriptions';
import { Relay, RELAY_CHECKPOINT } from './relay.js';
import { StandbyRelay } from './standby-relay.js';

describe('several relays of one log', () => {
  let directory: string;
  let store: EventStore;
  let models: ReadModels;
  let bus: MessageBus;
  let messages: ReceivedMessage[];
  let arrived: EventTarget;
  let appended: string[];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rollcall-relays-'));
    store = await openLmdbEventStore({ directory: join(directory, 'log') });
    models = await openLmdbReadModels({ directory: join(directory, 'models') });
    bus = await openLmdbMessageBus({ directory: join(directory, 'bus') });
    await bus.declareTopics(topicsFor(productProfiles));
    messages = [];
    appended = [];
    arrived = new EventTarget();
    await bus.consume({ group: 'spec', topics: [USERS_TOPIC] }, async (batch) => {
      messages.push(...batch);
      arrived.dispatchEvent(new Event('message'));
    });
  });

  afterEach(async () => {
    for (const part of [bus, models, store]) await part[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });

  async function append(): Promise<void> {
    const revision = appended.length - 1;
    const id = `00000000-0000-4000-8000-${String(appended.length).padStart(12, '0')}`;
    const metadata = {
      tenant: 'acme',
      correlationId: 'r',
      causationId: 'r',
      occurredAt: '2026-01-01T00:00:00.000Z',
      schemaVersion: 1,
    };
    const event =
      revision < 0
        ? { type: 'UserProvisioned', data: { resource: { userName: 'ana@x.io', active: true } } }
        : { type: 'UserUpdated', data: { changes: { title: `T${revision}` } } };
    await store.append(userStream('acme', 'u1'), [{ id, ...event, metadata }], revision < 0 ? 'noStream' : revision);
    appended.push(id);
  }

  const ids = () => messages.map(({ headers }) => headers['ce_id']);

  /** Resolves when the last event has come. */
  async function delivered(): Promise<void> {
    while (ids().at(-1) !== appended.at(-1)) await once(arrived, 'message');
  }

  const parts = () => ({ store, readModels: models, bus, products: productProfiles, log: SILENT });
  /** By which no lease ends that its holder has not given up. */
  const clock: LeaseClock = { ...systemClock, now: () => 0 };

  it('take turns: when one stops, another goes on where it was', async () => {
    const relays = [1, 2].map(() => new StandbyRelay({ ...parts(), leases: models, clock }));
    await Promise.all(relays.map((relay) => relay.start()));
    await append();
    await delivered();
    expect(relays.filter(({ isRelaying }) => isRelaying)).toHaveLength(1);
    await relays.find(({ isRelaying }) => isRelaying)?.stop();
    await append();
    await delivered();
    expect(ids()).toEqual(appended);
    await Promise.all(relays.map((relay) => relay.stop()));
  });

  it('publish nothing twice: the one before is refused, ends, and leaves the checkpoint alone', async () => {
    const former = new Relay(parts());
    await former.start();
    await append();
    await delivered();
    const next = new Relay(parts());
    await next.start();
    await append();
    await delivered();
    if (!former.ended.aborted) await once(former.ended, 'abort');
    expect(former.ended.reason).toBeInstanceOf(WriterEnded);
    await next.stop();
    const checkpoint = await models.checkpoint(RELAY_CHECKPOINT);
    await former.stop();
    expect(await models.checkpoint(RELAY_CHECKPOINT)).toBe(checkpoint);
    expect(checkpoint).toBe(await store.lastPosition());
    expect(new Set(ids())).toEqual(new Set(appended));
    expect(ids().filter((id) => id === appended[1])).toHaveLength(1);
  });

  it('store nothing behind the back of the one that came later', async () => {
    let release = (): void => undefined;
    let held = Promise.resolve();
    const slow = new Proxy(models, {
      get: (target, name) => {
        if (name === 'write') return (batch: WriteBatch) => held.then(() => target.write(batch));
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    const former = new Relay({ ...parts(), readModels: slow });
    await former.start();
    held = new Promise<void>((resolve) => (release = resolve));
    await append();
    await delivered();
    const next = new Relay(parts());
    await next.start();
    // What was published and not stored comes again, with the same id.
    while (ids().length < 2) await once(arrived, 'message');
    expect(ids()).toEqual([appended[0], appended[0]]);
    release();
    await former.stop();
    expect(former.ended.reason).toBeInstanceOf(CheckpointMoved);
    await next.stop();
    expect(await models.checkpoint(RELAY_CHECKPOINT)).toBe(await store.lastPosition());
  });

  it('begin anew where one was ended, and lose nothing', async () => {
    const relay = new StandbyRelay({ ...parts(), leases: undefined });
    await relay.start();
    await append();
    await delivered();
    await (await bus.openWriter('relay'))[Symbol.asyncDispose]();
    await append();
    await delivered();
    expect(new Set(ids())).toEqual(new Set(appended));
    await relay.stop();
    expect(relay.isRelaying).toBe(false);
  });

  it('do not begin where the bus is gone, and say so', async () => {
    await bus[Symbol.asyncDispose]();
    await expect(new StandbyRelay({ ...parts(), leases: undefined }).start()).rejects.toThrow('closing');
    bus = await openLmdbMessageBus({ directory: join(directory, 'bus') });
  });
});
