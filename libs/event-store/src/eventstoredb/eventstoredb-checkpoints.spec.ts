import { openWithServer, nextEvents } from '../../../../test/eventstoredb/open-with-server.js';
import { aTenant, ids, someEvents } from '../contract/test-log.contract.js';
import type { EventBatch, EventStore } from '../event-store.port.js';

/** Follows from `from` until a batch says that it has caught up. */
async function caughtUp(store: EventStore, from: bigint | 'start', streamPrefixes: string[]): Promise<EventBatch> {
  const { signal } = new AbortController();
  for await (const batch of store.subscribeToAll(from, { signal, streamPrefixes })) if (batch.caughtUp) return batch;
  throw new Error('The subscription ended');
}

describe.each(['24.10.0', '24.10.5', '25.0.0'] as const)('checkpoints of EventStoreDB %s', (version) => {
  it('are those of the log where nothing in a small one is wanted', async () => {
    await using log = await openWithServer({ version });
    const [wanted, other] = [aTenant(), aTenant()];
    const { position } = await log.store.append(other.user(), someEvents(3), 'noStream');
    const batch = await caughtUp(log.store, 'start', wanted.prefixes);
    expect(batch).toMatchObject({ events: [], position });
    const events = someEvents(2);
    await log.store.append(wanted.user(), events, 'noStream');
    expect(await nextEvents(log.store, batch.position, 2, wanted.prefixes)).toEqual(ids(events));
  });

  // Two are of the server, the last of a page of 256 is the last of the log, in the third case.
  it.each([252, 253, 254, 255])(
    'lose nothing where the log ends about where a page does (%d events)',
    async (count) => {
      await using log = await openWithServer({ version });
      const [wanted, other] = [aTenant(), aTenant()];
      await log.store.append(other.user(), someEvents(count), 'noStream');
      const batch = await caughtUp(log.store, 'start', wanted.prefixes);
      const events = someEvents(2);
      await log.store.append(wanted.user(), events, 'noStream');
      expect(await nextEvents(log.store, batch.position, 2, wanted.prefixes)).toEqual(ids(events));
    },
  );
});

describe('a subscription to a node that lacks what the log has', () => {
  it('takes no position past what it has not been sent', async () => {
    await using log = await openWithServer({ idleMs: 20, lagsAfterMs: 60 });
    const { user, prefixes } = aTenant();
    const { position } = await log.store.append(user(), someEvents(1), 'noStream');
    log.server.subscribed.hold();
    const missed = someEvents(1);
    await log.store.append(user(), missed, 'noStream');
    let reached = position;
    const { signal } = new AbortController();
    const following = (async () => {
      for await (const batch of log.store.subscribeToAll(position, { signal, streamPrefixes: prefixes })) {
        reached = batch.position;
        if (batch.caughtUp) return;
      }
    })();
    await expect(following).rejects.toThrow(/lags/);
    expect(reached).toBe(position);
    log.server.subscribed.release();
    expect(await nextEvents(log.store, reached, 1, prefixes)).toEqual(ids(missed));
  });

  it('is left where it sends nothing any more of what others have', async () => {
    await using log = await openWithServer({ idleMs: 20, lagsAfterMs: 60 });
    const { user, prefixes } = aTenant();
    const { position: from } = await log.store.append(user(), someEvents(1), 'noStream');
    const { signal } = new AbortController();
    const positions: bigint[] = [];
    const following = (async () => {
      for await (const { caughtUp: isCaughtUp, position } of log.store.subscribeToAll(from, { signal })) {
        positions.push(position);
        if (!isCaughtUp) continue;
        log.server.subscribed.hold();
        await log.store.append(user(), someEvents(1), 'noStream');
      }
    })();
    await expect(following).rejects.toThrow(/lags/);
    expect(positions).toEqual([from]);
    log.server.subscribed.release();
    expect(await nextEvents(log.store, from, 1, prefixes)).toHaveLength(1);
  });

  it('is caught up where nothing of what it lacks is wanted', async () => {
    await using log = await openWithServer();
    const [wanted, other] = [aTenant(), aTenant()];
    const { position: from } = await log.store.append(wanted.user(), someEvents(1), 'noStream');
    log.server.subscribed.hold();
    const { position } = await log.store.append(other.user(), someEvents(1), 'noStream');
    expect(await caughtUp(log.store, from, wanted.prefixes)).toMatchObject({ events: [], position });
  });
});
