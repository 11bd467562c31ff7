import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { encodeCloudEvent, type Message, type MessageBus, type ReceivedMessage } from '#message-bus';
import { openLmdbMessageBus } from '#message-bus/lmdb';
import { acksTopic, DEACTIVATION_TAKEN_IN, messageKey, productTopic, VIEW_CHANGED, type ViewMessage } from '#products';
import type { Document } from '#read-models';
import { openLmdbReadModels } from '#read-models/lmdb';

const KILLS = 20;
const PEOPLE = 300;
const CHANGES = 4_000;
const TENANT = 'acme';
const TOPIC = productTopic('wellness');
const ACKS = acksTopic('wellness');
const LETTERS = `${TOPIC}.dead-letter`;
const COMPILED = join(process.cwd(), 'dist');
const compiled = (path: string): string => JSON.stringify(pathToFileURL(join(COMPILED, path)).href);

/** Most batches that the product takes in before it is killed: all kills together leave something to be taken in. */
const MOST_BATCHES = 10;

/** The wellness product as a process of its own: says when it consumes, and ends when it has caught up, or stands still after so many batches. */
const PRODUCT_PROCESS = `
  import { join } from 'node:path';
  const { openLmdbMessageBus } = await import(${compiled('libs/message-bus/src/lmdb/index.js')});
  const { openLmdbReadModels } = await import(${compiled('libs/read-models/src/lmdb/index.js')});
  const { consumeViews, openRevisionedStore } = await import(${compiled('libs/consumer/src/index.js')});
  const { wellnessPeople } = await import(${compiled('apps/wellness/src/wellness-people.js')});
  const [, directory, batches = 'Infinity'] = process.argv;
  let left = Number(batches);
  const bus = await openLmdbMessageBus({ directory: join(directory, 'bus') });
  const models = await openLmdbReadModels({ directory: join(directory, 'store') });
  const { product, topic, group, collection, parse, isLeaver, keep } = wellnessPeople;
  const rows = await openRevisionedStore(models, { name: collection, indexes: [] });
  const forever = () => new Promise((resolve) => setInterval(resolve, 2 ** 30));
  const store = {
    load: (...of) => rows.load(...of),
    // Before it is stored, or once it is and before that is committed.
    save: async (...of) => {
      if (left-- === 0) await forever();
      await rows.save(...of);
      if (left === 0.5) await forever();
    },
  };
  const consumer = await consumeViews({
    bus, topic, group, store, parse, maxBatchSize: 16,
    acknowledge: { product, isLeaver },
    apply: (before, event) => keep(event, before),
  });
  process.stdout.write('consuming\\n');
  while ((await consumer.lag()) > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  await consumer.stop();
  await bus[Symbol.asyncDispose]();
  await models[Symbol.asyncDispose]();
  process.stdout.write('done\\n');
`;

/**
 * Runs the product; kills it `after` ms of consuming, which ends with so many batches if it was not killed by then; a half: that
 * one is stored, and not committed.
 * @returns whether it had caught up
 */
async function runProduct(directory: string, after?: number, batches?: number): Promise<boolean> {
  const parameters = batches === undefined ? [directory] : [directory, String(batches)];
  const child = spawn(process.execPath, ['--input-type=module', '-e', PRODUCT_PROCESS, ...parameters], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let done = false;
  for await (const line of createInterface({ input: child.stdout })) {
    done ||= line === 'done';
    if (line === 'consuming' && after !== undefined) {
      // The moment of the kill is what this test varies; there is no event to wait for.
      await pause(after);
      child.kill('SIGKILL');
    }
  }
  return done;
}

/** Changes of many people, as a relay publishes them that is killed now and then: some again, some old, some unreadable. */
function messages(): Message[] {
  const log: Message[] = [];
  const revisions = new Map<string, number>();
  for (let n = 0; n < CHANGES; n++) {
    // Everybody twice, so that nobody is left out, nor known by what cannot be read alone.
    const userId = `u${n < 2 * PEOPLE ? n % PEOPLE : Math.floor(Math.random() * PEOPLE)}`;
    const revision = (revisions.get(userId) ?? -1) + 1;
    revisions.set(userId, revision);
    const view: ViewMessage = {
      ...{ tenant: TENANT, userId, revision, active: n % 9 !== 0, mappingVersion: 0, settingsVersion: 0 },
      attributes: { email: `${userId}@example.com`, job_title: `Title ${n}` },
      ...{ missing: [], problems: [] },
    };
    log.push(
      encodeCloudEvent({
        ...{ key: messageKey(TENANT, userId), id: `e${n}`, type: VIEW_CHANGED, source: `/tenants/${TENANT}` },
        ...{ subject: userId, time: new Date(n * 1000).toISOString(), tenant: TENANT, revision, position: BigInt(n) },
        data: n % 251 === 7 ? { unreadable: n } : view,
      }),
    );
    if (n % 50 === 49) log.push(...log.slice(-1 - Math.floor(Math.random() * 20), -1));
  }
  return log;
}

async function everythingOn(bus: MessageBus, topic: string): Promise<ReceivedMessage[]> {
  const [end = 0n] = (await bus.endOffsets(topic)).values();
  const found: ReceivedMessage[] = [];
  await new Promise<void>((resolve) => {
    void bus.consume({ group: `spec-${topic}`, topics: [topic] }, async (batch) => {
      found.push(...batch);
      if ((batch.at(-1)?.offset ?? -1n) >= end - 1n) resolve();
    });
  });
  return found;
}

/** What the product ended with: its rows, what it gave up, and whom it has told to be blocked. */
async function stateOf(directory: string) {
  await using models = await openLmdbReadModels({ directory: join(directory, 'store') });
  await models.declare({ name: 'people', indexes: [] });
  const rows = await models.find<Document>('people', { filter: {}, sort: { _id: 1 } });
  await using bus = await openLmdbMessageBus({ directory: join(directory, 'bus') });
  const letters = new Set((await everythingOn(bus, LETTERS)).map(({ headers }) => headers['dl_offset']));
  const acks = await everythingOn(bus, ACKS);
  const blocked = acks
    .filter(({ headers }) => headers['ce_type'] === DEACTIVATION_TAKEN_IN)
    .map(({ value }) => (JSON.parse(value ?? '') as { eventId: string }).eventId);
  const [last] = acks.filter(({ key }) => key === `${TOPIC}/0`).slice(-1);
  const { next } = JSON.parse(last?.value ?? '{}') as { next?: string };
  return { rows, letters: [...letters].sort(), blocked: [...new Set(blocked)].sort(), next };
}

describe('a product killed at random moments', () => {
  let directory: string;
  beforeAll(async () => {
    if (!existsSync(COMPILED)) throw new Error(`${COMPILED} is missing: run "npm run build" first`);
    directory = await mkdtemp(join(tmpdir(), 'rollcall-product-'));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it(`ends after ${KILLS} kills with the state of one that was never killed`, async () => {
    const [steady, killed] = [join(directory, 'steady'), join(directory, 'killed')];
    const published = messages();
    {
      await using bus = await openLmdbMessageBus({ directory: join(steady, 'bus') });
      // Not compacted, so that every message is there for both.
      await bus.declareTopics([{ name: TOPIC, compacted: false }]);
      for (let at = 0; at < published.length; at += 500) {
        await bus.publish([{ topic: TOPIC, messages: published.slice(at, at + 500) }]);
      }
    }
    await cp(steady, killed, { recursive: true });
    expect(await runProduct(steady)).toBe(true);

    for (let kill = 0; kill < KILLS; kill++) {
      const batches = 1 + Math.floor(Math.random() * 2 * (MOST_BATCHES - 1)) / 2;
      // Each kill comes while it is consuming, or nothing is shown.
      expect(await runProduct(killed, Math.random() * 40, batches)).toBe(false);
    }
    expect(await runProduct(killed)).toBe(true);

    const expected = await stateOf(steady);
    expect(expected.rows).toHaveLength(PEOPLE);
    expect(expected.letters.length).toBeGreaterThan(10);
    expect(expected.blocked.length).toBeGreaterThan(CHANGES / 10);
    expect(expected.next).toBe(String(published.length));
    expect(await stateOf(killed)).toEqual(expected);
  });
});
