import type { Document, ReadModels, Sort, SortPosition } from '../read-models.port.js';

export function pageContract(withModels: (use: (models: ReadModels) => Promise<void>) => Promise<void>): void {
  const documents: readonly Document[] = [
    { _id: 'a', n: 2, tags: ['m', 'z'] },
    { _id: 'b', n: 1, tags: ['b', 'n'] },
    { _id: 'c', n: 2, tags: [] },
    { _id: 'd', n: null, tags: null },
    { _id: 'e' },
    { _id: 'f', n: 'text', tags: 'a' },
    { _id: 'g', n: true, tags: ['o'] },
    { _id: 'h', n: -1, tags: [7] },
  ] as Document[];
  const sorts: readonly (readonly [string, Sort | undefined, string])[] = [
    ['by _id without a sort', undefined, 'abcdefgh'],
    ['by _id with an empty sort', {}, 'abcdefgh'],
    ['by _id descending', { _id: -1 }, 'hgfedcba'],
    [
      'ascending: missing and null first, as one, then numbers, strings, booleans; _id breaks ties',
      { n: 1 },
      'dehbacfg',
    ],
    ['descending: the reverse, but ties still by ascending _id', { n: -1 }, 'gfacbhde'],
    ['by a second path within the first, ascending', { n: 1, _id: -1 }, 'edhbcafg'],
    ['arrays by their least element, an empty one before null', { tags: 1 }, 'cdehfbag'],
    ['arrays by their greatest element when descending', { tags: -1 }, 'agbfhdec'],
    ['by two paths', { n: -1, tags: 1 }, 'gfcabhde'],
  ];

  const withDocuments = (indexed: boolean, use: (models: ReadModels) => Promise<void>) =>
    withModels(async (models) => {
      const indexes = [['n'], ['tags'], ['n', 'tags'], ['kind', '_id'], ['kind', 'n'], ['kind', 'tags']];
      await models.declare({
        name: 'things',
        indexes: indexed ? indexes.map((fields) => ({ name: fields.join('-'), fields })) : [],
      });
      // Written out of order: no adapter may owe the order to the order of writing.
      const shuffled = [5, 2, 7, 0, 3, 6, 1, 4].map((i) => ({ kind: 'k', ...documents[i] }) as unknown as Document);
      await models.write({
        operations: shuffled.map((document) => ({ type: 'put', collection: 'things', document })),
      });
      await use(models);
    });
  const ids = (found: readonly Document[]) => found.map(({ _id }) => _id).join('');

  describe.each([
    ['without an index', false],
    ['with indexes', true],
  ])('%s', (_name, indexed) => {
    it.each(sorts)('sorts %s', (_what, sort, expected) =>
      withDocuments(indexed, async (models) => {
        for (const filter of [{}, { kind: 'k' }]) {
          expect(ids(await models.find('things', { filter, ...(sort && { sort }) }))).toBe(expected);
        }
      }),
    );

    it('pages are stable: pieces of every size put together are the whole', () =>
      withDocuments(indexed, async (models) => {
        for (const [, sort, expected] of sorts) {
          for (let limit = 1; limit <= 4; limit++) {
            let whole = '';
            for (let skip = 0; skip < documents.length; skip += limit) {
              const query = { filter: { kind: 'k' }, skip, limit, ...(sort && { sort }) };
              whole += ids(await models.find('things', query));
            }
            expect(whole).toBe(expected);
          }
        }
      }));

    it('goes on behind a place, whether or not a document is there any more', () =>
      withDocuments(indexed, async (models) => {
        const filter = { kind: 'k' };
        const sorted: readonly [Sort, readonly SortPosition['values'][number][], string][] = [
          [{}, [], 'cdefgh'],
          [{ _id: -1 }, [], 'ba'],
          [{ n: 1 }, [1], 'acfg'],
          [{ n: -1 }, [2], 'cbhde'],
          [{ n: -1, _id: -1 }, [2], 'abhed'],
          [{ n: 1, _id: -1 }, [null], 'hbcafg'],
        ];
        for (const [sort, values, expected] of sorted) {
          expect(ids(await models.find('things', { filter, sort, after: { values, id: 'bb' } }))).toBe(expected);
        }
      }));

    it('walks behind the last document of each page without gap or repetition', () =>
      withDocuments(indexed, async (models) => {
        for (const sort of [{}, { _id: -1 }, { n: 1 }, { n: -1 }, { n: -1, _id: -1 }, { n: 1, _id: -1 }] as Sort[]) {
          const whole = ids(await models.find('things', { filter: { kind: 'k' }, sort }));
          for (let limit = 1; limit <= 4; limit++) {
            let walked = '';
            let after: SortPosition | undefined;
            for (;;) {
              const page = await models.find<Document & { n?: number }>('things', {
                filter: { kind: 'k' },
                sort,
                limit,
                ...(after && { after }),
              });
              const last = page.at(-1);
              if (!last) break;
              walked += ids(page);
              after = { values: 'n' in sort ? [last.n ?? null] : [], id: last._id };
            }
            expect(walked).toBe(whole);
          }
        }
      }));

    it('skips none and gives all by default; a skip past the end and a limit of 0 give nothing', () =>
      withDocuments(indexed, async (models) => {
        const found = async (page: object) => ids(await models.find('things', { filter: { kind: 'k' }, ...page }));
        expect(await found({ limit: 3 })).toBe('abc');
        expect(await found({ skip: 6 })).toBe('gh');
        expect(await found({ skip: 8 })).toBe('');
        expect(await found({ skip: 800, limit: 5 })).toBe('');
        expect(await found({ limit: 0 })).toBe('');
        expect(await found({ limit: 100 })).toBe('abcdefgh');
      }));

    it('counts all that match', () =>
      withDocuments(indexed, async (models) => {
        expect(await models.count('things', {})).toBe(8);
        expect(await models.count('things', { kind: 'k' })).toBe(8);
        expect(await models.count('things', { n: 2 })).toBe(2);
        expect(await models.count('things', { kind: 'k', n: null })).toBe(2);
        expect(await models.count('things', { kind: 'other' })).toBe(0);
      }));
  });
}
