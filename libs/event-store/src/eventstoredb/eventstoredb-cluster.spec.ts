import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { EventStoreDbDouble } from '../../../../test/eventstoredb/eventstoredb.double.js';
import { answered, nextEvents, openWithServer } from '../../../../test/eventstoredb/open-with-server.js';
import { freePort } from '../../../../test/support/free-port.js';
import { anEvent, aTenant, collect, ids, someEvents } from '../contract/test-log.contract.js';
import { EventStoreUnavailable } from '../event-store.port.js';
import { openEventStoreDb } from './index.js';

/** `store` is connected to the leader; `behind` to another node, which gets nothing any more of what is appended. */
async function openCluster() {
  const log = await openWithServer();
  const node = await EventStoreDbDouble.start({ directory: '', cluster: log.server });
  const behind = openEventStoreDb({ connectionString: node.connectionString, readTimeoutMs: 2_000 });
  node.log.hold();
  node.subscribed.hold();
  return {
    store: log.store,
    leader: log.server,
    node,
    behind,
    async [Symbol.asyncDispose]() {
      await behind[Symbol.asyncDispose]();
      await node[Symbol.asyncDispose]();
      await log[Symbol.asyncDispose]();
    },
  };
}

describe('EventStoreDB through a node that does not lead', () => {
  it('asks the leader for everything', async () => {
    await using cluster = await openCluster();
    const { behind, leader, node } = cluster;
    const { user, prefixes } = aTenant();
    await behind.append(user(), someEvents(1), 'noStream');
    await behind.lastPosition();
    await collect(behind.read(user()));
    await nextEvents(behind, 'start', 1, prefixes);
    const seen = [...leader.seen, ...node.seen];
    expect(new Set(seen.map(({ method }) => method))).toEqual(new Set(['append', 'read']));
    expect(seen.filter(({ requiresLeader }) => !requiresLeader)).toEqual([]);
  });

  it('reads what another client has been acknowledged, by stream and as the newest of all', async () => {
    await using cluster = await openCluster();
    const { store, behind } = cluster;
    const name = aTenant().user();
    const event = anEvent();
    const { position } = await store.append(name, [event], 'noStream');
    expect(ids(await collect(behind.read(name)))).toEqual([event.id]);
    expect(await behind.lastPosition()).toBe(position);
  });

  it('finds the newest of all where that is asked first', async () => {
    await using cluster = await openCluster();
    const { position } = await cluster.store.append(aTenant().user(), someEvents(1), 'noStream');
    expect(await cluster.behind.lastPosition()).toBe(position);
  });

  it('follows the leader', async () => {
    await using cluster = await openCluster();
    const { user, prefixes } = aTenant();
    const events = someEvents(2);
    await cluster.store.append(user(), events, 'noStream');
    expect(await nextEvents(cluster.behind, 'start', 2, prefixes)).toEqual(ids(events));
  });

  it('answers nothing while there is no leader, and goes on when there is one', async () => {
    await using cluster = await openCluster();
    const { store, behind, leader } = cluster;
    const name = aTenant().user();
    const event = anEvent();
    await store.append(name, [event], 'noStream');
    leader.resign();
    await expect(collect(behind.read(name))).rejects.toBeInstanceOf(EventStoreUnavailable);
    leader.lead();
    expect(ids(await answered(() => collect(behind.read(name))))).toEqual([event.id]);
  });

  it('yields nothing twice where the leader changes while it is read', async () => {
    await using cluster = await openCluster();
    const name = aTenant().user();
    const text = 'x'.repeat(5_000);
    const events = Array.from({ length: 150 }, () => anEvent({ text }));
    await cluster.store.append(name, events, 'noStream');
    cluster.node.log.release();
    const seen: string[] = [];
    const reading = (async () => {
      for await (const { id } of cluster.store.read(name)) {
        if (seen.push(id) === 1) cluster.node.lead();
      }
    })();
    await expect(reading).rejects.toBeInstanceOf(EventStoreUnavailable);
    expect(seen).toEqual(ids(events).slice(0, seen.length));
    expect(ids(await collect(cluster.store.read(name)))).toEqual(ids(events));
  });

  it('is given up in time, and let go at once, while nodes are looked for that say nothing', async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const host = `127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const connectionString = `esdb://${host},${host}?tls=false&gossipTimeout=600`;
    await using store = openEventStoreDb({ connectionString, appendTimeoutMs: 100, readTimeoutMs: 100 });
    await expect(store.append('user-a.1', someEvents(1), 'noStream')).rejects.toBeInstanceOf(EventStoreUnavailable);
    await expect(collect(store.read('user-a.1'))).rejects.toBeInstanceOf(EventStoreUnavailable);
    await expect(store.lastPosition()).rejects.toBeInstanceOf(EventStoreUnavailable);
    const signal = AbortSignal.timeout(20);
    await using patient = openEventStoreDb({ connectionString, readTimeoutMs: 600_000 });
    expect(await collect(patient.subscribeToAll('start', { signal }))).toEqual([]);
    silent.close();
    // The client goes on asking in the background for as long as nobody answers.
    for (const socket of sockets) socket.destroy();
  });

  it('is found when the cluster comes up after its clients', async () => {
    const [first, second] = [await freePort(), await freePort()];
    const connectionString = `esdb://127.0.0.1:${first},127.0.0.1:${second}?tls=false&maxDiscoverAttempts=1&discoveryInterval=1`;
    await using store = openEventStoreDb({ connectionString, appendTimeoutMs: 300, readTimeoutMs: 300 });
    const name = aTenant().user();
    const event = anEvent();
    const append = (): Promise<unknown> => store.append(name, [event], 'noStream');
    await expect(append()).rejects.toBeInstanceOf(EventStoreUnavailable);
    await using log = await openWithServer({ port: first });
    await using _other = await EventStoreDbDouble.start({ directory: '', port: second, cluster: log.server });
    expect(await answered(append)).toMatchObject({ revision: 0 });
  });
});
