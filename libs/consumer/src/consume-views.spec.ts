import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  encodeCloudEvent,
  type Message,
  type MessageBus,
  MessageBusUnavailable,
  type ReceivedMessage,
  type TopicMessages,
} from '#message-bus';
import { openLmdbMessageBus } from '#message-bus/lmdb';
import { FakeReadModels } from '../../subscriptions/src/fakes/read-models.fake.js';
import { consumeViews, type ConsumeViewsOptions, UnprocessableMessage, type ViewConsumer } from './consume-views.js';
import { deadLetterTopic } from '#products';
import { replayDeadLetters } from './dead-letters.js';
import { openRevisionedStore, type RevisionedStore } from './revisioned-store.js';

interface Person {
  readonly name: string;
  /** How many messages made this row what it is. */
  readonly changes: number;
}

const topic = 'rollcall.product.wellness';

function view(id: string, revision: number, name: unknown, position?: bigint): Message {
  return encodeCloudEvent({
    key: `acme/${id}`,
    id: `${id}-${revision}-${position ?? ''}`,
    type: 'view',
    source: '/tenants/acme',
    subject: id,
    time: '2026-01-31T08:15:30.123Z',
    tenant: 'acme',
    revision,
    ...(position !== undefined && { position }),
    data: name === null ? null : { name },
  });
}

describe('consumeViews', () => {
  let directory: string;
  let bus: MessageBus;
  let models: FakeReadModels;
  let store: RevisionedStore<Person>;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rollcall-consumer-'));
    bus = await openLmdbMessageBus({ directory });
    await bus.declareTopics([{ name: topic, compacted: true }]);
    models = new FakeReadModels();
    store = await openRevisionedStore<Person>(models, { name: 'people', indexes: [] });
  });

  afterEach(async () => {
    await bus[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });

  const publish = (...messages: Message[]) => bus.publish([{ topic, messages }]);

  function consume(options: Partial<ConsumeViewsOptions<{ name: string }, Person>> = {}): Promise<ViewConsumer> {
    return consumeViews<{ name: string }, Person>({
      bus,
      topic,
      group: 'wellness',
      store,
      parse(data) {
        const { name } = data as { name?: unknown };
        if (typeof name !== 'string') throw new Error('name is no string');
        return { name };
      },
      apply: (person, event) => ({ name: event.view.name, changes: (person?.changes ?? 0) + 1 }),
      ...options,
    });
  }

  async function handled(consumer: ViewConsumer): Promise<void> {
    while ((await consumer.lag()) > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  async function consumeAll(options?: Partial<ConsumeViewsOptions<{ name: string }, Person>>): Promise<ViewConsumer> {
    await using consumer = await consume(options);
    await handled(consumer);
    return consumer;
  }

  async function people(): Promise<Record<string, Person | undefined>> {
    const keys = ['acme/1', 'acme/2', 'acme/3'];
    const rows = await store.load(keys);
    return Object.fromEntries(keys.map((key, i) => [key, rows[i]?.row]).filter(([, row]) => row !== undefined));
  }

  const deadLetters = () => everythingOn(deadLetterTopic(topic));

  async function everythingOn(name: string): Promise<ReceivedMessage[]> {
    const letters: ReceivedMessage[] = [];
    const end = (await bus.endOffsets(name)).get(0) ?? 0n;
    if (end === 0n) return letters;
    let done = (): void => undefined;
    const all = new Promise<void>((resolve) => (done = resolve));
    await using _consumer = await bus.consume({ group: `support-${Math.random()}`, topics: [name] }, async (batch) => {
      letters.push(...batch);
      if (BigInt(letters.length) === end) done();
    });
    await all;
    return letters;
  }

  it('keeps rows up with their messages, with one read and one write per batch', async () => {
    await publish(view('1', 0, 'Ada'), view('2', 0, 'Bob'), view('1', 1, 'Ada L.'));
    const consumer = await consumeAll();
    expect(await people()).toEqual({ 'acme/1': { name: 'Ada L.', changes: 2 }, 'acme/2': { name: 'Bob', changes: 1 } });
    expect(models.writes).toHaveLength(1);
    expect(models.contents('people')['acme/1']).toMatchObject({ name: 'Ada L.', _version: { revision: 1 } });
    expect(consumer.counts).toEqual({ applied: 3, skipped: 0, deadLettered: 0 });
  });

  it('drops what it has seen and what is older, across batches and restarts', async () => {
    await publish(view('1', 0, 'Ada'), view('1', 2, 'Ada L.'));
    await consumeAll();
    await publish(view('1', 2, 'Ada L.'), view('1', 1, 'late'), view('1', 3, 'Ada King'));
    const consumer = await consumeAll();
    expect(await people()).toEqual({ 'acme/1': { name: 'Ada King', changes: 3 } });
    expect(consumer.counts).toMatchObject({ applied: 1, skipped: 2 });
  });

  it('takes a second view of one revision, made by another mapping, but not the first of them again', async () => {
    await publish(view('1', 0, 'Ada', 10n), view('1', 0, 'ADA', 20n), view('1', 0, 'Ada', 10n));
    await consumeAll();
    expect(await people()).toEqual({ 'acme/1': { name: 'ADA', changes: 2 } });
  });

  it('takes a view that a newer mapping made of the same position, and not the older one after it', async () => {
    const under = (mappingVersion: number, name: string): Message => {
      const message = view('1', 0, name, 10n);
      return { ...message, value: JSON.stringify({ name, mappingVersion }) };
    };
    await publish(under(1, 'Ada'), under(2, 'ADA'), under(1, 'Ada'));
    await consumeAll({ maxBatchSize: 1 });
    expect(await people()).toEqual({ 'acme/1': { name: 'ADA', changes: 2 } });
  });

  it('erases on a tombstone, and an older message does not bring the person back', async () => {
    await publish(view('1', 0, 'Ada'), view('1', 1, null), view('1', 0, 'Ada'));
    await consumeAll({ maxBatchSize: 1 });
    expect(await people()).toEqual({});
    expect(JSON.stringify(models.contents('people-erased'))).not.toContain('Ada');
    await publish(view('1', 2, 'Ada again'));
    await consumeAll();
    expect(await people()).toEqual({ 'acme/1': { name: 'Ada again', changes: 1 } });
    expect(models.contents('people-erased')).toEqual({});
  });

  it('lets the product say what is left after an erasure, even one without headers', async () => {
    await publish(view('1', 0, 'Ada'), { key: 'acme/1', value: null, headers: {} });
    await consumeAll({ erase: (person) => person && { ...person, name: 'erased' } });
    expect(await people()).toEqual({ 'acme/1': { name: 'erased', changes: 1 } });
  });

  it('sends what can never work to the dead-letter topic, as it came, and goes on', async () => {
    const noJson = { ...view('2', 0, 'Bob'), value: '{"name":"Bob' };
    const noEvent = { key: 'acme/3', value: '{"name":"Cy"}', headers: { trace: '1' } };
    await publish(view('1', 0, 'Ada'), noJson, noEvent, view('2', 1, 42), view('2', 2, 'Bob'));
    const consumer = await consumeAll();
    expect(await people()).toEqual({ 'acme/1': { name: 'Ada', changes: 1 }, 'acme/2': { name: 'Bob', changes: 1 } });
    expect(consumer.counts).toEqual({ applied: 2, skipped: 0, deadLettered: 3 });
    const letters = await deadLetters();
    expect(letters.map(({ key, value }) => [key, value])).toEqual([
      ['acme/2', noJson.value],
      ['acme/3', noEvent.value],
      ['acme/2', '{"name":42}'],
    ]);
    expect(letters[1]?.headers).toMatchObject({ trace: '1', dl_topic: topic, dl_offset: '2' });
    expect(letters[0]?.headers['dl_error']).toBe('MalformedCloudEvent: The value is not JSON');
  });

  it('tries a failing message again, in its place, before it gives up on it', async () => {
    await publish(view('1', 0, 'Ada'), view('2', 0, 'Bob'), view('3', 0, 'Cy'), view('2', 1, 'Bob B.'));
    const calls: string[] = [];
    const consumer = await consumeAll({
      attempts: 2,
      apply(person, { key, revision, view: { name } }) {
        calls.push(`${key}@${revision}`);
        if (revision === 0 && key !== 'acme/1') throw new Error('the product is confused');
        return { name, changes: (person?.changes ?? 0) + 1 };
      },
    });
    expect(calls.filter((call) => call === 'acme/2@0')).toHaveLength(3); // twice, and once for its neighbour's sake
    expect(await people()).toEqual({ 'acme/1': { name: 'Ada', changes: 1 }, 'acme/2': { name: 'Bob B.', changes: 1 } });
    expect(consumer.counts).toEqual({ applied: 2, skipped: 0, deadLettered: 2 });
    expect((await deadLetters()).map(({ key }) => key)).toEqual(['acme/2', 'acme/3']);
  });

  it('replays its dead letters: what is mended is taken in, what was superseded skipped, what fails again waits', async () => {
    await publish(view('1', 0, 'Ada'), view('2', 0, 'Bob'), view('3', 0, 'Cy'), view('3', 1, 'Cy', 9n));
    let broken = true;
    const apply: ConsumeViewsOptions<{ name: string }, Person>['apply'] = (
      person,
      { key, revision, view: { name } },
    ) => {
      if (key === 'acme/1' || (broken && revision === 0)) throw new UnprocessableMessage('not today');
      return { name, changes: (person?.changes ?? 0) + 1 };
    };
    await using consumer = await consume({ apply });
    await handled(consumer);
    expect(consumer.counts).toEqual({ applied: 1, skipped: 0, deadLettered: 3 });
    broken = false;
    expect(await consumer.replayDeadLetters()).toEqual({ applied: 1, skipped: 1, deadLettered: 1 });
    expect(await people()).toEqual({ 'acme/2': { name: 'Bob', changes: 1 }, 'acme/3': { name: 'Cy', changes: 1 } });
    const letters = await deadLetters();
    expect(letters.map(({ key }) => key)).toEqual(['acme/1', 'acme/2', 'acme/3', 'acme/1']);
    expect(letters[3]?.headers).toMatchObject({ dl_topic: topic, dl_offset: '0', dl_group: 'wellness' });
    expect(await consumer.replayDeadLetters()).toEqual({ applied: 0, skipped: 0, deadLettered: 1 });
  });

  it('puts no replayed row over what the owner of the partition has saved meanwhile', async () => {
    await publish(view('1', 0, 'Ada', 50n), view('1', 1, 'active', 60n));
    let broken = true;
    const apply: ConsumeViewsOptions<{ name: string }, Person>['apply'] = (person, { view: { name } }) => {
      if (broken && name === 'active') throw new UnprocessableMessage('not today');
      return { name, changes: (person?.changes ?? 0) + 1 };
    };
    let saving: (() => Promise<void>) | undefined;
    const ours: typeof store = {
      load: (keys, partition) => store.load(keys, partition),
      save: async (changes, partition) => {
        const meanwhile = saving;
        saving = undefined;
        await meanwhile?.();
        return store.save(changes, partition);
      },
    };
    await using consumer = await consume({ apply, store: ours });
    await handled(consumer);
    expect(consumer.counts).toMatchObject({ applied: 1, deadLettered: 1 });
    broken = false;
    saving = async () => {
      // Another instance, which has the partition.
      const owner = await openRevisionedStore<Person>(models, { name: 'people', indexes: [] });
      const partition = `${topic}/0`;
      const [row] = await owner.load(['acme/1'], partition);
      expect(row?.version.position).toBe(50n);
      const left = { version: { revision: 2, position: 70n, eventId: 'left' }, row: { name: 'inactive', changes: 2 } };
      await owner.save(new Map([['acme/1', left]]), partition);
    };
    expect(await consumer.replayDeadLetters()).toEqual({ applied: 0, skipped: 1, deadLettered: 0 });
    expect(await people()).toEqual({ 'acme/1': { name: 'inactive', changes: 2 } });
  });

  it('replays beside another instance, and what has been deleted from the topic is no reason to wait for ever', async () => {
    await publish(...['1', '2', '3'].map((id) => view(id, 0, 42)));
    await using one = await consume();
    await handled(one);
    await using other = await consume();
    const replays = await Promise.all([one.replayDeadLetters(), other.replayDeadLetters()]);
    expect(replays.reduce((sum, { deadLettered }) => sum + deadLettered, 0)).toBe(3);
    const shortened = new Proxy(bus, {
      get: (target, name) => {
        if (name === 'endOffsets') return () => Promise.resolve(new Map([[0, 99n]]));
        const value: unknown = target[name as keyof MessageBus];
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    const seen: string[] = [];
    const { signal } = new AbortController();
    await replayDeadLetters({ bus: shortened, topic, group: 'wellness', signal, missingAfterMs: 50 }, async (batch) => {
      seen.push(...batch.map(({ key }) => key));
    });
    expect(seen.sort()).toEqual(['acme/1', 'acme/2', 'acme/3']);
  });

  it('leaves the dead letters of other groups to them', async () => {
    await publish(view('1', 0, 42));
    await consumeAll({ group: 'other' });
    await using consumer = await consume();
    await handled(consumer);
    expect(await consumer.replayDeadLetters()).toEqual({ applied: 0, skipped: 0, deadLettered: 1 });
  });

  it('tells whether it keeps up: since when a batch has been failing, and when one was last taken in', async () => {
    await publish(view('1', 0, 'Ada'));
    let broken = true;
    await using consumer = await consume({
      attempts: 99,
      apply: (_, { view: { name } }) => {
        if (broken) throw new Error('away');
        return { name, changes: 1 };
      },
    });
    while ((await consumer.health()).status !== 'failing') await new Promise((resolve) => setTimeout(resolve, 1));
    expect(await consumer.health()).toMatchObject({ lag: 1, failingSince: expect.stringMatching(/Z$/) });
    broken = false;
    await handled(consumer);
    expect(await consumer.health()).toEqual({
      ...{ status: 'ok', lag: 0, lastAt: expect.stringMatching(/Z$/) },
      counts: { applied: 1, skipped: 0, deadLettered: 0 },
    });
    expect((await consumer.health(0)).status).toBe('behind');
  });

  it('does not try again what the product says can never work', async () => {
    await publish(view('1', 0, 'Ada'));
    let calls = 0;
    const consumer = await consumeAll({
      apply() {
        calls += 1;
        throw new UnprocessableMessage('no such department');
      },
    });
    expect(calls).toBe(1);
    expect(consumer.counts.deadLettered).toBe(1);
  });

  it('waits for a store that is away, and never dead-letters for it', async () => {
    await publish(view('1', 0, 'Ada'));
    models.outcomes = ['fails', 'landsAndFails'];
    const consumer = await consumeAll();
    expect(await people()).toEqual({ 'acme/1': { name: 'Ada', changes: 1 } });
    expect(consumer.counts.deadLettered).toBe(0);
  });

  describe('acknowledging', () => {
    const acknowledge = { product: 'wellness', isLeaver: ({ name }: { name: string }) => name.startsWith('gone') };
    const acks = async () =>
      (await everythingOn('rollcall.product.wellness.acks')).map(({ headers, value }) => {
        const { acknowledgedAt, ...data } = JSON.parse(value ?? '') as Record<string, unknown>;
        expect(acknowledgedAt).toMatch(/^\d{4}-.*Z$/);
        return [headers['ce_type'], data];
      });
    const place = { product: 'wellness', topic, partition: 0 };
    const takenIn = (next: number) => ['rollcall.product.taken-in.v1', { ...place, next: `${next}` }];
    const gone = (userId: string, revision: number, offset: number) => [
      'rollcall.product.deactivation.taken-in.v1',
      {
        ...place,
        ...{ tenant: 'acme', userId, eventId: `${userId}-${revision}-5`, revision, position: '5', offset: `${offset}` },
      },
    ];

    it('tells where it stands, each leaver, and what else is taken in up to a place', async () => {
      await publish(view('1', 0, 'Ada'), view('2', 0, 'gone', 5n), view('3', 0, 'Cy'));
      await consumeAll({ acknowledge });
      expect(await acks()).toEqual([takenIn(0), gone('2', 0, 1), takenIn(3)]);
    });

    it('tells of a leaver again whose batch comes again, though the store has it, and before the batch is committed', async () => {
      await publish(view('2', 0, 'gone', 5n));
      await consumeAll({ acknowledge });
      await bus.forgetGroup('wellness', topic);
      let committed: bigint | undefined;
      let refusals = 1;
      const publishing = new Proxy(bus, {
        get: (target, name) => {
          if (name !== 'publish') return (target[name as keyof MessageBus] as () => unknown).bind(target);
          return async (batch: readonly TopicMessages[]) => {
            const leaves = batch.some(({ messages }) => messages.some(({ key }) => key.startsWith('acme/')));
            if (leaves) committed = (await target.committed('wellness', topic)).get(0);
            if (leaves && refusals-- > 0) throw new MessageBusUnavailable('away');
            return target.publish(batch);
          };
        },
      });
      await consumeAll({ acknowledge, bus: publishing });
      expect(refusals).toBe(-1);
      expect(committed).toBe(0n);
      expect((await acks()).filter(([type]) => type === gone('2', 0, 0)[0])).toEqual([
        gone('2', 0, 0),
        gone('2', 0, 0),
      ]);
    });

    it('does not say of a dead letter that the store has it', async () => {
      await publish(view('2', 0, 'gone', 5n));
      const apply = () => {
        throw new UnprocessableMessage('no');
      };
      await consumeAll({ acknowledge, apply });
      expect(await acks()).toEqual([takenIn(0), takenIn(1)]);
    });
  });

  it('passes over kinds of messages that it was not told to take', async () => {
    const newer = { ...view('1', 1, 42) };
    await publish(view('1', 0, 'Ada'), { ...newer, headers: { ...newer.headers, ce_type: 'view.v2' } });
    const consumer = await consumeAll({ types: ['view'] });
    expect(consumer.counts).toEqual({ applied: 1, skipped: 1, deadLettered: 0 });
  });

  it('knows its lag', async () => {
    await publish(view('1', 0, 'Ada'), view('1', 1, 'Ada L.'));
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const slow: RevisionedStore<Person> = { ...store, load: (keys) => gate.then(() => store.load(keys)) };
    await using consumer = await consume({ store: slow });
    expect(await consumer.lag()).toBe(2);
    release();
    await handled(consumer);
    expect(await consumer.lag()).toBe(0);
  });

  it('ends with the rows of the newest messages, whatever is repeated and wherever it is restarted', async () => {
    const change = fc.record({ id: fc.constantFrom('1', '2', '3'), erased: fc.boolean(), repeats: fc.nat(3) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { maxLength: 20 }),
        fc.integer({ min: 1, max: 7 }),
        async (changes, maxBatchSize) => {
          models = new FakeReadModels();
          store = await openRevisionedStore<Person>(models, { name: 'people', indexes: [] });
          const log: Message[] = [];
          const expected = new Map<string, string>();
          for (const [revision, { id, erased, repeats }] of changes.entries()) {
            log.push(view(id, revision, erased ? null : `name ${revision}`));
            log.push(...log.slice(log.length - 1 - repeats, -1)); // what a killed relay sends again
            if (erased) expected.delete(`acme/${id}`);
            else expected.set(`acme/${id}`, `name ${revision}`);
          }
          await publish(...log);
          await consumeAll({ maxBatchSize });
          const names = Object.entries(await people()).map(([key, person]) => [key, person?.name]);
          expect(Object.fromEntries(names)).toEqual(Object.fromEntries(expected));
        },
      ),
      { numRuns: 25 },
    );
  });
});
