import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decideUser, type UserCommand } from '#domain';
import type { EventStore } from '#event-store';
import { openLmdbEventStore } from '#event-store/lmdb';
import { Aggregates, systemIdentitySource, UserNameClaims } from '#handlers';
import { type FoldTouch, userDirectory, USERS } from '#projections';
import { type ReadModels, ReadModelsUnavailable } from '#read-models';
import { openLmdbReadModels } from '#read-models/lmdb';
import { type ResourceAttributes, ScimError } from '#scim';
import fc from 'fast-check';
import { UserUpdates } from '../../handlers/src/users/user-updates.js';
import { CurrentUsers } from './current-users.js';
import { type Described, ResourceRenderer } from './resource-renderer.js';

const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const NAMES = ['ana@example.com', 'Ana@Example.com', 'bo@example.com', 'zoë'];

const inNoGroups = { finish: () => Promise.resolve() };

let directory: string;
let store: EventStore;
let readModels: ReadModels;

/** Nothing folded yet, as in a gateway that has just started. */
function reader(log: EventStore, models: ReadModels = readModels): CurrentUsers {
  const aggregates = new Aggregates(log, models, systemIdentitySource);
  const claims = new UserNameClaims(aggregates, systemIdentitySource, inNoGroups);
  return new CurrentUsers(aggregates, claims, models, new ResourceRenderer(models));
}

/** A view of an object in which some members are others. */
const withMembers = <T extends object>(target: T, members: Record<string, unknown>): T =>
  new Proxy(target, {
    get(_, name) {
      if (Object.hasOwn(members, name)) return members[name as string];
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });

const asksOverNetwork = (): EventStore => withMembers(store, { hasAfter: undefined, soleWriter: false });
const countingReads = (counted: string[]): EventStore =>
  withMembers(store, {
    read: (...call: Parameters<EventStore['read']>) => {
      counted.push(call[0]);
      return store.read(...call);
    },
  });

/** Folds the log up to its end into the read model, from where it stopped before. */
async function project(from: bigint | 'start'): Promise<bigint | 'start'> {
  let position = from;
  for await (const event of store.readAll(from)) {
    position = event.position;
    if (!event.stream.startsWith('user-')) continue;
    for (const touch of userDirectory.touches(event) as FoldTouch[]) {
      const document = userDirectory.apply(await readModels.get(touch.collection, touch.id), event, touch);
      if (document) await readModels.write({ operations: [{ type: 'put', collection: USERS.name, document }] });
    }
  }
  return position;
}

/** Brings users of a tenant about as requests do. */
class Directory {
  readonly ids: string[] = [];
  readonly context;
  readonly claims: UserNameClaims;
  readonly updates: UserUpdates;

  constructor(readonly tenant: string) {
    this.context = { tenant, correlationId: 'r1' };
    const aggregates = new Aggregates(store, readModels, systemIdentitySource);
    this.claims = new UserNameClaims(aggregates, systemIdentitySource, inNoGroups);
    this.updates = new UserUpdates(aggregates, this.claims);
  }

  async create(attributes: ResourceAttributes): Promise<void> {
    const decide = (user: Parameters<typeof decideUser>[0]) => decideUser(user, { type: 'ProvisionUser', attributes });
    const { id } = await this.claims.provisionUnder(this.context, attributes['userName'] as string, decide);
    if (!this.ids.includes(id)) this.ids.push(id);
  }

  async change(who: number, command: (userId: string) => UserCommand): Promise<void> {
    const id = this.ids[who % this.ids.length];
    if (id !== undefined) await this.updates.execute(this.context, id, command(id), undefined);
  }
}

const shown = (user: Described | undefined) =>
  user && [user.id, user.json, user.version, user.created, user.lastModified];

const attributes = fc.record(
  {
    userName: fc.constantFrom(...NAMES),
    title: fc.constantFrom('Nurse', 'Übersetzer', 'x'.repeat(300)),
    externalId: fc.constantFrom('1', '2'),
    active: fc.boolean(),
    custom: fc.constantFrom('a', 'b'),
    emails: fc.constantFrom([{ value: 'a@x.io', primary: true }], [{ value: 'b@x.io' }]),
    [ENT]: fc.constantFrom({ department: 'ICU' }, { costCenter: '7', department: 'ER' }),
  },
  { requiredKeys: ['userName'] },
) as fc.Arbitrary<ResourceAttributes>;
const patch = fc.constantFrom(
  { op: 'replace', path: 'externalId', value: '3' },
  { op: 'add', path: 'nickName', value: 'Nan' },
  { op: 'replace', path: 'active', value: false },
  { op: 'remove', path: 'title' },
  { op: 'add', path: `${ENT}:employeeNumber`, value: '007' },
  { op: 'replace', path: 'userName', value: 'bo@example.com' },
);
type Step = (directory: Directory) => Promise<void>;
const who = fc.nat({ max: 3 });
const step: fc.Arbitrary<Step | 'project'> = fc.oneof(
  fc.constant('project' as const),
  attributes.map(
    (given): Step =>
      (users) =>
        users.create(given),
  ),
  fc.tuple(who, attributes).map(
    ([n, given]): Step =>
      (users) =>
        users.change(n, (userId) => ({ type: 'ReplaceUser', userId, attributes: given })),
  ),
  fc.tuple(who, patch).map(
    ([n, operation]): Step =>
      (users) =>
        users.change(n, (userId) => ({
          type: 'PatchUser',
          userId,
          body: { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: [operation] },
        })),
  ),
  who.map(
    (n): Step =>
      (users) =>
        users.change(n, (userId) => ({ type: 'DeprovisionUser', userId })),
  ),
);

describe('users as the log has them', () => {
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rollcall-current-'));
    store = await openLmdbEventStore({ directory: join(directory, 'log') });
    readModels = await openLmdbReadModels({ directory: join(directory, 'models'), durability: 'rebuildable' });
    for (const collection of [USERS, { name: 'snapshots', indexes: [] }]) await readModels.declare(collection);
  });
  afterAll(async () => {
    await store[Symbol.asyncDispose]();
    await readModels[Symbol.asyncDispose]();
    await rm(directory, { recursive: true });
  });

  it('are the same from documents as from their streams, however far the read model has come', async () => {
    let tenants = 0;
    let projected: bigint | 'start' = 'start';
    const property = fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      const tenant = `t${tenants++}`;
      const users = new Directory(tenant);
      for (const one of steps) {
        if (one === 'project') projected = await project(projected);
        else
          await one(users).catch((error: unknown) => {
            if (!(error instanceof ScimError)) throw error;
          });
        const [quick, plain] = [reader(store), reader(asksOverNetwork())];
        for (const id of [...users.ids, 'nobody', '']) {
          expect(shown(await quick.byId(tenant, id))).toEqual(shown(await plain.byId(tenant, id)));
        }
        for (const name of [...NAMES, 'nobody', '']) {
          const found = await quick.byUserName(tenant, name);
          expect(shown(found)).toEqual(shown(await plain.byUserName(tenant, name)));
        }
      }
    });
    await fc.assert(property, { numRuns: 60 });
  });

  it('are read from their stream only where the document is not the newest', async () => {
    const users = new Directory('counted');
    await users.create({ userName: 'ana@example.com' });
    await users.create({ userName: 'bo@example.com' });
    await project('start');
    await users.change(1, (userId) => ({
      type: 'ReplaceUser',
      userId,
      attributes: { userName: 'bo@example.com', title: 'x' },
    }));
    const reads: string[] = [];
    const quick = reader(countingReads(reads));
    const [ana, bo] = users.ids as [string, string];
    expect((await quick.byId('counted', ana))?.version).toBe(0);
    expect((await quick.byUserName('counted', 'ANA@example.com'))?.id).toBe(ana);
    expect(reads).toEqual([]);
    expect((await quick.byId('counted', bo))?.version).toBe(1);
    expect(reads).toEqual([`user-counted.${bo}`]);
  });

  it('are found while the read models are away', async () => {
    const users = new Directory('away');
    await users.create({ userName: 'ana@example.com' });
    const fails = () => Promise.reject(new ReadModelsUnavailable('away'));
    const alone = reader(store, withMembers(readModels, { get: fails, find: fails }));
    expect((await alone.byId('away', users.ids[0] ?? ''))?.version).toBe(0);
    expect((await alone.byUserName('away', 'ana@example.com'))?.id).toBe(users.ids[0]);
  });
});
