import { listResponse, pageSizesFor, parseListQuery } from './list-query.js';

const page = { defaultSize: 100, maxSize: 1000 };

describe('parseListQuery (RFC 7644 §3.4.2.4, C3.1)', () => {
  it.each([
    [{}, { startIndex: 1, count: 100 }],
    [
      { startIndex: '0', count: '-3' },
      { startIndex: 1, count: 0 },
    ],
    [
      { startIndex: '-7', count: '5000' },
      { startIndex: 1, count: 1000 },
    ],
    [
      { startIndex: '', count: '' },
      { startIndex: 1, count: 100 },
    ],
    [{ count: ['2', '9'] }, { startIndex: 1, count: 2, cursor: undefined }],
    [{ cursor: '' }, { cursor: '', count: 100 }],
    [
      { cursor: ['a', 'b'], count: '1000' },
      { cursor: 'a', count: 1000 },
    ],
  ])('%j → %j', (query, expected) => {
    expect(parseListQuery(query, page)).toMatchObject(expected);
  });

  it.each([
    [{ startIndex: 'x' }, 'invalidValue'],
    [{ count: '1.5' }, 'invalidValue'],
    [{ count: '1e3' }, 'invalidValue'],
    [{ sortOrder: 'up' }, 'invalidValue'],
    [{ filter: ' ' }, 'invalidFilter'],
    [{ cursor: '', startIndex: '1' }, 'invalidValue'],
    [{ cursor: '', count: '0' }, 'invalidCount'],
    [{ cursor: '', count: '1001' }, 'invalidCount'],
    [{ cursor: '', count: 'x' }, 'invalidCount'],
  ])('refuses %j with %s', (query, kind) => {
    expect(() => parseListQuery(query, page)).toThrow(expect.objectContaining({ kind }));
  });

  it('writes numbers as numbers', () => {
    expect(JSON.parse(listResponse(['{"id":"a"}'], { totalResults: 7, startIndex: 3 }))).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
      totalResults: 7,
      startIndex: 3,
      itemsPerPage: 1,
      Resources: [{ id: 'a' }],
    });
  });
});

describe('pageSizesFor', () => {
  it.each([
    [undefined, page],
    [{ userDeletion: 'release' as const }, page],
    [{ defaultPageSize: 20 }, { defaultSize: 20, maxSize: 1000 }],
    [{ maxPageSize: 50 }, { defaultSize: 50, maxSize: 50 }],
    [{ maxPageSize: 5000 }, page],
    [
      { defaultPageSize: 200, maxPageSize: 500 },
      { defaultSize: 200, maxSize: 500 },
    ],
  ])('%j → %j: what the tenant wants, within what the installation allows', (settings, expected) => {
    expect(pageSizesFor(settings, page)).toEqual(expected);
  });
});
