import { appendTogetherContract } from './contract/append-together.contract.js';
import { appendContract } from './contract/append.contract.js';
import { closeContract } from './contract/close.contract.js';
import { readAllContract } from './contract/read-all.contract.js';
import { readContract } from './contract/read.contract.js';
import { subscribeContract } from './contract/subscribe.contract.js';
import type { OpenEventStore } from './contract/test-log.contract.js';

export type { EventStoreUnderTest, OpenEventStore } from './contract/test-log.contract.js';

/**
 * Every promise of the port, as tests. An adapter's spec is one line: `eventStoreContract('lmdb', openTestLog)`. The
 * log may be shared with other tests, as that of a server is: each test uses stream names of its own.
 */
export function eventStoreContract(name: string, open: OpenEventStore): void {
  describe(`EventStore contract: ${name}`, () => {
    describe('append', () => appendContract(open));
    describe('appendTogether', () => appendTogetherContract(open));
    describe('read', () => readContract(open));
    describe('readAll and lastPosition', () => readAllContract(open));
    describe('subscribeToAll', () => subscribeContract(open));
    describe('close and reopen', () => closeContract(open));
  });
}
