import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { matchesFilter, parseFilter, userModel } from '#scim';
import { type Filter, QueryTooCostly, type ReadModels } from '../read-models.port.js';
import { compileScimFilter, compileSort, searchShadow } from '../scim-filter/index.js';
import { openLmdbReadModels } from './lmdb.read-models.js';
import type { QueryCost } from './query-run.js';

const USERS = 1_000;
const PAGE = 10;

/** What each filter operator costs where its attribute is indexed, and where it is not. */
describe('the cost of a filter', () => {
  let directory: string;
  let models: ReadModels;
  let costs: QueryCost[] = [];
  const users = Array.from({ length: USERS }, (_, n) => {
    const id = String(n).padStart(4, '0');
    const emails = [{ value: `a${n}@x.io`, type: 'work' }, ...(n % 3 === 0 ? [{ value: `b${n}@y.io` }] : [])];
    const attributes = {
      userName: `u${(n * 7) % USERS}`,
      title: n % 2 === 0 ? 'Nurse' : 'Doctor',
      emails,
      ...(n % 4 !== 0 && { externalId: `x${n}` }),
    };
    return { id, attributes, created: '2026-01-01T00:00:00Z', lastModified: '2026-01-01T00:00:00Z' };
  });

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'filter-costs-'));
    models = await openLmdbReadModels({ directory, onCost: (cost) => costs.push(cost) });
    await models.declare({
      name: 'users',
      indexes: [
        { name: 'scope', fields: ['scope', '_id'], counted: true },
        { name: 'userName', fields: ['scope', 'shadow.username'] },
        { name: 'externalId', fields: ['scope', 'shadow.externalid'] },
        { name: 'email', fields: ['scope', 'shadow.emails.value'] },
      ],
    });
    for (const scope of ['acme', 'globex']) {
      const operations = users.map((user) => {
        const shadow = searchShadow(userModel, user);
        const document = { _id: `${scope}/${user.id}`, scope, id: user.id, shadow };
        return { type: 'put' as const, collection: 'users', document };
      });
      await models.write({ operations });
    }
  });
  afterAll(async () => {
    await models[Symbol.asyncDispose]();
    await rm(directory, { recursive: true });
  });
  beforeEach(() => void (costs = []));

  const compiled = (filter: string): Filter => ({
    $and: [{ scope: 'acme' }, compileScimFilter(parseFilter(filter, userModel), { documentId: (id) => `acme/${id}` })],
  });
  const expected = (filter: string): string[] =>
    users
      .filter(({ id, attributes }) => matchesFilter(parseFilter(filter, userModel), { id, ...attributes }))
      .map(({ id }) => `acme/${id}`);
  const examined = (): number => costs.reduce((sum, cost) => sum + cost.examined, 0);

  it.each([
    'userName eq "u7"',
    'userName ne "u7"',
    'userName co "99"',
    'userName sw "u9"',
    'userName ew "9"',
    'userName gt "u5"',
    'userName ge "u5"',
    'userName lt "u5"',
    'userName le "u5"',
    'userName pr',
    'externalId pr',
    'externalId eq null',
    'externalId ne null',
    'not (externalId pr)',
    'not (userName sw "u9")',
    'not (not (userName co "9"))',
    'emails co "b99"',
    'emails.value sw "b"',
    'emails.value ne "a5@x.io"',
    'not (emails.value ew "y.io")',
    'id eq "0007" or id eq "0100"',
    'id ne "0007" and userName pr',
    'id gt "0990"',
    'userName eq "u7" or externalId eq "x8"',
    'userName sw "u1" and externalId ew "1"',
    'userName sw "u1" or externalId ew "1" or id lt "0003"',
    'not (userName sw "u1" or not (externalId co "1"))',
    'userName gt "u2" and userName lt "u3"',
    'meta.resourceType eq "User" or userName pr',
  ])('is none of documents where indexes answer it: %s', async (filter) => {
    // What the type decides is folded before; here it is left to the other side of the `or`.
    const asked = compiled(filter.replace('meta.resourceType eq "User" or ', ''));
    const all = expected(filter);
    expect(await models.count('users', asked, { leftMs: 0 })).toBe(all.length);
    const ids = async (page: object): Promise<string[]> =>
      (await models.find('users', { filter: asked, budget: { leftMs: 0 }, ...page })).map(({ _id }) => _id);
    expect(await ids({ limit: PAGE })).toEqual(all.slice(0, PAGE));
    expect(await ids({ limit: PAGE, skip: 5 })).toEqual(all.slice(5, 5 + PAGE));
    expect(await ids({ limit: PAGE, after: { values: [], id: 'acme/0500' } })).toEqual(
      all.filter((id) => id > 'acme/0500').slice(0, PAGE),
    );
    expect(await ids({ limit: PAGE, sort: { _id: -1 } })).toEqual([...all].reverse().slice(0, PAGE));
    expect(examined()).toBe(0);
  });

  it.each([
    ['userName eq "u7" and title eq "Nurse"', 1],
    ['emails[type eq "work" and value eq "a7@x.io"]', 1],
    ['emails[type eq "work" and value co "a99"]', 12],
    ['(userName co "u99" or externalId eq "x1") and title eq "Doctor"', 13],
    ['not (externalId pr) and title eq "Nurse"', USERS / 4],
  ])('is that of the documents that indexes leave over: %s', async (filter, most) => {
    expect(await models.count('users', compiled(filter))).toBe(expected(filter).length);
    expect(examined()).toBeLessThanOrEqual(most);
  });

  it.each(['title eq "Nurse"', 'userName eq "u7" or title co "x"', 'not (title pr)', 'id co "1"'])(
    'is bounded where no index helps: %s',
    async (filter) => {
      await expect(models.count('users', compiled(filter), { leftMs: 0 })).rejects.toBeInstanceOf(QueryTooCostly);
      expect(await models.count('users', compiled(filter), { leftMs: 60_000 })).toBe(expected(filter).length);
      expect(examined()).toBe(USERS);
    },
  );

  it.each([
    ['userName', 'ascending'],
    ['userName', 'descending'],
    ['externalId', 'ascending'],
    ['externalId', 'descending'],
    ['id', 'descending'],
  ] as const)('is none of documents to sort by %s, %s', async (sortBy, order) => {
    const { present, sort } = compileSort(sortBy, order, userModel, { byDocumentId: true });
    const filter = { $and: [{ scope: 'acme' }, present] };
    const all = await models.find<{ _id: string }>('users', { filter, sort });
    expect(all).toHaveLength(sortBy === 'externalId' ? (USERS * 3) / 4 : USERS);
    costs = [];
    for (const skip of [0, 200, 700]) {
      expect(await models.find('users', { filter, sort, skip, limit: 5 })).toEqual(all.slice(skip, skip + 5));
    }
    expect(examined()).toBe(0);
    expect(Math.max(...costs.map(({ entries }) => entries))).toBeLessThanOrEqual(order === 'ascending' ? 5 : 705);
  });

  it('is the same for a page at any depth, behind a place', async () => {
    for (const order of ['ascending', 'descending'] as const) {
      const { sort } = compileSort('userName', order, userModel);
      costs = [];
      for (const name of ['u15', 'u5', 'u90']) {
        const after = { values: [name], id: 'acme/' };
        await models.find('users', { filter: { scope: 'acme' }, sort, after, limit: 5 });
      }
      expect(costs.map(({ entries, examined: read }) => [entries, read])).toEqual([[5, 0], [5, 0], [5, 0]]); // prettier-ignore
    }
  });

  it('is paid once by a page and its total', async () => {
    const filter = compiled('userName co "9"');
    await models.find('users', { filter, limit: PAGE });
    await models.count('users', filter);
    expect(costs.map(({ entries, sets }) => [entries, sets])).toEqual([[USERS, true], [0, true]]); // prettier-ignore
    await models.write({ operations: [{ type: 'put', collection: 'users', document: { _id: 'z' } }] });
    await models.count('users', filter);
    expect(costs.at(-1)?.entries).toBe(USERS);
  });
});
