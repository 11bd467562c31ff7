import { Query } from 'mingo';
import { groupModel, type JsonValue, type ResourceAttributes, userModel } from '#scim';
import { compileSort } from './compile-sort.js';
import { searchShadow } from './search-shadow.js';

const users: ResourceAttributes[] = [
  { userName: 'b', title: 'Émile', emails: [{ value: 'z@x.io' }, { value: 'a@x.io', primary: true, type: 'work' }] },
  { userName: 'C', emails: [{ value: 'B@x.io', type: 'home' }, { value: 'a@x.io' }] },
  { userName: 'a', title: 'zeta', externalId: 'b', active: true },
  { userName: 'D', title: 'Alpha', externalId: 'B', active: false },
];
const documents = users.map((attributes, index) => ({
  _id: String(index),
  shadow: searchShadow(userModel, {
    id: `id-${9 - index}`,
    attributes,
    created: '2026-01-01T00:00:00Z',
    lastModified: `2026-01-01T00:00:00-0${index}:00`,
  }),
}));

function sorted(sortBy: string, sortOrder: 'ascending' | 'descending'): JsonValue[] {
  const { present, missing, sort } = compileSort(sortBy, sortOrder, userModel);
  const run = (filter: object) => new Query(filter).find<{ _id: string }>(documents);
  const having = run(present)
    .sort({ ...sort, _id: 1 })
    .all();
  const lacking = run(missing).sort({ _id: 1 }).all();
  const list = sortOrder === 'ascending' ? [...having, ...lacking] : [...lacking, ...having];
  return list.map(({ _id }) => users[Number(_id)]!['userName']!);
}

describe('compileSort (RFC 7644 §3.4.2.3)', () => {
  it.each([
    ['userName', ['a', 'b', 'C', 'D'], ['D', 'C', 'b', 'a']],
    ['title', ['D', 'a', 'b', 'C'], ['C', 'b', 'a', 'D']],
    ['externalId', ['D', 'a', 'b', 'C'], ['b', 'C', 'a', 'D']],
    ['emails', ['b', 'C', 'a', 'D'], ['a', 'D', 'C', 'b']],
    ['EMAILS.Value', ['b', 'C', 'a', 'D'], ['a', 'D', 'C', 'b']],
    ['emails.type', ['C', 'b', 'a', 'D'], ['a', 'D', 'b', 'C']],
    ['id', ['D', 'a', 'C', 'b'], ['b', 'C', 'a', 'D']],
    ['meta.lastModified', ['b', 'C', 'a', 'D'], ['D', 'a', 'C', 'b']],
    ['active', ['D', 'a', 'b', 'C'], ['b', 'C', 'a', 'D']],
    ['noSuchThing', ['b', 'C', 'a', 'D'], ['b', 'C', 'a', 'D']],
  ])('%s', (sortBy, ascending, descending) => {
    expect(sorted(sortBy, 'ascending')).toEqual(ascending);
    expect(sorted(sortBy, 'descending')).toEqual(descending);
  });

  it('needs one query where no value is missing', () => {
    expect(compileSort('userName', 'ascending', userModel)).toMatchObject({
      present: {},
      missing: { _id: { $in: [] } },
    });
  });

  it.each([
    ['name', 'invalidValue'],
    ['addresses', 'invalidValue'],
    ['groups.value', 'invalidValue'],
    ['a b', 'invalidValue'],
    ['password', 'sensitive'],
  ])('refuses %s', (sortBy, kind) =>
    expect(() => compileSort(sortBy, 'ascending', userModel)).toThrow(expect.objectContaining({ kind })),
  );

  it('does not sort by members', () => {
    expect(() => compileSort('members', 'ascending', groupModel)).toThrow(/members/);
  });
});
