import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openLmdbMessageBus } from '#message-bus/lmdb';
import { residentMemory } from '../load/process-meter.js';
import { ServerProcess } from '../support/server-process.js';
import { UNLIMITED } from '../support/unlimited.js';

/** In thousands. The bar is 20,000: `REDERIVATION_PEOPLE=20000 npm run test:e2e -- crash/rederivation`. */
const PEOPLE = Number(process.env['REDERIVATION_PEOPLE'] ?? 3_000);
const PER_BULK = 1_000;
const KILLS = 3;
const ADMIN_KEY = 'crash-test-admin-key';
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
/** What a re-derivation may add to the process, whatever the number of people: room for the collector. */
const MEMORY_BYTES = 150 * 1024 * 1024;

interface Rederivation {
  readonly state: string;
  readonly mappingVersion: number;
  readonly done: number;
  readonly total: number;
  readonly published: number;
}

/** Every other person has a team of their own; to the others the mapping means nothing. */
const personOf = (n: number) => ({
  schemas: [USER, ENTERPRISE],
  userName: `p${n}@example.com`,
  name: { givenName: 'Ada', familyName: 'Lee' },
  [ENTERPRISE]: { department: 'D', team: n % 2 === 0 ? `T${n}` : 'D' },
});

describe(`a mapping saved over ${PEOPLE} people`, () => {
  let dataDir: string;
  let server: ServerProcess;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'rollcall-rederivation-'));
    server = await start();
    const { token = '' } = server;
    for (let from = 0; from < PEOPLE; from += PER_BULK) {
      const Operations = Array.from({ length: PER_BULK }, (_, n) => {
        return { method: 'POST', path: '/Users', bulkId: `b${n}`, data: personOf(from + n) };
      });
      const response = await fetch(`${server.url}/scim/v2/demo/Bulk`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
        body: JSON.stringify({ schemas: [BULK], Operations }),
      });
      const { Operations: done } = (await response.json()) as { Operations: { status: string }[] };
      expect(done.filter(({ status }) => status === '201')).toHaveLength(PER_BULK);
    }
  });
  afterAll(async () => {
    await server.kill();
    await rm(dataDir, { recursive: true, force: true });
  });

  const start = () => ServerProcess.start(dataDir, { ...UNLIMITED, ADMIN_KEY });
  const admin = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  const wellness = '/admin/v1/tenants/demo/products/wellness';
  const progress = async (): Promise<Rederivation | undefined> =>
    ((await admin('GET', wellness)) as { rederivation?: Rederivation }).rederivation;
  /** Resolves when everybody has been reached. @returns the most memory the process had meanwhile */
  const finished = async (): Promise<number> => {
    let most = 0;
    for (;;) {
      most = Math.max(most, residentMemory(server.pid).anonymous);
      if ((await progress())?.state === 'done') return most;
      await pause(20);
    }
  };
  /** Departments as the product has them, by e-mail address. */
  const departments = async (): Promise<Map<string, string>> => {
    const found = new Map<string, string>();
    let cursor: string | undefined;
    do {
      const query = new URLSearchParams({ tenant: 'demo', limit: '1000', ...(cursor && { cursor }) });
      const page = (await admin('GET', `/wellness/people?${query.toString()}`)) as {
        people: { email: string; department: string }[];
        nextCursor?: string;
      };
      for (const { email, department } of page.people) found.set(email, department);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    return found;
  };
  const productHas = async (department: (n: number) => string): Promise<void> => {
    const wrong = async () => {
      const found = await departments();
      let count = 0;
      for (let n = 0; n < PEOPLE; n += 1) if (found.get(`p${n}@example.com`) !== department(n)) count += 1;
      return count;
    };
    while ((await wrong()) > 0) await pause(200);
  };
  const messages = async (): Promise<bigint> => {
    await using bus = await openLmdbMessageBus({ directory: join(dataDir, 'message-bus') });
    const [end = 0n] = (await bus.endOffsets('rollcall.product.wellness')).values();
    return end;
  };

  it('reaches exactly those who differ, in memory that does not grow with them', async () => {
    await productHas(() => 'D');
    // In order, so that the relay has nothing to repeat: a message that comes again would be counted as one too many.
    await server.stop();
    const before = await messages();
    server = await start();
    await productHas(() => 'D');
    const atRest = residentMemory(server.pid).anonymous;
    await admin('PUT', `${wellness}/mapping`, { overrides: [{ key: 'department', path: 'team' }] });
    const most = await finished();
    expect(await progress()).toMatchObject({ done: PEOPLE, total: PEOPLE, published: PEOPLE / 2 });
    await productHas((n) => (n % 2 === 0 ? `T${n}` : 'D'));
    expect(most - atRest).toBeLessThan(MEMORY_BYTES);
    await server.stop();
    expect((await messages()) - before).toBe(BigInt(PEOPLE / 2));
    server = await start();
  });

  it(`goes on where it was after ${KILLS} kills in the middle`, async () => {
    /** Saved mappings: every second one reads the team. */
    let saved = 0;
    const save = async (): Promise<void> => {
      saved += 1;
      const overrides = saved % 2 === 0 ? [{ key: 'department', path: 'team' }] : [];
      await admin('PUT', `${wellness}/mapping`, { overrides });
    };
    const latest = async (): Promise<Rederivation | undefined> => {
      const { mappingVersion, rederivation } = (await admin('GET', `${wellness}?coverage=false`)) as {
        mappingVersion: number;
        rederivation?: Rederivation;
      };
      return rederivation?.mappingVersion === mappingVersion ? rederivation : undefined;
    };
    await save();
    let reached = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const first = await latest();
      // What was done is not done again.
      if (kill > 0) expect(first?.done).toBeGreaterThanOrEqual(reached);
      for (;;) {
        const now = await latest();
        if (now?.state === 'done') {
          // It was done before we looked.
          await save();
          reached = 0;
        } else if (now && now.done >= reached + PEOPLE / 10) {
          reached = now.done;
          break;
        }
      }
      await server.kill();
      server = await start();
    }
    await finished();
    expect(await progress()).toMatchObject({ done: PEOPLE, total: PEOPLE });
    await productHas((n) => (saved % 2 === 0 && n % 2 === 0 ? `T${n}` : 'D'));
  });
});
