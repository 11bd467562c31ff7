import { type Document, type QueryBudget, QueryTooCostly, type ReadModels } from '../read-models.port.js';

const MANY = 2_000;

export function budgetContract(withModels: (use: (models: ReadModels) => Promise<void>) => Promise<void>): void {
  const withPeople = (use: (models: ReadModels) => Promise<void>) =>
    withModels(async (models) => {
      await models.declare({
        name: 'people',
        indexes: [
          { name: 'tenant', fields: ['tenant', '_id'], counted: true },
          { name: 'name', fields: ['tenant', 'name'] },
        ],
      });
      const documents = Array.from({ length: MANY }, (_, n) => ({
        _id: String(n).padStart(5, '0'),
        tenant: 'acme',
        name: `n${n}`,
        title: `t${n}`,
      }));
      await models.write({
        operations: documents.map((document) => ({ type: 'put', collection: 'people', document })),
      });
      await use(models);
    });
  const filter = { tenant: 'acme', title: { $regex: 'nobody has this' } };

  it('refuses a query that would have to look at more documents than its budget allows', () =>
    withPeople(async (models) => {
      const tooLittle = { leftMs: 0 };
      await expect(models.find('people', { filter, budget: tooLittle })).rejects.toBeInstanceOf(QueryTooCostly);
      await expect(models.count('people', filter, { leftMs: 0 })).rejects.toBeInstanceOf(QueryTooCostly);
      const byTitle = { filter: { tenant: 'acme' }, sort: { title: 1 }, limit: 5, budget: { leftMs: 0 } } as const;
      await expect(models.find('people', byTitle)).rejects.toBeInstanceOf(QueryTooCostly);
    }));

  it('takes what a query used from its budget', () =>
    withPeople(async (models) => {
      const budget: QueryBudget = { leftMs: 60_000 };
      expect(await models.find('people', { filter, budget })).toEqual([]);
      const afterFind = budget.leftMs;
      expect(afterFind).toBeLessThan(60_000);
      expect(await models.count('people', filter, budget)).toBe(0);
      expect(budget.leftMs).toBeLessThan(afterFind);
    }));

  it('does not charge what an index answers', () =>
    withPeople(async (models) => {
      const budget: QueryBudget = { leftMs: 0 };
      const indexed = { tenant: 'acme', name: { $gte: 'n5' } };
      expect(await models.count('people', indexed, budget)).toBe(555);
      const page = await models.find<Document>('people', { filter: indexed, sort: { name: 1 }, limit: 2, budget });
      expect(page.map(({ _id }) => _id)).toEqual(['00005', '00050']);
    }));
}
