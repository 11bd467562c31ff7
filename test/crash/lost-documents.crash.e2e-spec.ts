import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { tenantStream, userStream } from '#domain';
import { openLmdbEventStore } from '#event-store/lmdb';
import { ServerProcess } from '../support/server-process.js';

const ADMIN_KEY = 'crash-test-admin-key';
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const PEOPLE = 5;

/** The relay's documents go with the read models: what products were told is nowhere but with them. */
describe('read models that are lost between a change and its publication', () => {
  let dataDir: string;
  let server: ServerProcess;
  let token: string;
  let ids: string[];
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'rollcall-lost-'));
    server = await start();
    token = server.token ?? '';
    ids = [];
    for (let n = 0; n < PEOPLE; n += 1) {
      const person = {
        ...{
          schemas: [USER, ENTERPRISE],
          userName: `p${n}@example.com`,
          name: { givenName: 'Ada', familyName: 'Lee' },
        },
        [ENTERPRISE]: { department: 'D', team: `T${n}` },
      };
      ids.push(((await scim('POST', '/Users', person)) as { id: string }).id);
    }
  });
  afterAll(async () => {
    await server.kill();
    await rm(dataDir, { recursive: true, force: true });
  });

  const start = () => ServerProcess.start(dataDir, { ADMIN_KEY });
  async function ask(method: string, path: string, key: string, type: string, body?: object): Promise<unknown> {
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': type },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }
  const scim = (method: string, path: string, body?: object) =>
    ask(method, `/scim/v2/demo${path}`, token, 'application/scim+json', body);
  const admin = (method: string, path: string, body?: object) => ask(method, path, ADMIN_KEY, 'application/json', body);
  const wellness = '/admin/v1/tenants/demo/products/wellness';
  /** As the product has them. */
  const departments = async (): Promise<string[]> => {
    const { people } = (await admin('GET', '/wellness/people?tenant=demo')) as { people: { department: string }[] };
    return people.map(({ department }) => department).sort();
  };
  const productHas = async (expected: string[]): Promise<void> => {
    while ((await departments()).join() !== expected.join()) await pause(20);
  };

  /** Puts into the log what was acknowledged and could not be published any more, and takes the read models away. */
  async function lose(changes: readonly { stream: string; type: string; data: object }[]): Promise<void> {
    await server.kill();
    {
      await using store = await openLmdbEventStore({ directory: join(dataDir, 'event-store') });
      for (const { stream, type, data } of changes) {
        let revision = -1;
        for await (const event of store.read(stream)) revision = event.revision;
        const metadata = {
          ...{ tenant: 'demo', correlationId: 'r', causationId: 'r', schemaVersion: 1 },
          occurredAt: new Date().toISOString(),
        };
        await store.append(stream, [{ id: randomUUID(), type, data, metadata }], revision);
      }
    }
    await rm(join(dataDir, 'read-models'), { recursive: true });
    server = await start();
  }

  it('leaves nobody under a mapping that is not wanted any more, and no leaver in', async () => {
    await productHas(Array.from({ length: PEOPLE }, () => 'D'));
    await admin('PUT', `${wellness}/mapping`, { overrides: [{ key: 'department', path: 'team' }] });
    await productHas(Array.from({ length: PEOPLE }, (_, n) => `T${n}`));
    await lose([
      {
        stream: tenantStream('demo'),
        type: 'AttributeMappingChanged',
        data: { product: 'wellness', version: 2, overrides: [] },
      },
      { stream: userStream('demo', ids[0] ?? ''), type: 'UserDeactivated', data: { reason: 'active=false' } },
    ]);
    await productHas(Array.from({ length: PEOPLE }, () => 'D'));
    const signIn = async (n: number): Promise<unknown> =>
      admin('GET', `/wellness/sign-in-check?tenant=demo&user=${encodeURIComponent(`p${n}@example.com`)}`);
    expect(await signIn(0)).toMatchObject({ allowed: false, reason: 'blocked' });
    expect(await signIn(1)).toMatchObject({ allowed: true });
  });
});
