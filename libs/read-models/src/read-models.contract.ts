import { randomUUID } from 'node:crypto';
import { batchContract } from './contract/batches.contract.js';
import { budgetContract } from './contract/budget.contract.js';
import { checkpointContract } from './contract/checkpoints.contract.js';
import { filterContract } from './contract/filters.contract.js';
import { indexContract } from './contract/indexes.contract.js';
import { pageContract } from './contract/pages.contract.js';
import { type Filter, ReadModelsUnavailable, type ReadModels, type Sort } from './read-models.port.js';

/** Opens what is kept under that name (`[a-z0-9-]`); the same name again, after disposal, finds what was written. */
export type OpenReadModels = (storage: string) => ReadModels | Promise<ReadModels>;

/**
 * What every adapter must pass: each sentence of the port, and MongoDB's semantics for each operator it lists.
 * @param unmet tests that the engine under the adapter is known to fail, by title: a stand-in's faults, never an adapter's
 */
export function readModelsContract(name: string, open: OpenReadModels, unmet: ReadonlySet<string> = new Set()): void {
  const withModels = async (use: (models: ReadModels) => Promise<void>) => {
    await using models = await open(`contract-${randomUUID()}`);
    await use(models);
  };

  describe(`ReadModels contract: ${name}`, () => {
    describe('documents', () => documentContract(withModels));
    describe('batches', () => batchContract(withModels));
    describe('checkpoints', () => checkpointContract(withModels));
    describe('budgets', () => budgetContract(withModels));
    describe('filters', () => filterContract(withModels, unmet));
    describe('pages', () => pageContract(withModels));
    describe('indexes', () => indexContract(withModels, async (storage) => open(storage), unmet));
    describe('lifetime', () => lifetimeContract(async (storage) => open(storage)));
  });
}

function documentContract(withModels: (use: (models: ReadModels) => Promise<void>) => Promise<void>): void {
  const document = {
    _id: 'acme/1',
    text: 'ünïcode 😀 "quoted" \\ \n',
    numbers: [0, -1.5, 1e21, 9007199254740991],
    nothing: null,
    nested: { list: [{ a: [] }, {}], 'urn:ietf:params:2%2E0:user': { yes: true } },
  };

  it('gives back a document as it was put', () =>
    withModels(async (models) => {
      await models.declare({ name: 'users', indexes: [] });
      await models.write({ operations: [{ type: 'put', collection: 'users', document }] });
      expect(await models.get('users', 'acme/1')).toEqual(document);
    }));

  it('gives undefined for an id it does not have, however long', () =>
    withModels(async (models) => {
      await models.declare({ name: 'users', indexes: [] });
      for (const id of ['acme/1', '', 'x'.repeat(5000)]) expect(await models.get('users', id)).toBeUndefined();
    }));

  it('replaces the whole document', () =>
    withModels(async (models) => {
      await models.declare({ name: 'users', indexes: [] });
      const put = (extra: object) => ({ type: 'put' as const, collection: 'users', document: { _id: '1', ...extra } });
      await models.write({ operations: [put({ a: 1, b: 1 })] });
      await models.write({ operations: [put({ a: 2 })] });
      expect(await models.get('users', '1')).toEqual({ _id: '1', a: 2 });
    }));

  it('keeps what was written, whatever the writer then does with its object', () =>
    withModels(async (models) => {
      await models.declare({ name: 'users', indexes: [{ name: 'name', fields: ['name'] }] });
      const mine = { _id: '1', name: 'ana' };
      const written = models.write({ operations: [{ type: 'put', collection: 'users', document: mine }] });
      mine.name = 'bob';
      await written;
      expect(await models.find('users', { filter: { name: 'ana' } })).toEqual([{ _id: '1', name: 'ana' }]);
    }));

  it('deletes, and deleting what is not there is no error', () =>
    withModels(async (models) => {
      await models.declare({ name: 'users', indexes: [{ name: 'text', fields: ['text'] }] });
      await models.write({ operations: [{ type: 'put', collection: 'users', document }] });
      const remove = { type: 'delete' as const, collection: 'users', id: 'acme/1' };
      await models.write({ operations: [remove] });
      expect(await models.get('users', 'acme/1')).toBeUndefined();
      expect(await models.find('users', { filter: { text: document.text } })).toEqual([]);
      await models.write({ operations: [remove] });
    }));

  it('keeps collections apart', () =>
    withModels(async (models) => {
      for (const name of ['users', 'groups']) await models.declare({ name, indexes: [] });
      await models.write({ operations: [{ type: 'put', collection: 'users', document }] });
      expect(await models.get('groups', document._id)).toBeUndefined();
      expect(await models.count('groups', {})).toBe(0);
    }));

  it('gives the fields that are asked for, whatever else there is', () =>
    withModels(async (models) => {
      await models.declare({ name: 'users', indexes: [{ name: 'name', fields: ['name'] }] });
      const shadow = { text: 'x'.repeat(1000) };
      const whole = { _id: '1', name: 'ana', json: '{"a":"\\n"}'.repeat(100), n: 1, shadow };
      await models.write({ operations: [{ type: 'put', collection: 'users', document: whole }] });
      const fields = ['json', 'n', 'absent'];
      const expected = { _id: '1', json: whole.json, n: 1 };
      expect(await models.get('users', '1', fields)).toMatchObject(expected);
      for (const filter of [{ name: 'ana' }, { n: 1 }, {}]) {
        expect(await models.find('users', { filter, fields })).toMatchObject([expected]);
      }
      expect(await models.find('users', { filter: { n: 1 }, sort: { name: 1 }, fields: ['shadow'] })).toMatchObject([
        { _id: '1', shadow },
      ]);
    }));

  it('works with a field that follows from the others as with one of its own', () =>
    withModels(async (models) => {
      const looks: (readonly string[] | undefined)[] = [];
      await models.declare({
        name: 'users',
        indexes: [
          { name: 'folded', fields: ['scope', 'shadow.name'] },
          { name: 'tags', fields: ['scope', 'shadow.tags.value'] },
        ],
        derived: {
          name: 'shadow',
          of(document, members) {
            looks.push(members && [...members].sort());
            const { name = '', tags = [] } = document as unknown as { name?: string; tags?: string[] };
            const whole = { name: name.toLowerCase(), tags: tags.map((value) => ({ value })), length: name.length };
            return Object.fromEntries(Object.entries(whole).filter(([member]) => !members || members.has(member)));
          },
        },
      });
      const put = (_id: string, name: string, tags: string[]) =>
        ({ type: 'put', collection: 'users', document: { _id, scope: 'a', name, tags } as { _id: string } }) as const;
      const ids = async (filter: Filter, sort?: Sort) =>
        (await models.find('users', { filter, ...(sort && { sort }) })).map(({ _id }) => _id);
      await models.write({
        operations: [put('1', 'Ana', ['x', 'y']), put('2', 'BOB', ['y']), put('3', 'Caroline', [])],
      });
      // Nothing but what indexes cover is worked out for a write.
      for (const members of looks) expect(members ?? ['name', 'tags']).toEqual(['name', 'tags']);

      expect(await ids({ scope: 'a', 'shadow.name': 'bob' })).toEqual(['2']);
      expect(await ids({ scope: 'a', 'shadow.tags.value': 'y' })).toEqual(['1', '2']);
      expect(await ids({ 'shadow.length': { $gt: 3 } })).toEqual(['3']);
      expect(await ids({ scope: 'a', 'shadow.length': 3 }, { 'shadow.name': -1 })).toEqual(['2', '1']);
      expect(await models.count('users', { 'shadow.length': 3 })).toBe(2);
      for (const filter of [
        { scope: 'a', 'shadow.name': 'ana' },
        { 'shadow.length': 3, _id: '1' },
      ]) {
        const [found] = await models.find('users', { filter, fields: ['shadow'] });
        expect(found).toMatchObject({ _id: '1', shadow: { name: 'ana', length: 3 } });
      }
      expect(await models.get('users', '2', ['shadow'])).toMatchObject({
        _id: '2',
        shadow: { name: 'bob', length: 3 },
      });

      await models.write({ operations: [put('2', 'Bea', ['z']), { type: 'delete', collection: 'users', id: '1' }] });
      expect(await ids({ scope: 'a', 'shadow.name': 'bob' })).toEqual([]);
      expect(await ids({ scope: 'a', 'shadow.name': 'bea' })).toEqual(['2']);
      expect(await ids({ scope: 'a', 'shadow.tags.value': 'y' })).toEqual([]);
    }));

  it('gets many in the order asked for, with gaps and repetitions', () =>
    withModels(async (models) => {
      await models.declare({ name: 'users', indexes: [] });
      const [a, b] = [{ _id: 'a' }, { _id: 'b' }];
      await models.write({ operations: [a, b].map((each) => ({ type: 'put', collection: 'users', document: each })) });
      expect(await models.getMany('users', ['b', 'none', 'a', 'b'])).toEqual([b, undefined, a, b]);
      expect(await models.getMany('users', [])).toEqual([]);
    }));
}

function lifetimeContract(open: OpenReadModels): void {
  const definition = { name: 'users', indexes: [{ name: 'tenant', fields: ['tenant', '_id'], counted: true }] };

  it('keeps documents, checkpoints and indexes from one opening to the next', async () => {
    const storage = `contract-${randomUUID()}`;
    const document = { _id: '1', tenant: 'acme' };
    {
      await using models = await open(storage);
      await models.declare(definition);
      const checkpoint = { name: 'p', position: 2n ** 63n + 1n };
      await models.write({ operations: [{ type: 'put', collection: 'users', document }], checkpoint });
    }
    await using models = await open(storage);
    await models.declare(definition);
    expect(await models.get('users', '1')).toEqual(document);
    expect(await models.find('users', { filter: { tenant: 'acme' } })).toEqual([document]);
    expect(await models.count('users', { tenant: 'acme' })).toBe(1);
    expect(await models.checkpoint('p')).toBe(2n ** 63n + 1n);
  });

  it('refuses every call after disposal with ReadModelsUnavailable', async () => {
    const models = await open(`contract-${randomUUID()}`);
    await models.declare(definition);
    await models[Symbol.asyncDispose]();
    const calls = [
      () => models.declare(definition),
      () => models.get('users', '1'),
      () => models.getMany('users', ['1']),
      () => models.find('users', { filter: {} }),
      () => models.count('users', {}),
      () => models.write({ operations: [] }),
      () => models.checkpoint('p'),
      () => models.checkpoints(['p']),
      () => models.reset(['users'], []),
    ];
    for (const call of calls) await expect(call()).rejects.toBeInstanceOf(ReadModelsUnavailable);
  });

  it('can be disposed of twice', async () => {
    const models = await open(`contract-${randomUUID()}`);
    await Promise.all([models[Symbol.asyncDispose](), models[Symbol.asyncDispose]()]);
  });

  it('finishes the writes it has accepted before it is disposed of', async () => {
    const storage = `contract-${randomUUID()}`;
    const first = await open(storage);
    await first.declare(definition);
    const writes = Array.from({ length: 20 }, (_, i) =>
      first.write({ operations: [{ type: 'put', collection: 'users', document: { _id: String(i) } }] }),
    );
    const outcomes = Promise.allSettled(writes);
    await first[Symbol.asyncDispose]();
    const accepted = (await outcomes).filter(({ status }) => status === 'fulfilled').length;
    await using again = await open(storage);
    await again.declare(definition);
    expect(await again.count('users', {})).toBeGreaterThanOrEqual(accepted);
  });
}
