import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from 'lmdb';
import { SteppingClock } from '../../../../test/support/stepping-clock.js';
import { readModelsContract } from '../read-models.contract.js';
import { type Document, type ReadModels, ReadModelsUnavailable } from '../read-models.port.js';
import { indexContract } from '../contract/indexes.contract.js';
import { openLmdbReadModels } from './index.js';
import { Storage } from './storage.js';

const folder = mkdtempSync(join(tmpdir(), 'rollcall-read-models-'));

readModelsContract('lmdb', (storage) => openLmdbReadModels({ directory: join(folder, storage) }));

readModelsContract('lmdb, rebuildable', (storage) =>
  openLmdbReadModels({ directory: join(folder, `rebuildable-${storage}`), durability: 'rebuildable' }),
);

describe('LMDB read models with short segments, so that few documents split and merge them', () => {
  let count = 0;
  const open = (storage: string) => openLmdbReadModels({ directory: join(folder, `short-${storage}`), segmentSize: 4 });
  indexContract(async (use) => {
    await using models = await open(String(count++));
    await use(models);
  }, open);
});

describe('LMDB read models', () => {
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  let count = 0;
  const directory = () => join(folder, `own-${count++}`);
  const tenantIndex = { name: 'tenant', fields: ['tenant', '_id'], counted: true };
  const put = (document: object) => ({ type: 'put' as const, collection: 'users', document: document as Document });
  const fill = (models: ReadModels, howMany: number, extra: object = {}) =>
    models.write({
      operations: Array.from({ length: howMany }, (_, i) => put({ _id: `id-${i}`, tenant: 'acme', ...extra })),
    });

  it('refuses ids that do not fit a key, and batches for collections it does not know', async () => {
    await using models = await openLmdbReadModels({ directory: directory() });
    await models.declare({ name: 'users', indexes: [tenantIndex] });
    for (const _id of ['', 'x'.repeat(513), 'ü'.repeat(300), 'lone \ud800', 7]) {
      await expect(models.write({ operations: [put({ _id: 'fine' }), put({ _id })] })).rejects.toThrow(TypeError);
    }
    await expect(models.write({ operations: [{ type: 'delete', collection: 'none', id: '1' }] })).rejects.toThrow(
      'none',
    );
    expect(await models.count('users', {})).toBe(0);
  });

  it('takes the longest id together with the longest values', async () => {
    await using models = await openLmdbReadModels({ directory: directory() });
    await models.declare({ name: 'users', indexes: [{ name: 'all', fields: ['a', 'b', 'c', 'd'] }] });
    const value = '\u{1f600}'.repeat(4000);
    const document = { _id: 'i'.repeat(512), a: value, b: `${value}b`, c: '\0'.repeat(3000), d: [value, '\ud800', {}] };
    await models.write({ operations: [put(document)] });
    const filter = { a: value, b: `${value}b`, c: document.c, d: '\ud800' };
    expect(await models.count('users', filter)).toBe(1);
    expect(await models.count('users', { ...filter, c: '\0'.repeat(2999) })).toBe(0);
  });

  it('refuses indexes it could not keep', async () => {
    await using models = await openLmdbReadModels({ directory: directory() });
    for (const fields of [[], ['_id'], ['a', 'b', 'c', 'd', 'e'], ['emails.0.value']]) {
      await expect(models.declare({ name: 'users', indexes: [{ name: 'it', fields }] })).rejects.toThrow(TypeError);
    }
  });

  it('orders text by code point, as the bytes of keys are ordered', async () => {
    await using models = await openLmdbReadModels({ directory: directory() });
    const texts = ['Z', 'a', 'é', '\ufb00', '\u{1f600}'];
    await models.declare({ name: 'users', indexes: [{ name: 'text', fields: ['text'] }] });
    await models.write({ operations: texts.toReversed().map((text) => put({ _id: text, text, unindexed: text })) });
    for (const query of [{}, { sort: { text: 1 } }, { sort: { unindexed: 1 } }] as const) {
      const found = await models.find('users', { filter: { text: { $gt: '' } }, ...query });
      expect(found.map(({ _id }) => _id)).toEqual(texts);
    }
  });

  it('lets others run during a scan, which sees the collection as it was when it began', async () => {
    await using models = await openLmdbReadModels({ directory: directory() });
    await models.declare({ name: 'users', indexes: [tenantIndex] });
    await fill(models, 20_000, { round: 1 });
    const filters = [{ round: 1 }, { tenant: 'acme', round: 1 }];
    const scan = () => filters.map((filter) => models.find('users', { filter, sort: { round: -1 } }));
    {
      using _clock = new SteppingClock(0.1);
      let turns = 0;
      let scanning = true;
      const others = (): void => {
        turns++;
        if (scanning) setImmediate(others);
      };
      setImmediate(others);
      await Promise.all(scan());
      scanning = false;
      expect(turns).toBeGreaterThan(100);
    }
    const scans = scan();
    await fill(models, 10_000, { round: 2 });
    for (const found of scans) expect(await found).toHaveLength(20_000);
    expect(await models.count('users', { round: 1 })).toBe(10_000);
  });

  it('ends a scan that is under way when it is disposed of', async () => {
    const models = await openLmdbReadModels({ directory: directory() });
    await models.declare({ name: 'users', indexes: [] });
    await fill(models, 20_000);
    const scan = expect(models.find('users', { filter: { none: 1 } })).rejects.toBeInstanceOf(ReadModelsUnavailable);
    await models[Symbol.asyncDispose]();
    await scan;
  });

  it('splits counted segments that inserts in the middle have made too long', async () => {
    const place = directory();
    {
      await using models = await openLmdbReadModels({ directory: place, segmentSize: 4 });
      await models.declare({ name: 'users', indexes: [tenantIndex] });
      for (const ids of [[...'zyxwvutsrqponmlkjihgfedcba'], [...'0123456789']]) {
        await models.write({ operations: ids.map((_id) => put({ _id, tenant: 'acme' })) });
      }
    }
    const storage = await Storage.open(place);
    const counts = [...storage.openCounts('counts/users/tenant').getRange({})].map(({ value }) => Number(value));
    await storage.close();
    expect(Math.max(...counts)).toBeLessThanOrEqual(8);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(36);
  });

  it('is open once at a time', async () => {
    const place = directory();
    {
      await using _first = await openLmdbReadModels({ directory: place });
      await expect(openLmdbReadModels({ directory: place })).rejects.toBeInstanceOf(ReadModelsUnavailable);
    }
    await using _again = await openLmdbReadModels({ directory: place });
  });

  it('starts anew from a file of another format', async () => {
    const place = directory();
    {
      await using models = await openLmdbReadModels({ directory: place });
      await models.declare({ name: 'users', indexes: [tenantIndex] });
      await fill(models, 3);
      await models.write({ operations: [], checkpoint: { name: 'p', position: 1n } });
    }
    const file = open<string, string>({ path: join(place, 'read-models.mdb'), maxDbs: 256 });
    const values = file.openDB<string, string>('values', { encoding: 'string', keyEncoding: 'binary' });
    await values.put(Buffer.from('format') as unknown as string, '0');
    await file.close();
    await using models = await openLmdbReadModels({ directory: place });
    await models.declare({ name: 'users', indexes: [tenantIndex] });
    expect([await models.count('users', {}), await models.checkpoint('p')]).toEqual([0, undefined]);
  });

  it('trusts a rebuildable file only if no power cut can have torn it', async () => {
    const place = directory();
    const mark = join(place, 'read-models.mdb-mark');
    const open = () => openLmdbReadModels({ directory: place, durability: 'rebuildable' });
    const reopen = async (change: (mark: { bootId: string; clean: boolean }) => object) => {
      {
        await using models = await open();
        await models.declare({ name: 'users', indexes: [tenantIndex] });
        await fill(models, 3);
        await models.write({ operations: [], checkpoint: { name: 'p', position: 1n } });
      }
      const written = JSON.parse(readFileSync(mark, 'utf8')) as { bootId: string; clean: boolean };
      expect(written.clean).toBe(true);
      writeFileSync(mark, JSON.stringify(change(written)));
      await using models = await open();
      await models.declare({ name: 'users', indexes: [tenantIndex] });
      return [await models.count('users', {}), await models.checkpoint('p')];
    };
    const killed = (written: object) => ({ ...written, clean: false });
    expect(await reopen(killed)).toEqual([3, 1n]);
    expect(await reopen((written) => ({ ...written, bootId: 'another run of the machine' }))).toEqual([3, 1n]);
    expect(await reopen(() => ({ bootId: 'another run of the machine', clean: false }))).toEqual([0, undefined]);
  });

  it('says that it is unavailable when a batch cannot be written, and stays right about what is stored', async () => {
    await using models = await openLmdbReadModels({ directory: directory() });
    await models.declare({ name: 'users', indexes: [tenantIndex] });
    await fill(models, 10);
    const { commit } = Storage.prototype;
    Storage.prototype.commit = () => Promise.reject(new Error('no space left'));
    try {
      await expect(fill(models, 30)).rejects.toBeInstanceOf(ReadModelsUnavailable);
    } finally {
      Storage.prototype.commit = commit;
    }
    expect(await models.count('users', { tenant: 'acme' })).toBe(10);
    await fill(models, 20);
    expect(await models.count('users', { tenant: 'acme' })).toBe(20);
    expect(await models.find('users', { filter: { tenant: 'acme' }, skip: 18, limit: 5 })).toHaveLength(2);
  });
});
