import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDbDouble } from '../../../../test/eventstoredb/eventstoredb.double.js';
import { eventStoreContract, type EventStoreUnderTest } from '../event-store.contract.js';
import { openEventStoreDb } from './index.js';

async function openTestLog(): Promise<EventStoreUnderTest> {
  const directory = await mkdtemp(join(tmpdir(), 'rollcall-esdb-'));
  const server = await EventStoreDbDouble.start({ directory, maxAppendBytes: 8 * 1024 * 1024 });
  const open = () => openEventStoreDb({ connectionString: server.connectionString, idleMs: 20 });
  let store = open();
  return {
    get store() {
      return store;
    },
    startsEmpty: true,
    async reopen() {
      await store[Symbol.asyncDispose]();
      return (store = open());
    },
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      await rm(directory, { recursive: true });
    },
  };
}

eventStoreContract('EventStoreDB (double)', openTestLog);
