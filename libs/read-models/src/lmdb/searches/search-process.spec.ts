import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Document,
  type Filter,
  type QueryBudget,
  QueryTooCostly,
  type ReadModels,
} from '../../read-models.port.js';
import { openLmdbReadModels, type QueryCost } from '../index.js';
import { PLAIN_SEARCHES } from './fakes/plain-searches.js';
import { NoSearchProcess, SearchProcess } from './search-process.js';

const folder = mkdtempSync(join(tmpdir(), 'rollcall-searches-'));
let folders = 0;
const newFolder = () => join(folder, String(folders++));

const PEOPLE = {
  name: 'people',
  indexes: [{ name: 'tenant', fields: ['tenant', '_id'], counted: true }],
} as const;
const put = (document: object) => ({ type: 'put' as const, collection: PEOPLE.name, document: document as Document });
const person = (n: number, more: object = {}) => ({ _id: `p${String(n).padStart(5, '0')}`, tenant: 'acme', title: `t${n}`, ...more }); // prettier-ignore
const ids = (documents: readonly Document[]) => documents.map(({ _id }) => _id);
const titled = (pattern: string) => ({ tenant: 'acme', title: { $regex: pattern } });

describe('LMDB read models with a process for searches', () => {
  let models: ReadModels;
  const costs: QueryCost[] = [];
  beforeAll(async () => {
    models = await openLmdbReadModels({
      directory: newFolder(),
      searches: { entry: PLAIN_SEARCHES, eager: true },
      onCost: (cost) => costs.push(cost),
    });
    await models.declare(PEOPLE);
    await models.write({ operations: Array.from({ length: 500 }, (_, n) => put(person(n))) });
  });
  afterAll(() => models[Symbol.asyncDispose]());

  it('finds and counts, and tells what it cost', async () => {
    const query = { filter: titled('9$'), sort: { title: -1 }, skip: 1, limit: 2 } as const;
    // By text: t99 and then t9; of these t99 is passed over.
    expect(await models.find(PEOPLE.name, query)).toEqual([person(9), person(89)]);
    expect(await models.count(PEOPLE.name, titled('9$'))).toBe(50);
    expect(costs.at(-1)).toMatchObject({ index: 'tenant', examined: 500 });
  });

  it('sees what was written before it was asked', async () => {
    for (let n = 0; n < 20; n++) {
      await models.write({ operations: [put(person(1_000 + n, { title: `new ${n}` }))] });
      expect(await models.count(PEOPLE.name, titled('^new '))).toBe(n + 1);
      // Several values where there was one: what an index can answer has changed.
      await models.write({ operations: [put(person(1_000 + n, { title: ['x', `new ${n}`] }))] });
      expect(ids(await models.find(PEOPLE.name, { filter: titled(`^new ${n}$`) }))).toEqual([`p0${1_000 + n}`]);
    }
  });

  it('takes from the budget, and refuses beyond it', async () => {
    const budget: QueryBudget = { leftMs: 60_000 };
    await models.find(PEOPLE.name, { filter: titled('none'), budget });
    expect(budget.leftMs).toBeLessThan(60_000);
    const query = { filter: titled('none'), budget: { leftMs: 0 } };
    await expect(models.find(PEOPLE.name, query)).rejects.toBeInstanceOf(QueryTooCostly);
  });

  it('finds more than goes into one message', async () => {
    const long = 'x'.repeat(1_000);
    await models.write({ operations: Array.from({ length: 300 }, (_, n) => put(person(2_000 + n, { long }))) });
    const found = await models.find<Document>(PEOPLE.name, { filter: { tenant: 'acme', long } });
    expect(found).toHaveLength(300);
    expect(found[299]).toEqual(person(2_299, { long }));
  });

  it('says what is wrong with a filter', async () => {
    const filter = { tenant: 'acme', title: { $near: 1 } };
    await expect(models.find(PEOPLE.name, { filter })).rejects.toThrow('$near');
  });
});

describe('a long search', () => {
  it('is made elsewhere, and a short one is not', async () => {
    const costs: QueryCost[] = [];
    await using models = await openLmdbReadModels({
      directory: newFolder(),
      searches: { entry: PLAIN_SEARCHES },
      onCost: (cost) => costs.push(cost),
    });
    await models.declare(PEOPLE);
    const many = Array.from({ length: 5_000 }, (_, n) => put(person(n, { more: { some: ['text', 'of', n] } })));
    await models.write({ operations: [...many, put({ _id: 'x', tenant: 'small', title: 't1' })] });
    const isElsewhere = async (filter: Filter, budget?: QueryBudget) => {
      expect(await models.find(PEOPLE.name, { filter, ...(budget && { budget }) })).toEqual([]);
      return costs.at(-1)?.elsewhere ?? false;
    };
    // The first begins the process and does not wait for it.
    expect(await isElsewhere(titled('none'), { leftMs: 60_000 })).toBe(false);
    while (!(await isElsewhere(titled('none'), { leftMs: 60_000 }))) await sleep(20);
    expect(await isElsewhere({ ...titled('none'), tenant: 'small' }, { leftMs: 60_000 })).toBe(false);
    // Without a budget it is one of our own.
    expect(await isElsewhere(titled('none'))).toBe(false);
  });
});

describe('SearchProcess', () => {
  // Of the last one: the folder is for all.
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const asked = { name: PEOPLE.name, indexes: PEOPLE.indexes, isDerived: false };
  const query = { filter: { tenant: 'acme' } };

  it('that dies is done without, for what it was asked and for a while', async () => {
    await using models = await openLmdbReadModels({ directory: newFolder() });
    await models.declare(PEOPLE);
    let ended = 0;
    await using searches = new SearchProcess({
      entry: PLAIN_SEARCHES,
      directory: join(folder, String(folders - 1)),
      onEnd: () => ended++,
      waits: true,
    });
    expect(await searches.search(asked, query, true)).toMatchObject({ count: 0 });
    const pid = searches.pid ?? 0;
    // It stands still, so that it cannot answer before it dies.
    process.kill(pid, 'SIGSTOP');
    const unanswered = searches.search(asked, query, true);
    process.kill(pid, 'SIGKILL');
    await expect(unanswered).rejects.toBeInstanceOf(NoSearchProcess);
    expect(ended).toBe(1);
    await expect(searches.search(asked, query, true)).rejects.toBeInstanceOf(NoSearchProcess);
  });

  it('that cannot be begun is done without', async () => {
    const models = await openLmdbReadModels({
      directory: newFolder(),
      searches: { entry: new URL('file:///nowhere.js'), eager: true },
    });
    await models.declare(PEOPLE);
    await models.write({ operations: [put(person(1))] });
    expect(ids(await models.find(PEOPLE.name, { filter: titled('t') }))).toEqual(['p00001']);
    await models[Symbol.asyncDispose]();
  });

  it('is asked for no collection whose derived field it does not know', async () => {
    await using models = await openLmdbReadModels({
      directory: newFolder(),
      searches: { entry: PLAIN_SEARCHES, eager: true },
    });
    await models.declare({ ...PEOPLE, derived: { name: 'shadow', of: (document) => ({ id: document._id }) } });
    await models.write({ operations: [put(person(1)), put(person(2))] });
    expect(ids(await models.find(PEOPLE.name, { filter: { 'shadow.id': { $regex: '2$' } } }))).toEqual(['p00002']);
  });

  it('ends with the read models', async () => {
    const directory = newFolder();
    const models = await openLmdbReadModels({ directory });
    await models.declare(PEOPLE);
    const searches = new SearchProcess({ entry: PLAIN_SEARCHES, directory, onEnd: () => undefined, waits: true });
    await searches.search(asked, query, true);
    const { pid = 0 } = searches;
    await searches[Symbol.asyncDispose]();
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    await expect(searches.search(asked, query)).rejects.toThrow('closing');
    await models[Symbol.asyncDispose]();
  });
});
