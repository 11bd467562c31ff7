import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EventStore, EventStoreUnavailable } from '#event-store';
import { type EventStoreDbOptions, openEventStoreDb } from '#event-store/eventstoredb';
import { freePort } from '../support/free-port.js';
import { type DoubleOptions, EventStoreDbDouble } from './eventstoredb.double.js';

type Options = Partial<DoubleOptions> & Partial<EventStoreDbOptions>;

/** A store on a server of its own, both gone after the test. */
export async function openWithServer(options: Options = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'rollcall-esdb-'));
  const port = options.port ?? (await freePort());
  let server = await EventStoreDbDouble.start({ directory, ...options, port });
  const { connectionString } = server;
  const store = openEventStoreDb({ connectionString, ...options });
  return {
    store,
    get server() {
      return server;
    },
    /** The server ends and another one comes up at its address, over the same log. */
    async restart() {
      await server[Symbol.asyncDispose]();
      server = await EventStoreDbDouble.start({ directory, ...options, port });
    },
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      await rm(directory, { recursive: true });
    },
  };
}

/** Repeats, as callers do, what was not answered in time: how soon that is stands in the way of what is being shown. */
export async function answered<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof EventStoreUnavailable)) throw error;
    }
  }
}

/** Ids of what a subscription delivers first. */
export async function nextEvents(
  store: EventStore,
  from: bigint | 'start',
  count: number,
  streamPrefixes?: string[],
): Promise<string[]> {
  const seen: string[] = [];
  const { signal } = new AbortController();
  for await (const { events } of store.subscribeToAll(from, { signal, ...(streamPrefixes && { streamPrefixes }) })) {
    seen.push(...events.map(({ id }) => id));
    if (seen.length >= count) break;
  }
  return seen;
}
