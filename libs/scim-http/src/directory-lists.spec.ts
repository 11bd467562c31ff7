import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { absentUser, evolveUser } from '#domain';
import type { Aggregates, ReadYourWrites } from '#handlers';
import { documentId, GROUPS, MEMBERSHIPS, type UserDocument, USERS } from '#projections';
import type { ReadModels } from '#read-models';
import { openLmdbReadModels } from '#read-models/lmdb';
import { createProjector, resourceJson, ScimError, userModel } from '#scim';
import fc from 'fast-check';
import type { CurrentUsers } from './current-users.js';
import { DirectoryLists } from './directory-lists.js';
import { ResourceRenderer } from './resource-renderer.js';
import type { ScimHttpOptions } from './scim-http.options.js';

let directory: string;
let readModels: ReadModels;

function userDocument(tenant: string, n: number, externalId: string | undefined): UserDocument {
  const id = `u${String(n).padStart(3, '0')}`;
  const resource = { userName: `${id}@example.com`, ...(externalId !== undefined && { externalId }), active: true };
  const metadata = { occurredAt: '2026-01-01T00:00:00.000Z' };
  const user = evolveUser(absentUser, { type: 'UserProvisioned', data: { resource }, metadata });
  const { status, created, lastModified, attributes } = user;
  const json = resourceJson(userModel, id, attributes);
  const _id = documentId(tenant, id);
  return { _id, scope: tenant, id, status, version: 0, created, lastModified, json };
}

const options = {
  page: { defaultSize: 100, maxSize: 1000 },
  cursors: { key: 'k'.repeat(32), timeoutSeconds: 60 },
  searchMs: 10_000,
} as unknown as ScimHttpOptions;

/** @param waits counts the times a list waited for the read model */
function listsOn(waits: { current: boolean; asked: number } = { current: true, asked: 0 }): DirectoryLists {
  const readYourWrites = {
    get current() {
      return waits.current;
    },
    requireCurrent: async () => {
      waits.asked++;
      if (!waits.current) throw new ScimError('unavailable', 'behind');
    },
  } as unknown as ReadYourWrites;
  const renderer = new ResourceRenderer(readModels);
  const [aggregates, users] = [{} as Aggregates, {} as CurrentUsers];
  return new DirectoryLists(aggregates, users, readModels, readYourWrites, renderer, options);
}

const audienceOf = (tenant: string, remarkable?: () => void) => ({
  tenant,
  baseUrl: 'http://localhost/scim/v2/acme',
  projector: createProjector(userModel, {}),
  remarkable,
});

describe('a look-up by externalId', () => {
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rollcall-lists-'));
    readModels = await openLmdbReadModels({ directory });
    for (const collection of [USERS, GROUPS, MEMBERSHIPS]) await readModels.declare(collection);
  });
  afterAll(async () => {
    await readModels[Symbol.asyncDispose]();
    await rm(directory, { recursive: true });
  });

  it('answers what a list with the same filter answers', async () => {
    let tenants = 0;
    const externalIds = fc.array(fc.constantFrom('a', 'A', 'a ', 'b', 'ü', undefined), { maxLength: 60 });
    const page = fc.record(
      { startIndex: fc.constantFrom('1', '2', '9'), count: fc.constantFrom('0', '1', '3', '15', '16', '17', '50') },
      { requiredKeys: [] },
    );
    const property = fc.asyncProperty(
      externalIds,
      page,
      fc.constantFrom('a', 'b', 'ü', 'none'),
      async (ids, pageOf, value) => {
        const tenant = `t${tenants++}`;
        const documents = ids.map((externalId, n) => userDocument(tenant, n, externalId));
        await readModels.write({
          operations: documents.map((document) => ({ type: 'put', collection: USERS.name, document })),
        });
        const lists = listsOn();
        const ask = (filter: string) => lists.users(audienceOf(tenant), { filter, ...pageOf });
        expect(await ask(`externalId eq "${value}"`)).toBe(await ask(`externalId eq "${value}" and externalId pr`));
      },
    );
    await fc.assert(property, { numRuns: 100 });
  });

  it('waits for the read model where that lags', async () => {
    await readModels.write({
      operations: [{ type: 'put', collection: USERS.name, document: userDocument('lagging', 1, 'x') }],
    });
    const waits = { current: true, asked: 0 };
    const ask = () => listsOn(waits).users(audienceOf('lagging'), { filter: 'externalId eq "x"' });
    expect(JSON.parse(await ask())).toMatchObject({ totalResults: 1 });
    expect(waits.asked).toBe(0);
    waits.current = false;
    await expect(ask()).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('says so when it has found nobody', async () => {
    let told = 0;
    await listsOn().users(audienceOf('nobody', () => told++), { filter: 'externalId eq "x"' }); // prettier-ignore
    expect(told).toBe(1);
  });
});
