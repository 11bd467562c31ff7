import { eventStoreContract, type EventStoreUnderTest } from '../event-store.contract.js';
import { openEventStoreDb } from './index.js';

/** Runs against the server that EVENTSTORE_URI names; the log may be shared, each test has streams of its own. */
const connectionString = process.env['EVENTSTORE_URI'];

if (connectionString === undefined) {
  process.stdout.write('Skipped: the contract on a real EventStoreDB, as EVENTSTORE_URI is not set\n');
  it.skip('EVENTSTORE_URI is not set', () => undefined);
} else {
  eventStoreContract('EventStoreDB', async (): Promise<EventStoreUnderTest> => {
    const open = () => openEventStoreDb({ connectionString, idleMs: 100 });
    let store = open();
    return {
      get store() {
        return store;
      },
      startsEmpty: false,
      async reopen() {
        await store[Symbol.asyncDispose]();
        return (store = open());
      },
      async [Symbol.asyncDispose]() {
        await store[Symbol.asyncDispose]();
      },
    };
  });
}
