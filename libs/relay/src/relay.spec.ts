import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventStore, NewEvent } from '#event-store';
import { openLmdbEventStore } from '#event-store/lmdb';
import type { MessageBus, ReceivedMessage } from '#message-bus';
import { openLmdbMessageBus } from '#message-bus/lmdb';
import { productProfiles, type ViewMessage } from '#products';
import { openLmdbReadModels } from '#read-models/lmdb';
import type { ReadModels } from '#read-models';
import { SILENT } from '#subscriptions';
import { Relay, RELAY_CHECKPOINT } from './relay.js';

const user = 'user-acme.u1';
let ids = 0;
const event = (type: string, data: object): NewEvent => ({
  id: `00000000-0000-4000-8000-${String(ids++).padStart(12, '0')}`,
  type,
  data,
  metadata: {
    tenant: 'acme',
    correlationId: 'r',
    causationId: 'r',
    occurredAt: '2026-01-01T00:00:00.000Z',
    schemaVersion: 1,
  },
});

interface World extends AsyncDisposable {
  readonly store: EventStore;
  readonly models: ReadModels;
  readonly bus: MessageBus;
}

async function world(): Promise<World> {
  const directory = await mkdtemp(join(tmpdir(), 'rollcall-relay-'));
  const store = await openLmdbEventStore({ directory: join(directory, 'log') });
  const models = await openLmdbReadModels({ directory: join(directory, 'models') });
  const bus = await openLmdbMessageBus({ directory: join(directory, 'bus') });
  return {
    store,
    models,
    bus,
    [Symbol.asyncDispose]: async () => {
      for (const part of [bus, models, store]) await part[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Collects a topic, and resolves `until` once a message with that event id has come. */
async function collect(bus: MessageBus, topic: string) {
  const messages: ReceivedMessage[] = [];
  const waiting = new Map<string, () => void>();
  await bus.consume({ group: `spec-${topic}`, topics: [topic] }, async (batch) => {
    for (const message of batch) {
      messages.push(message);
      waiting.get(message.headers['ce_id'] ?? '')?.();
    }
  });
  const until = (id: string) =>
    new Promise<void>((resolve) => {
      if (messages.some(({ headers }) => headers['ce_id'] === id)) resolve();
      else waiting.set(id, resolve);
    });
  return { messages, until };
}

const relayOn = ({ store, models, bus }: World) =>
  new Relay({ store, readModels: models, bus, products: productProfiles, log: SILENT });

describe('Relay', () => {
  it('publishes every change as it is, and a view only where the product sees a difference', async () => {
    await using parts = await world();
    const relay = relayOn(parts);
    await relay.start();
    const changes = await collect(parts.bus, 'rollcall.users');
    const views = await collect(parts.bus, 'rollcall.product.wellness');
    const told = [
      event('UserProvisioned', {
        resource: { userName: 'ana@x.io', active: true, name: { givenName: 'Ana', familyName: 'Lee' } },
      }),
      event('UserUpdated', { changes: { nickName: 'An' } }), // no key of the product's
      event('UserUpdated', { changes: { title: 'Nurse' } }),
      event('UserNameClaimFenced', { reason: 'internal' }),
      event('UserDeactivated', { reason: 'active=false' }),
    ];
    await parts.store.append(user, told, 'noStream');
    const last = told.at(-1)?.id ?? '';
    await Promise.all([changes.until(last), views.until(last)]);
    expect(changes.messages.map(({ headers }) => headers['ce_type'])).toEqual([
      'rollcall.user.provisioned.v1',
      'rollcall.user.updated.v1',
      'rollcall.user.updated.v1',
      'rollcall.user.deactivated.v1',
    ]);
    expect(views.messages.map(({ headers }) => headers['ce_revision'])).toEqual(['0', '2', '4']);
    expect(views.messages.every(({ key }) => key === 'acme/u1')).toBe(true);
    const view = JSON.parse(views.messages.at(-1)?.value ?? '') as ViewMessage;
    expect(view).toMatchObject({ active: false, attributes: { first_name: 'Ana', job_title: 'Nurse' } });
    await relay.stop();
  });

  it('goes on after its checkpoint, knowing users it has not seen since its start', async () => {
    await using parts = await world();
    const first = event('UserProvisioned', { resource: { userName: 'ana@x.io', active: true, title: 'Nurse' } });
    await parts.store.append(user, [first], 'noStream');
    const before = relayOn(parts);
    await before.start();
    const views = await collect(parts.bus, 'rollcall.product.hr-assistant');
    await views.until(first.id);
    await before.stop();
    expect(await parts.models.checkpoint(RELAY_CHECKPOINT)).toBe(await parts.store.lastPosition());

    const second = event('UserUpdated', { changes: { title: 'Doctor' } });
    await parts.store.append(user, [second], 0);
    const after = relayOn(parts);
    await after.start();
    await views.until(second.id);
    // A batch published just before the stop may come again; it is then the same message.
    const distinct = new Map(views.messages.map((message) => [message.headers['ce_id'], message]));
    expect(
      [...distinct.values()].map(({ value }) => (JSON.parse(value ?? '') as ViewMessage).attributes['job_title']),
    ).toEqual(['Nurse', 'Doctor']);
    await after.stop();
  });

  it('stops between two events, with nothing of their batch on the bus', async () => {
    await using parts = await world();
    const people = Array.from({ length: 50 }, (_, n) => `user-acme.u${n}`);
    for (const stream of people) {
      const resource = { userName: `${stream}@x.io`, active: true };
      await parts.store.append(stream, [event('UserProvisioned', { resource })], 'noStream');
    }
    let stopping: Promise<void> | undefined;
    const models = new Proxy(parts.models, {
      get: (target, name) => {
        if (name === 'get' && stopping === undefined) stopping = relay.stop();
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    const relay = new Relay({ ...parts, readModels: models, products: productProfiles, log: SILENT });
    await relay.start();
    while (stopping === undefined) await new Promise((resolve) => setImmediate(resolve));
    await stopping;
    expect([...(await parts.bus.endOffsets('rollcall.users')).values()]).toEqual([0n]);
    expect(await parts.models.checkpoint(RELAY_CHECKPOINT)).toBeUndefined();
  });
});
