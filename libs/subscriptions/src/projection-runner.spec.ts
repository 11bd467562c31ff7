import { jest } from '@jest/globals';
import fc from 'fast-check';
import type { ProjectedEvent, Projection, Touch } from '#projections';
import type { Document } from '#read-models';
import { FakeEventLog } from './fakes/event-log.fake.js';
import { FakeReadModels, type WriteOutcome } from './fakes/read-models.fake.js';
import { ProjectionRunner, type ProjectionRunnerOptions } from './projection-runner.js';

interface Counted extends Document {
  readonly count: number;
  readonly trail: string;
}

/** Counts events per stream: every event folded twice, or not at all, shows. */
const counts: Projection = {
  name: 'counts',
  collections: [{ name: 'counts', indexes: [] }],
  touches: ({ stream }) => [{ collection: 'counts', id: stream }],
  apply(document, event): Counted | undefined {
    if (event.type === 'Ended') return undefined;
    if (event.type === 'Bad') throw new Error('cannot be folded');
    const before = document as Counted | undefined;
    return { _id: event.stream, count: (before?.count ?? 0) + 1, trail: `${before?.trail ?? ''}${event.position},` };
  },
};

/** Says its documents outright. */
const members: Projection = {
  name: 'members',
  collections: [{ name: 'members', indexes: [] }],
  streamPrefixes: ['group-'],
  touches(event): readonly Touch[] {
    const { added = [], removed = [] } = event.data as { added?: string[]; removed?: string[] };
    return [
      ...removed.map((id) => ({ collection: 'members', delete: id })),
      ...added.map((id) => ({ collection: 'members', put: { _id: id } })),
    ];
  },
  apply: (document) => document,
};

const retry = { initialMs: 0, maxMs: 1 };

describe('ProjectionRunner', () => {
  let store: FakeEventLog;
  let models: FakeReadModels;

  beforeEach(() => {
    store = new FakeEventLog();
    models = new FakeReadModels();
  });
  afterEach(() => void jest.useRealTimers());

  function runnerOf(projections: Projection[], options: Partial<ProjectionRunnerOptions> = {}): ProjectionRunner {
    return new ProjectionRunner({ store, models, projections, retry, ...options });
  }

  async function caughtUp(runner: ProjectionRunner): Promise<void> {
    expect(await runner.progress.waitFor(store.events.at(-1)?.position ?? 0n, 10_000)).toBe(true);
  }

  async function run(projections: Projection[], options?: Partial<ProjectionRunnerOptions>): Promise<void> {
    await using runner = runnerOf(projections, options);
    await runner.start();
    await caughtUp(runner);
  }

  it('folds the log into documents and stores them with the checkpoint, one write per batch', async () => {
    store.record('user-1', 'Happened');
    store.record('group-1', 'Changed', { added: ['a', 'b'] });
    store.record('user-1', 'Happened');
    store.record('group-1', 'Changed', { removed: ['a'] });
    await run([counts, members]);
    expect(models.contents('counts')).toEqual({
      'user-1': { _id: 'user-1', count: 2, trail: '10,30,' },
      'group-1': { _id: 'group-1', count: 2, trail: '20,40,' },
    });
    expect(models.contents('members')).toEqual({ b: { _id: 'b' } });
    expect(models.writes).toHaveLength(1);
    expect(Object.fromEntries(models.positions)).toEqual({ counts: 40n, members: 40n });
  });

  it('reads a document once per batch, hot ones never, and those said outright never', async () => {
    for (let i = 0; i < 6; i += 1) store.record('group-1', 'Changed', { added: ['a'] });
    await run([counts, members], { maxBatchSize: 2 });
    expect(models.reads).toEqual([['group-1']]);
    models.reads.length = 0;
    store.record('group-1', 'Changed', { added: ['a'] });
    store.record('group-1', 'Changed', { added: ['a'] });
    await run([counts, members], { hotDocuments: 0, maxBatchSize: 1 });
    expect(models.reads).toEqual([['group-1'], ['group-1']]);
  });

  it('deletes a document whose fold ends, and writes none that did not change', async () => {
    const still: Projection = { ...counts, apply: (document, event) => (event.type === 'Idle' ? document : counts.apply(document, event, { collection: 'counts', id: '' })) }; // prettier-ignore
    store.record('user-1', 'Happened');
    await run([still]);
    store.record('user-1', 'Idle');
    await run([still]);
    expect(models.writes.at(-1)?.operations).toEqual([]);
    store.record('user-1', 'Ended');
    await run([still]);
    expect(models.contents('counts')).toEqual({});
  });

  it('lets events gather while nobody waits for them, and folds them at once for who does', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] }); // no rest ends by itself
    await using runner = runnerOf([counts], { gatherMs: 60_000 });
    await runner.start();
    store.record('user-1', 'Happened');
    await caughtUp(runner);
    const before = models.writes.length;
    for (let i = 0; i < 5; i += 1) {
      store.record('user-1', 'Happened');
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(models.writes.length).toBe(before);
    await caughtUp(runner);
    expect(models.writes.length).toBe(before + 1);
    expect(models.contents('counts')).toMatchObject({ 'user-1': { count: 6 } });
  });

  it('does not write for every event that changes nothing, yet stores the checkpoint when it stops', async () => {
    await using runner = runnerOf([members], { maxBatchSize: 1 });
    await runner.start();
    for (let i = 0; i < 20; i += 1) store.record('user-1', 'Happened');
    await caughtUp(runner);
    expect(models.writes.length).toBeLessThan(5);
    await runner.stop();
    expect(models.positions.get('members')).toBe(200n);
  });

  it('leaves out of one projection the event it cannot fold, and tells', async () => {
    const parked: string[] = [];
    const seen: Projection = { ...counts, name: 'seen', collections: [{ name: 'seen', indexes: [] }], touches: ({ id }) => [{ collection: 'seen', put: { _id: id } }] }; // prettier-ignore
    store.record('user-1', 'Happened');
    store.record('user-1', 'Bad');
    store.record('user-1', 'Happened');
    await using runner = runnerOf([counts, seen], {
      onParked: (event, error, name) => void parked.push(`${name} ${event.id} ${error.name}`),
    });
    await runner.start();
    await caughtUp(runner);
    expect(models.contents('counts')).toMatchObject({ 'user-1': { count: 2, trail: '10,30,' } });
    expect(Object.keys(models.contents('seen'))).toHaveLength(3);
    expect(parked).toEqual(['counts event-1 PermanentFailure']);
    const told = (): object => Object.fromEntries(runner.status().map((status) => [status.name, status.parked]));
    expect(told()).toEqual({ counts: 1, seen: 0 });
    await runner.rebuild('counts');
    const end = store.events.at(-1)?.position;
    while (runner.status().some(({ position }) => position !== end))
      await new Promise((resolve) => setImmediate(resolve));
    expect(told()).toEqual({ counts: 1, seen: 0 });
  });

  it('waits for read models that are away at the start', async () => {
    store.record('user-1', 'Happened');
    models.away = true;
    await using runner = runnerOf([counts]);
    const started = runner.start();
    await new Promise((resolve) => setTimeout(resolve, 5));
    models.away = false;
    await started;
    await caughtUp(runner);
    expect(models.contents('counts')).toMatchObject({ 'user-1': { count: 1 } });
  });

  it('gives a new projection its own loop, and waits for it only where it is required', async () => {
    store.record('group-1', 'Changed', { added: ['a'] });
    await run([counts]);
    await using runner = runnerOf([counts, members], { required: ['counts'] });
    await runner.start();
    store.record('group-1', 'Changed', { added: ['b'] });
    await caughtUp(runner);
    expect(store.subscriptions.slice(-2)).toEqual([10n, 'start']);
    expect(runner.status().map(({ name }) => name)).toEqual(['counts', 'members']);
  });

  it('progresses only as far as the last of the required projections', async () => {
    store.record('user-1', 'Happened');
    await run([counts]);
    models.outcomes = ['fails', 'fails', 'fails', 'fails'];
    await using runner = runnerOf([counts, members]);
    await runner.start();
    expect(runner.progress.current).toBeUndefined(); // members has seen nothing yet
    store.record('group-1', 'Changed', { added: ['a'] });
    await caughtUp(runner);
    expect(models.contents('members')).toEqual({ a: { _id: 'a' } });
  });

  it('rebuilds one projection to the same documents, while the others go on', async () => {
    for (let i = 0; i < 30; i += 1) store.record(`user-${i % 7}`, i % 11 === 10 ? 'Ended' : 'Happened');
    await using runner = runnerOf([counts, members], { maxBatchSize: 4 });
    await runner.start();
    await caughtUp(runner);
    const first = models.contents('counts');
    await runner.rebuild('counts');
    store.record('group-1', 'Changed', { added: ['a'] });
    await caughtUp(runner);
    expect(models.contents('counts')).toEqual({ ...first, 'group-1': { _id: 'group-1', count: 1, trail: '310,' } });
    expect(models.positions.get('counts')).toBe(310n);
    expect(models.contents('members')).toEqual({ a: { _id: 'a' } });
  });

  it('does not progress past a required projection that is being emptied for its rebuild', async () => {
    store.record('group-1', 'Changed', { added: ['a'] });
    await using runner = runnerOf([counts, members]);
    await runner.start();
    await caughtUp(runner);
    let open = (): void => undefined;
    models.resetGate = new Promise((resolve) => (open = resolve));
    const rebuilding = runner.rebuild('counts');
    const { position } = store.record('group-1', 'Changed', { added: ['b'] });
    while (models.contents('members')['b'] === undefined) await new Promise((resolve) => setImmediate(resolve));
    expect(await runner.progress.waitFor(position, 5)).toBe(false);
    open();
    await rebuilding;
    await caughtUp(runner);
    expect(models.contents('counts')).toMatchObject({ 'group-1': { count: 2 } });
  });

  it('does not fold on from documents whose checkpoint is gone', async () => {
    store.record('user-1', 'Happened');
    await run([counts]);
    await run([{ ...counts, name: 'counts-2' }]);
    expect(models.contents('counts')).toMatchObject({ 'user-1': { count: 1 } });
  });

  it('begins anew where the checkpoint is no place of a log', async () => {
    store.record('user-1', 'Happened');
    models.positions.set(counts.name, 2n ** 64n - 1n);
    await run([counts]);
    expect(models.contents('counts')).toMatchObject({ 'user-1': { count: 1 } });
    expect(models.positions.get(counts.name)).toBe(store.events.at(-1)?.position);
  });

  it('refuses two projections that write one collection', () => {
    expect(() => runnerOf([counts, { ...counts, name: 'other' }])).toThrow('collection counts');
  });

  it('leaves what one would have left where two project at once, of whom neither knows of the other', async () => {
    const round = fc.record({
      events: fc.array(fc.constantFrom('user-1', 'user-2', 'group-1'), { minLength: 1, maxLength: 12 }),
      outcomes: fc.array(fc.constantFrom<WriteOutcome>('lands', 'fails', 'landsAndFails'), { maxLength: 4 }),
      maxBatchSize: fc.integer({ min: 1, max: 5 }),
      isFollowed: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 5 }), async (rounds) => {
        store = new FakeEventLog();
        models = new FakeReadModels();
        await using first = runnerOf([counts, members], { maxBatchSize: 3 });
        await first.start();
        for (const { events, outcomes, ...options } of rounds) {
          models.outcomes = [...outcomes];
          await using second = runnerOf([counts, members], options);
          await second.start();
          for (const stream of events) store.record(stream, 'Happened', { added: [stream] });
          await caughtUp(second);
        }
        await caughtUp(first);
        expect(models.contents('counts')).toEqual(foldAll(store.events));
      }),
      { numRuns: 30 },
    );
  });

  it('counts each event exactly once in effect, whatever writes fail and whenever it is restarted', async () => {
    const outcome = fc.constantFrom<WriteOutcome>('lands', 'fails', 'landsAndFails');
    const type = fc.constantFrom('Happened', 'Happened', 'Happened', 'Ended');
    const round = fc.record({
      events: fc.array(fc.record({ stream: fc.constantFrom('user-1', 'user-2', 'group-1'), type }), { maxLength: 12 }),
      outcomes: fc.array(outcome, { maxLength: 4 }),
      maxBatchSize: fc.integer({ min: 1, max: 5 }),
      hotDocuments: fc.constantFrom(0, 1, 100),
      waits: fc.boolean(),
      rebuilds: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 5 }), async (rounds) => {
        store = new FakeEventLog();
        models = new FakeReadModels();
        store.record('user-1', 'Happened');
        for (const { events, outcomes, waits, rebuilds, ...options } of rounds) {
          models.outcomes = [...outcomes];
          await using runner = runnerOf([counts, members], options);
          await runner.start();
          for (const { stream, type } of events) store.record(stream, type, { added: [stream] });
          if (rebuilds) await runner.rebuild('counts');
          if (waits) await caughtUp(runner);
        }
        models.outcomes = [];
        await run([counts, members]);
        expect(models.contents('counts')).toEqual(foldAll(store.events));
      }),
      { numRuns: 60 },
    );
  });
});

/** What the counts must be: the fold over the whole log at once. */
function foldAll(events: readonly ProjectedEvent[]): Record<string, Document> {
  const documents = new Map<string, Document>();
  for (const event of events) {
    const touch = { collection: 'counts', id: event.stream };
    const document = counts.apply(documents.get(event.stream), event, touch);
    if (document) documents.set(event.stream, document);
    else documents.delete(event.stream);
  }
  return Object.fromEntries(documents);
}
