import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeCloudEvent, type MessageBus } from '#message-bus';
import { openLmdbMessageBus } from '#message-bus/lmdb';
import type { Document, ReadModels, WriteBatch } from '#read-models';
import { openLmdbReadModels } from '#read-models/lmdb';
import { RebuildableViews } from './rebuildable-views.js';

const topic = 'rollcall.product.wellness';
const acks = `${topic}.acks`;

interface Person {
  readonly name: string;
}

describe('a rebuild', () => {
  let directory: string;
  let bus: MessageBus;
  let models: ReadModels;

  const open = async (): Promise<void> => {
    bus = await openLmdbMessageBus({ directory: join(directory, 'bus') });
    models = await openLmdbReadModels({ directory: join(directory, 'models') });
    await bus.declareTopics([{ name: topic, compacted: true }]);
  };
  const close = async (): Promise<void> => {
    await bus[Symbol.asyncDispose]();
    await models[Symbol.asyncDispose]();
  };
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rollcall-rebuild-'));
    await open();
  });
  afterEach(async () => {
    await close();
    await rm(directory, { recursive: true, force: true });
  });

  let position = 0n;
  const publish = (...names: string[]) =>
    bus.publish([
      {
        topic,
        messages: names.map((name) =>
          encodeCloudEvent({
            ...{ key: `acme/${name}`, id: `${position}`, type: 'view', source: '/tenants/acme', subject: name },
            ...{ time: '2026-01-31T08:15:30.123Z', tenant: 'acme', revision: 0, position: (position += 1n) },
            data: { name },
          }),
        ),
      },
    ]);
  const start = (shout: boolean, hold: Promise<void> = Promise.resolve(), store = models) =>
    RebuildableViews.start<Person, Person>({
      ...{ bus, models: store, topic, group: 'wellness', collection: { name: 'people', indexes: [] } },
      parse: (data) => data as Person,
      apply: (_, { view: { name } }) => ({ name: shout ? name.toUpperCase() : name }),
      acknowledge: { product: 'wellness', isLeaver: () => false },
      bus: new Proxy(bus, {
        get: (target, property) =>
          property === 'endOffsets'
            ? (name: string) => hold.then(() => target.endOffsets(name))
            : (target[property as keyof MessageBus] as () => unknown).bind(target),
      }),
    });
  const names = async ({ collection }: { collection: string }): Promise<string[]> =>
    (await models.find<Document & Person>(collection, { filter: {}, sort: { _id: 1 } })).map(({ name }) => name);
  const caughtUp = async (views: { lag(): Promise<number> }): Promise<void> => {
    while ((await views.lag()) > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  };

  it('makes the rows anew from the start of the topic, and goes on with what comes', async () => {
    await publish('ada', 'bob');
    const before = await start(false);
    await caughtUp(before);
    await before.stop();
    const views = await start(true);
    await publish('cy');
    await caughtUp(views);
    expect(await names(views)).toEqual(['ada', 'bob', 'CY']);
    await Promise.all([views.rebuild(), views.rebuild()]);
    expect(await names(views)).toEqual(['ADA', 'BOB', 'CY']);
    await publish('di');
    await caughtUp(views);
    expect(await names(views)).toEqual(['ADA', 'BOB', 'CY', 'DI']);
    await views.stop();
    const again = await start(true);
    expect(await names(again)).toEqual(['ADA', 'BOB', 'CY', 'DI']);
    await again.rebuild();
    expect(await names(again)).toEqual(['ADA', 'BOB', 'CY', 'DI']);
    await again.stop();
    // Of the generations before nothing is left: no rows, and no group that the topic would be kept for.
    for (const name of ['people', 'people.1']) expect(await names({ collection: name })).toEqual([]);
    for (const group of ['wellness', 'wellness.1']) expect((await bus.committed(group, topic)).size).toBe(0);
  });

  it('lets the old rows be read and kept up meanwhile, and never tells that it has fallen back', async () => {
    await publish('ada');
    let release = (): void => undefined;
    let hold: Promise<void> = Promise.resolve();
    const views = await start(true, {
      then: (...args: Parameters<Promise<void>['then']>) => hold.then(...args),
    } as Promise<void>);
    await caughtUp(views);
    hold = new Promise((resolve) => (release = resolve));
    const rebuilt = views.rebuild();
    expect(views.isRebuilding).toBe(true);
    await publish('bob');
    for (;;) {
      const [found = []] = [await names(views)];
      if (found.length === 2) break;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(views.collection).toBe('people');
    release();
    await rebuilt;
    expect(views.isRebuilding).toBe(false);
    expect(await names(views)).toEqual(['ADA', 'BOB']);
    await views.stop();
    const told: bigint[] = [];
    const [end = 0n] = (await bus.endOffsets(acks)).values();
    await new Promise<void>((resolve) => {
      void bus.consume({ group: 'spec', topics: [acks] }, async (batch) => {
        for (const { value } of batch) told.push(BigInt((JSON.parse(value ?? '') as { next: string }).next));
        if ((batch.at(-1)?.offset ?? -1n) >= end - 1n) resolve();
      });
    });
    expect(told).toEqual([...told].sort((a, b) => Number(a - b)));
  });

  it('that is cut short leaves everything as it was, and nothing for its sake on the topic', async () => {
    await publish('ada');
    const first = await start(false);
    await caughtUp(first);
    await first.stop();
    // What a process that ended in a rebuild leaves.
    await bus.consume({ group: 'wellness.1', topics: [topic] }, async () => undefined).then((it) => it.stop());
    await close();
    await open();
    const views = await start(false);
    expect(views.collection).toBe('people');
    expect(await names(views)).toEqual(['ada']);
    expect((await bus.committed('wellness.1', topic)).size).toBe(0);
    await views.stop();
  });

  /** The product's store; what `before` throws of a write is its answer, whether or not the write had its effect. */
  const failing = (before: (batch: WriteBatch, land: () => Promise<void>) => Promise<void>): ReadModels =>
    new Proxy(models, {
      get: (target, property) => {
        if (property === 'write') return (batch: WriteBatch) => before(batch, () => target.write(batch));
        const value: unknown = target[property as keyof ReadModels];
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  /** Whether it says that another generation is in use now. */
  const switches = ({ operations }: WriteBatch): boolean =>
    operations.some((each) => each.type === 'put' && (each.document as { generation?: number }).generation === 1);

  it('goes on with the old rows where the new ones cannot be put in their place', async () => {
    await publish('ada');
    let refused = 0;
    const store = failing((batch, land) => {
      if (!switches(batch) || refused > 0) return land();
      refused += 1;
      return Promise.reject(new Error('the store is away'));
    });
    const views = await start(true, undefined, store);
    await caughtUp(views);
    await expect(views.rebuild()).rejects.toThrow('the store is away');
    expect([views.collection, views.isRebuilding]).toEqual(['people', false]);
    await publish('bob');
    await caughtUp(views);
    expect(await names(views)).toEqual(['ADA', 'BOB']);
    expect((await views.health()).status).toBe('ok');
    await views.rebuild();
    expect([views.collection, await names(views)]).toEqual(['people.1', ['ADA', 'BOB']]);
    await views.stop();
  });

  it('goes on with the new rows where only the answer was lost, or they cannot be kept up at once', async () => {
    await publish('ada');
    let isAway = false;
    let isLost = false;
    const store = failing(async (batch, land) => {
      if (isAway) throw new Error('the store is away');
      await land();
      if (!switches(batch) || isLost) return;
      isLost = isAway = true;
      setTimeout(() => (isAway = false), 20);
      throw new Error('the answer was lost');
    });
    const hold = {
      then: (...args: Parameters<Promise<void>['then']>) =>
        (isAway ? Promise.reject(new Error('the bus is away')) : Promise.resolve()).then(...args),
    } as Promise<void>;
    const views = await start(true, hold, store);
    await caughtUp(views);
    await views.rebuild();
    expect(views.collection).toBe('people.1');
    await publish('bob');
    await caughtUp(views);
    expect(await names(views)).toEqual(['ADA', 'BOB']);
    expect((await views.health()).status).toBe('ok');
    await views.stop();
    expect(await names({ collection: 'people' })).toEqual([]);
  });

  it('is cleared up after at the next start, wherever the process was killed', async () => {
    await publish('ada');
    const before = await start(false);
    await caughtUp(before);
    // Of an earlier release, killed when the new rows had just taken the place of the old ones.
    await bus.consume({ group: 'wellness.1', topics: [topic] }, async () => undefined).then((it) => it.stop());
    await models.declare({ name: 'generations', indexes: [] });
    await models.write({
      operations: [{ type: 'put', collection: 'generations', document: { _id: 'people', generation: 1 } as Document }],
    });
    await before.stop();
    expect(await names({ collection: 'people' })).toEqual(['ada']);
    expect((await bus.committed('wellness', topic)).size).toBe(1);
    const views = await start(true);
    expect(views.collection).toBe('people.1');
    await caughtUp(views);
    expect(await names({ collection: 'people' })).toEqual([]);
    expect((await bus.committed('wellness', topic)).size).toBe(0);
    await views.rebuild();
    expect([views.collection, await names(views)]).toEqual(['people.2', ['ADA']]);
    await views.stop();
    const [generation] = await models.find<Document>('generations', { filter: {} });
    expect(generation).toMatchObject({ generation: 2, left: [] });
  });
});
