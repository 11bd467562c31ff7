import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeCloudEvent } from '#message-bus';
import { openLmdbMessageBus } from '#message-bus/lmdb';
import { acksTopic, DEACTIVATION_TAKEN_IN, productProfiles } from '#products';
import { openLmdbReadModels } from '#read-models/lmdb';
import { SILENT } from '#subscriptions';
import { openWithServer } from '../../../test/eventstoredb/open-with-server.js';
import { type DeprovisioningDocument, DEPROVISIONINGS } from './deprovisionings.js';
import { DeprovisioningFollower } from './follow-deprovisionings.js';

const INSTANT = '2026-01-31T12:00:00.000Z';
const PRODUCT = 'wellness';

/** A follower on EventStoreDB, which tells late how far it has seen what is not followed. */
async function openFollower() {
  const directory = await mkdtemp(join(tmpdir(), 'rollcall-deprovisioning-'));
  const log = await openWithServer();
  const bus = await openLmdbMessageBus({ directory: join(directory, 'bus') });
  const readModels = await openLmdbReadModels({ directory: join(directory, 'models') });
  await bus.declareTopics([{ name: acksTopic(PRODUCT), compacted: true }]);
  await bus.publish([{ topic: acksTopic(PRODUCT), messages: [{ key: 'p', value: '{}', headers: {} }] }]);
  const parts = { store: log.store, readModels, bus, products: productProfiles, log: SILENT };
  const follower = new DeprovisioningFollower(parts);
  await follower.start();
  return {
    async record(stream: string, type: string, data: object): Promise<bigint> {
      const metadata = { tenant: 'acme', correlationId: 'r', causationId: 'c', occurredAt: INSTANT, schemaVersion: 1 };
      const { position } = await log.store.append(stream, [{ id: randomUUID(), type, data, metadata }], 'noStream');
      return position;
    },
    async acknowledge(userId: string, position: bigint): Promise<void> {
      const acknowledgedAt = new Date().toISOString();
      const place = { topic: `rollcall.product.${PRODUCT}`, partition: 0, offset: '7', acknowledgedAt };
      const data = { product: PRODUCT, tenant: 'acme', userId, eventId: 'e', revision: 1, position: `${position}` };
      const message = encodeCloudEvent({
        ...{ key: userId, id: `${position}`, type: DEACTIVATION_TAKEN_IN, source: `/products/${PRODUCT}` },
        ...{ subject: userId, time: acknowledgedAt, tenant: 'acme', revision: 1, data: { ...data, ...place } },
      });
      await bus.publish([{ topic: acksTopic(PRODUCT), messages: [message] }]);
    },
    /** Resolves once somebody is listed of whom the product says that. */
    async told(state: string): Promise<void> {
      for (;;) {
        const found = await readModels.find<DeprovisioningDocument>(DEPROVISIONINGS.name, { filter: {} });
        if (found.some(({ products }) => products[PRODUCT]?.state === state)) return;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    async [Symbol.asyncDispose]() {
      await follower.stop();
      for (const part of [bus, readModels, log]) await part[Symbol.asyncDispose]();
      await rm(directory, { recursive: true });
    },
  };
}

describe('an acknowledgement as of a place that the follower is not told of', () => {
  it('is taken, at an event of a kind that is not followed', async () => {
    await using parts = await openFollower();
    await parts.record('user-acme.u1', 'UserDeactivated', { reason: 'active=false' });
    await parts.told('expected');
    const position = await parts.record('group-acme.g1', 'GroupCreated', { resource: {} });
    await parts.acknowledge('u1', position);
    await parts.told('acknowledged');
  });

  it('is taken, and holds up no other, beyond the end of the log or of somebody who is not there', async () => {
    await using parts = await openFollower();
    const position = await parts.record('user-acme.u1', 'UserDeactivated', { reason: 'active=false' });
    await parts.acknowledge('nobody', 10n ** 19n);
    await parts.acknowledge('x'.repeat(5_000), 10n ** 19n);
    await parts.acknowledge('u1', position);
    await parts.told('acknowledged');
  });
});
