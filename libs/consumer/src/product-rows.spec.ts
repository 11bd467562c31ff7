import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReadModels } from '#read-models';
import { openLmdbReadModels } from '#read-models/lmdb';
import { listRows } from './list-rows.js';
import { isNews, openRevisionedStore, type RevisionedStore, type VersionedRow } from './revisioned-store.js';

interface Row {
  readonly tenant: string;
  readonly name: string;
}

const PEOPLE = { name: 'people', indexes: [] };

describe('rows of a product', () => {
  let directory: string;
  let models: ReadModels;
  let store: RevisionedStore<Row>;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rollcall-rows-'));
    models = await openLmdbReadModels({ directory });
    store = await openRevisionedStore<Row>(models, PEOPLE);
  });
  afterEach(async () => {
    await models[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });

  const at = (revision: number, row: Row | undefined): VersionedRow<Row> => ({
    version: { revision, eventId: `e${revision}` },
    row,
  });
  const save = (key: string, row: VersionedRow<Row>) => store.save(new Map([[key, row]]));
  const ana = { tenant: 'a', name: 'Ana' };

  it('stand in one place at a time: among the living or among the erased', async () => {
    const [live, gone] = [at(1, ana), at(2, undefined)];
    expect(await store.load(['a/1'])).toEqual([undefined]);
    await save('a/1', live);
    expect(await store.load(['a/1'])).toEqual([live]);
    await save('a/1', gone);
    expect(await store.load(['a/1'])).toEqual([gone]);
    expect((await listRows(models, 'people', { limit: 5 })).rows).toEqual([]);
    await save('a/1', at(3, ana));
    expect(await store.load(['a/1'])).toEqual([at(3, ana)]);
  });

  it('stand in one place also where nobody looked between two saves', async () => {
    await store.load(['a/1']);
    await save('a/1', at(1, ana));
    await save('a/1', at(2, undefined));
    expect(await store.load(['a/1'])).toEqual([at(2, undefined)]);
  });

  it('are listed by tenant, page by page, whatever the cursor', async () => {
    const keys = ['a-b/1', 'a/1', 'a/2', 'a/3', 'a0/1', 'b/1'];
    await store.save(new Map(keys.map((key) => [key, at(0, { tenant: key.split('/')[0] ?? '', name: key })])));
    const listed = async (tenant?: string, cursor?: string): Promise<string[]> => {
      const query = { limit: 2, ...(tenant && { tenant }), ...(cursor && { cursor }) };
      const { rows, nextCursor } = await listRows<Row>(models, 'people', query);
      return [...rows.map(({ key }) => key), ...(nextCursor ? await listed(tenant, nextCursor) : [])];
    };
    expect(await listed()).toEqual(keys);
    expect(await listed('a')).toEqual(['a/1', 'a/2', 'a/3']);
    expect(await listed('a-b')).toEqual(['a-b/1']);
    const before = Buffer.from('Z').toString('base64url');
    expect(await listed('a', before)).toEqual(['a/1', 'a/2', 'a/3']);
  });
});

describe('isNews', () => {
  const at = (position: bigint | undefined, settingsVersion: number | undefined, revision = 3, eventId = 'e') => ({
    revision,
    eventId,
    ...(position !== undefined && { position }),
    ...(settingsVersion !== undefined && { settingsVersion }),
  });

  it.each([
    ['anything, to somebody who has seen nothing', at(5n, 1), undefined, true],
    ['a later position', at(6n, 1), at(5n, 1), true],
    ['a later position by an older mapping', at(6n, 1), at(5n, 2), true],
    ['an earlier position by a newer mapping', at(4n, 9), at(5n, 1), false],
    ['the same position by a newer mapping', at(5n, 2), at(5n, 1), true],
    ['the same position by an older mapping', at(5n, 1), at(5n, 2), false],
    ['a repetition', at(5n, 1), at(5n, 1), false],
    ['a repetition under another event id', at(5n, 1, 3, 'a'), at(5n, 1, 3, 'b'), false],
    ['a mapping, to a row of before mappings were noted', at(5n, 1), at(5n, undefined), true],
    ['no mapping, to a row of before mappings were noted', at(5n, 0), at(5n, undefined), false],
    ['without positions, a later revision', at(undefined, 1, 4), at(undefined, 1, 3), true],
    ['without positions, an earlier revision', at(5n, 1, 2), at(undefined, 1, 3), false],
    ['without positions, another event of one revision', at(undefined, 1, 3, 'a'), at(undefined, 1, 3, 'b'), true],
    ['without positions, the same event', at(undefined, 1), at(undefined, 1), false],
  ])('judges %s', (_, next, seen, news) => {
    expect(isNews(next, seen)).toBe(news);
  });
});
