import { jest } from '@jest/globals';
import type { AppendFault } from '../../../../test/eventstoredb/faults.js';
import { answered, nextEvents, openWithServer } from '../../../../test/eventstoredb/open-with-server.js';
import { anEvent, aTenant, collect, ids, someEvents } from '../contract/test-log.contract.js';
import { type EventStore, EventStoreUnavailable, EventTooLarge, WrongExpectedRevision } from '../event-store.port.js';
import { openEventStoreDb } from './index.js';

const stored = async (store: EventStore, name: string): Promise<string[]> => ids(await collect(store.read(name)));

describe('EventStoreDB when something goes wrong', () => {
  const faults: AppendFault[] = (['unavailable', 'deadline', 'notLeader', 'silence'] as const).flatMap((kind) => [
    { kind, written: true },
    { kind, written: false },
  ]);

  it.each(faults)('writes an append once after %j', async (fault) => {
    await using log = await openWithServer({ appendTimeoutMs: fault.kind === 'silence' ? 700 : 60_000 });
    const name = aTenant().user();
    const events = someEvents(2);
    log.server.faults.failNextAppend(fault);
    const append = (): Promise<unknown> => log.store.append(name, events, 'noStream');
    // Where the server says nothing, the outcome is unknown: the caller is told, and repeats.
    if (fault.kind === 'silence') await expect(append()).rejects.toBeInstanceOf(EventStoreUnavailable);
    expect(await answered(append)).toMatchObject({ revision: 1 });
    expect(await stored(log.store, name)).toEqual(ids(events));
  });

  it('tells a real conflict from its own first attempt', async () => {
    await using log = await openWithServer();
    const name = aTenant().user();
    await log.store.append(name, someEvents(1), 'noStream');
    log.server.faults.failNextAppend({ kind: 'unavailable', written: false });
    await expect(log.store.append(name, someEvents(1), 'noStream')).rejects.toBeInstanceOf(WrongExpectedRevision);
  });

  it('takes no conflict for an append, however the client is to tell it', async () => {
    await using log = await openWithServer();
    const connectionString = `${log.server.connectionString}&throwOnAppendFailure=false`;
    await using store = openEventStoreDb({ connectionString });
    const name = aTenant().user();
    await expect(store.append(name, someEvents(1), 0)).rejects.toMatchObject({ actual: 'noStream' });
    await store.append(name, someEvents(2), 'noStream');
    const refusal = store.append(name, someEvents(1), 'noStream');
    await expect(refusal).rejects.toBeInstanceOf(WrongExpectedRevision);
    await expect(refusal).rejects.toMatchObject({ stream: name, expected: 'noStream', actual: 1 });
  });

  it('says that the server is away, and goes on when it is back', async () => {
    await using log = await openWithServer({ appendTimeoutMs: 300, readTimeoutMs: 2_000 });
    const name = aTenant().user();
    const event = anEvent();
    const first = await answered(() => log.store.append(name, [event], 'noStream'));
    const { port } = log.server;
    await log.server[Symbol.asyncDispose]();
    await expect(log.store.append(name, someEvents(1), 0)).rejects.toBeInstanceOf(EventStoreUnavailable);
    await expect(stored(log.store, name)).rejects.toBeInstanceOf(EventStoreUnavailable);
    expect(log.server.port).toBe(port);
    await log.restart();
    const next = anEvent();
    expect(await answered(() => log.store.append(name, [next], 0))).toMatchObject({ revision: 1 });
    const [read] = await answered(() => collect(log.store.read(name)));
    expect(read?.position).toBe(first.position);
  });

  it('refuses what is too large for the server, for good', async () => {
    await using log = await openWithServer({ maxAppendBytes: 10_000 });
    const append = log.store.append(aTenant().user(), [anEvent({ text: 'x'.repeat(20_000) })], 'noStream');
    await expect(append).rejects.toBeInstanceOf(EventTooLarge);
  });
});

describe('EventStoreDB behind a network that stalls', () => {
  it('gives up an append and a read in time', async () => {
    await using log = await openWithServer({ appendTimeoutMs: 300, readTimeoutMs: 300 });
    const name = aTenant().user();
    const event = anEvent();
    await answered(() => log.store.append(name, [event], 'noStream'));
    log.server.stall();
    await expect(log.store.append(name, someEvents(1), 0)).rejects.toBeInstanceOf(EventStoreUnavailable);
    await expect(stored(log.store, name)).rejects.toBeInstanceOf(EventStoreUnavailable);
    await expect(collect(log.store.readAll('start'))).rejects.toBeInstanceOf(EventStoreUnavailable);
    log.server.resume();
  });
});

describe('a subscription to EventStoreDB', () => {
  it.each<[string, (log: Awaited<ReturnType<typeof openWithServer>>) => unknown]>([
    ['is cut', (log) => log.server.dropConnections()],
    ['is lost with the server', (log) => log.restart()],
  ])('ends with EventStoreUnavailable when its connection %s, and resumes without a gap', async (_, disturb) => {
    await using log = await openWithServer();
    const { user, prefixes } = aTenant();
    const first = await log.store.append(user(), someEvents(3), 'noStream');
    const { signal } = new AbortController();
    let position = 0n;
    const following = (async () => {
      for await (const batch of log.store.subscribeToAll('start', { signal, streamPrefixes: prefixes })) {
        position = batch.position;
        if (batch.caughtUp) await disturb(log);
      }
    })();
    await expect(following).rejects.toBeInstanceOf(EventStoreUnavailable);
    expect(position).toBeGreaterThanOrEqual(first.position);
    const next = someEvents(2);
    await log.store.append(user(), next, 'noStream');
    expect(await nextEvents(log.store, position, 2, prefixes)).toEqual(ids(next));
  });

  it('passes over the events of the server', async () => {
    await using log = await openWithServer();
    const { user } = aTenant();
    expect(await log.store.lastPosition()).toBeUndefined();
    const event = anEvent();
    log.server.writeStatistics();
    const { position } = await log.store.append(user(), [event], 'noStream');
    log.server.writeStatistics();
    expect(await log.store.lastPosition()).toBe(position);
    expect(ids(await collect(log.store.readAll('start')))).toEqual([event.id]);
    expect(await nextEvents(log.store, 'start', 1)).toEqual([event.id]);
  });

  it('has passed the whole log once it has caught up, what it does not want included', async () => {
    await using log = await openWithServer();
    const [wanted, other] = [aTenant(), aTenant()];
    await log.store.append(wanted.user(), someEvents(1), 'noStream');
    const { position } = await log.store.append(other.user(), someEvents(1), 'noStream');
    const abort = new AbortController();
    const options = { signal: abort.signal, streamPrefixes: wanted.prefixes };
    for await (const batch of log.store.subscribeToAll('start', options)) {
      if (!batch.caughtUp) continue;
      expect(batch.position).toBeGreaterThanOrEqual(position);
      abort.abort();
    }
  });
});

describe('the connection string', () => {
  it('is refused without being repeated', () => {
    const open = (): unknown => openEventStoreDb({ connectionString: 'esdb+wrong://admin:hunter2@nowhere' });
    expect(open).toThrow(TypeError);
    expect(open).not.toThrow(/hunter2/);
  });

  it.each([
    ['tlsVerifyCert=false', 'tlsVerifyCert'],
    ['tls=true&keepAlive=1', 'keepAlive'],
    ['tls=true&timeout=1', 'timeout'],
  ])('is refused with %s, which the client would ignore, and not written anywhere', (options, named) => {
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    const open = (): unknown => openEventStoreDb({ connectionString: `esdb://admin:hunter2@a:2113,b?${options}` });
    expect(open).toThrow(new RegExp(`${named}`));
    expect(open).not.toThrow(/hunter2/);
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });

  it('takes the options that the client has, however they are written', () => {
    const options =
      'tls=false&node_preference=leader&keep-alive-interval=10000&ConnectionName=a@b&maxDiscoverAttempts=3';
    expect(() => openEventStoreDb({ connectionString: `esdb+discover://a?${options}` })).not.toThrow();
  });
});
