import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeprovisioningFollower } from '#deprovisioning';
import { busCheck } from '#engines';
import { openLmdbEventStore } from '#event-store/lmdb';
import type { ConsumeOptions, MessageBus, TopicDefinition, TopicMessages } from '#message-bus';
import { openLmdbMessageBus } from '#message-bus/lmdb';
import {
  acksTopic,
  deadLetterTopic,
  productProfiles,
  productTopic,
  topicsFor,
  VIEW_CHANGED,
  wellness,
} from '#products';
import { openLmdbReadModels } from '#read-models/lmdb';
import { StandbyRelay } from '#relay';
import { SILENT } from '#subscriptions';
import { startProductWork } from '../../apps/wellness/src/product-work.js';
import { wellnessPeople } from '../../apps/wellness/src/wellness-people.js';
import { eventually } from '../support/start-standalone.js';

type On = 'topic' | 'group' | 'transactional id';
/** What a broker with access rules would ask for, e.g. `Read topic rollcall.users`. */
type Asked = Set<string>;

/** A bus that writes down what a broker would be asked for, by the operations that Kafka's requests need. */
function watched(bus: MessageBus, asked: Asked): MessageBus {
  const need = (operation: string, on: On, names: readonly string[]): void =>
    names.forEach((name) => asked.add(`${operation} ${on} ${name}`));
  const before: Partial<Record<keyof MessageBus, (...args: never[]) => void>> = {
    // Those that are missing are made, which the relay alone may.
    declareTopics: (topics: readonly TopicDefinition[]) => need('Describe', 'topic', topics.map(({ name }) => name)), // prettier-ignore
    publish: (batch: readonly TopicMessages[]) => need('Write', 'topic', batch.map(({ topic }) => topic)), // prettier-ignore
    openWriter: (name: string) => need('Write', 'transactional id', [`rollcall.writer.${name}`]),
    consume: ({ group, topics }: ConsumeOptions) => {
      need('Read', 'group', [group]);
      need('Read', 'topic', topics);
    },
    committed: (group: string, topic: string) => {
      need('Describe', 'group', [group]);
      need('Describe', 'topic', [topic]);
    },
    forgetGroup: (group: string, topic: string) => {
      need('Delete', 'group', [group]);
      need('Describe', 'topic', [topic]);
    },
    endOffsets: (topic: string) => need('Describe', 'topic', [topic]),
  };
  return new Proxy(bus, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name, target);
      if (typeof method !== 'function') return method;
      return (...args: unknown[]): unknown => {
        (before[name as keyof MessageBus] as ((...args: unknown[]) => void) | undefined)?.(...args);
        const result: unknown = method.apply(target, args);
        if (name !== 'openWriter') return result;
        return (result as Promise<object>).then((writer) => watched(writer as MessageBus, asked));
      };
    },
  });
}

interface Rule {
  readonly text: string;
  readonly operation: string;
  readonly on: string;
  readonly covers: (name: string) => boolean;
}

describe('access rules of Kafka in docs/operations.md', () => {
  let directory: string;
  let bus: MessageBus;
  let table: readonly string[][];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rollcall-access-'));
    bus = await openLmdbMessageBus({ directory: join(directory, 'bus') });
    await bus.declareTopics(topicsFor(productProfiles));
    const [, section = ''] = (await readFile('docs/operations.md', 'utf8')).split('### Access rules of Kafka');
    table = section
      .split('\n## ')[0]!
      .split('\n')
      .filter((line) => /^\| (relay|projector|product) /.test(line))
      .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')).slice(1, 5)); // prettier-ignore
  });
  afterEach(async () => {
    await bus[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });

  const rulesOf = (app: string, product = ''): Rule[] =>
    table
      .filter(([of]) => of === app)
      .map(([, on = '', name = '', operation = '']) => {
        const names = name.includes('{every product}')
          ? productProfiles.map(({ id }) => name.replace('{every product}', id))
          : [name.replace('{product}', product)];
        const covers = (asked: string): boolean =>
          names.some((each) => (each.endsWith('*') ? asked.startsWith(each.slice(0, -1)) : asked === each));
        return { text: `${operation} ${on} ${name}`, operation, on, covers };
      });

  /** Nothing is asked for that no rule allows, and no rule allows what nobody asks for. */
  function expectToFit(asked: Asked, rules: readonly Rule[], beside: readonly string[] = []): void {
    expect(rules.length).toBeGreaterThan(0);
    const used = new Set(beside);
    const refused = [...asked].filter((each) => {
      const [, operation = '', on = '', name = ''] = /^(\w+) (topic|group|transactional id) (.*)$/.exec(each) ?? [];
      const allowing = rules.filter((rule) => rule.on === on && rule.covers(name));
      const exact = allowing.filter((rule) => rule.operation === operation);
      for (const { text } of exact) used.add(text);
      return exact.length === 0 && !(operation === 'Describe' && allowing.length > 0);
    });
    expect(refused).toEqual([]);
    expect(rules.map(({ text }) => text).filter((text) => !used.has(text))).toEqual([]);
  }

  it('let a product start, take in, put aside, take in again and rebuild', async () => {
    const asked: Asked = new Set();
    const mine = watched(bus, asked);
    const openPeopleStore = () => openLmdbReadModels({ directory: join(directory, 'people') });
    const engines = { mayBeAway: false, bus: mine, openPeopleStore, [Symbol.asyncDispose]: () => Promise.resolve() };
    const log = SILENT as never;
    const work = await startProductWork({ id: wellness.id, words: wellnessPeople, engines, log });
    try {
      await busCheck(mine, productTopic(wellness.id)).check();
      const unreadable = { key: 'acme/u1', value: '{', headers: { ce_type: VIEW_CHANGED } };
      await bus.publish([{ topic: productTopic(wellness.id), messages: [unreadable] }]);
      const letters = deadLetterTopic(productTopic(wellness.id));
      await eventually(async () => expect([...(await bus.endOffsets(letters)).values()]).toEqual([1n]));
      await work.people.replayDeadLetters();
      for (let i = 0; i < 2; i += 1) await work.people.rebuild();
      expectToFit(asked, rulesOf('product', wellness.id));
    } finally {
      await work.stop();
      await work.models[Symbol.asyncDispose]();
    }
  });

  it('let the projector follow acknowledgements', async () => {
    const asked: Asked = new Set();
    const mine = watched(bus, asked);
    await using store = await openLmdbEventStore({ directory: join(directory, 'log') });
    await using readModels = await openLmdbReadModels({ directory: join(directory, 'models') });
    const products = productProfiles;
    const follower = new DeprovisioningFollower({ store, readModels, bus: mine, products, log: SILENT });
    await follower.start();
    await busCheck(mine, acksTopic(wellness.id)).check();
    await follower.stop();
    expectToFit(asked, rulesOf('projector'));
  });

  it('let the relay make topics and publish', async () => {
    const asked: Asked = new Set();
    const mine = watched(bus, asked);
    await using store = await openLmdbEventStore({ directory: join(directory, 'log') });
    await using readModels = await openLmdbReadModels({ directory: join(directory, 'models') });
    const log = SILENT as never;
    const options = { store, readModels, bus: mine, products: productProfiles, log, leases: undefined };
    const relay = new StandbyRelay({ ...options, isPatient: false });
    await relay.start();
    const metadata = { tenant: 'acme', correlationId: 'r', causationId: 'r', occurredAt: '2026-01-01T00:00:00.000Z', schemaVersion: 1 }; // prettier-ignore
    const data = { resource: { userName: 'ana@x.io', active: true } };
    const event = { id: '00000000-0000-4000-8000-000000000001', type: 'UserProvisioned', data, metadata };
    await store.append('user-acme.00000000-0000-7000-8000-000000000001', [event], 'noStream');
    const users = productTopic(wellness.id);
    await eventually(async () => expect([...(await bus.endOffsets(users)).values()]).toEqual([1n]));
    await busCheck(mine).check();
    await relay.stop();
    // What is not there yet is made, which no bus here can be watched at.
    expectToFit(asked, rulesOf('relay'), ['Create topic rollcall.*']);
  });
});
