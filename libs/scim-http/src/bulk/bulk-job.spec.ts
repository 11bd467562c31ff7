import { parseBulkRequest, ScimError } from '#scim';
import { errorBodyOf, statusOf } from '../scim-error.response.js';
import { BulkJob } from './bulk-job.js';
import { FakeDirectory } from './fakes/directory.fake.js';

const BASE = 'https://scim.example.com';
const user = (bulkId: string, manager?: string) => ({
  method: 'POST',
  path: '/Users',
  bulkId,
  data: { userName: bulkId, ...(manager !== undefined && { manager: { value: manager } }) },
});
const group = (bulkId: string, ...members: string[]) => ({
  method: 'POST',
  path: '/Groups',
  bulkId,
  data: { displayName: bulkId, members: members.map((value) => ({ value })) },
});

describe('BulkJob', () => {
  let directory: FakeDirectory;
  /** Methods and endpoints, as in `POST Users`. */
  let forbidden: Set<string>;
  beforeEach(() => {
    forbidden = new Set();
    directory = new FakeDirectory();
  });

  async function run(Operations: unknown[], more: object = {}) {
    const job = new BulkJob(parseBulkRequest({ Operations, ...more }, 10_000), {
      context: { tenant: 'acme', correlationId: 'r1' },
      baseUrl: BASE,
      writes: { Users: directory.users, Groups: directory.groups },
      concurrency: 32,
      rest: async () => undefined,
      expectAllowed: (method, endpoint) => {
        if (forbidden.has(`${method} ${endpoint}`)) throw new ScimError('forbidden', 'no');
      },
      whoHolds: (userName) => directory.whoHolds(userName),
      answerFor: (error) => ({ status: statusOf(error as ScimError), response: errorBodyOf(error as ScimError) }),
    });
    const results = await job.run();
    const details = results.map((result) => {
      const { detail } = JSON.parse(result?.response ?? '{}') as { detail?: string };
      return detail;
    });
    return { results, details, statuses: results.map((result) => result?.status) };
  }
  const live = () => [
    ...[...directory.people.values()].filter((person) => person.live).map(({ userName }) => userName),
    ...[...directory.teams.values()].filter((team) => team.live).map(({ displayName }) => displayName),
  ];

  it('gives every result a location but a POST that failed, and versions where there is a resource', async () => {
    const { results } = await run([
      user('ana'),
      { method: 'PATCH', path: '/Users/bulkId:ana', data: { Operations: [{ op: 'add', value: { title: 'x' } }] } },
      { ...user('bo'), data: {} },
      { method: 'PUT', path: '/Users/nobody', data: { userName: 'x' } },
      { method: 'DELETE', path: 'Users/bulkId:nobody' },
      { method: 'DELETE', path: '/Users/bulkId:ana' },
    ]);
    const [id] = directory.people.keys();
    expect(results).toEqual([
      { status: 201, location: `${BASE}/Users/${id}`, version: 'W/"0"' },
      { status: 200, location: `${BASE}/Users/${id}`, version: 'W/"1"' },
      { status: 400, response: expect.any(String) },
      { status: 404, location: `${BASE}/Users/nobody`, response: expect.any(String) },
      { status: 400, location: `${BASE}/Users/bulkId:nobody`, response: expect.any(String) },
      { status: 204, location: `${BASE}/Users/${id}` },
    ]);
  });

  it.each([
    ['POST', '/Users/17', 405],
    ['PUT', '/Users', 405],
    ['DELETE', '/', 404],
    ['PATCH', '/Things/17', 404],
    ['POST', '/users', 404],
    ['DELETE', '/Users/17/groups', 404],
  ])('answers %s %s as the single request, with %i, and goes on', async (method, path, status) => {
    const { statuses } = await run([{ method, path, bulkId: 'x', data: {} }, user('ana')]);
    expect(statuses).toEqual([status, 201]);
  });

  it('says what is missing where there is no data', async () => {
    const { statuses, details } = await run([
      { ...user('ana'), data: [] },
      { method: 'PUT', path: '/Users/1' },
    ]);
    expect(statuses).toEqual([400, 400]);
    for (const detail of details) expect(detail).toContain('"data"');
  });

  it('tells an unknown bulkId from one whose operation failed', async () => {
    const { statuses, details } = await run([
      group('g', 'bulkId:nobody'),
      group('h', 'bulkId:twin'),
      user('ana'),
      { ...user('twin'), data: { userName: 'ana' } },
      group('i', 'bulkId:h'),
    ]);
    expect(statuses).toEqual([400, 409, 201, 409, 409]);
    expect(details[0]).toContain('"nobody"');
    expect(details[1]).toContain('operation 4');
    expect(details[4]).toContain('operation 2');
    expect(live()).toEqual(['ana']);
  });

  it('refuses each operation that the client may not do, and does the others', async () => {
    forbidden = new Set(['POST Groups', 'DELETE Users']);
    const { statuses } = await run([
      user('ana'),
      group('g', 'bulkId:ana'),
      { method: 'PATCH', path: '/Users/bulkId:ana', data: { Operations: [{ op: 'add', value: { title: 'x' } }] } },
      { method: 'DELETE', path: '/Users/bulkId:ana' },
    ]);
    expect(statuses).toEqual([201, 403, 200, 403]);
    expect(live()).toEqual(['ana']);
  });

  it('needs of a circle that its client may create, and takes it back without being asked', async () => {
    forbidden = new Set(['PATCH Users', 'PATCH Groups', 'DELETE Users', 'DELETE Groups']);
    expect((await run([user('ana', 'bulkId:g'), group('g', 'bulkId:ana')])).statuses).toEqual([201, 201]);
    forbidden.add('POST Groups');
    expect((await run([user('bo', 'bulkId:h'), group('h', 'bulkId:bo')])).statuses).toEqual([409, 403]);
    expect(live()).toEqual(['ana', 'g']);
  });

  describe('circles of references (RFC 7644 §3.7.1)', () => {
    it('makes one who refers to themselves', async () => {
      const { results } = await run([user('ana', 'bulkId:ana')]);
      expect(results).toEqual([{ status: 201, location: expect.any(String), version: 'W/"1"' }]);
      const [id] = directory.people.keys();
      expect(directory.people.get(id ?? '')?.manager).toBe(id);
    });

    it('takes back what was made when one of them fails, and nothing else', async () => {
      const { statuses, details } = await run([
        user('taken'),
        user('ana', 'bulkId:g'),
        group('g', 'bulkId:bo', 'bulkId:taken'),
        { ...user('bo', 'bulkId:ana'), data: { userName: 'taken', manager: { value: 'bulkId:ana' } } },
        group('h', 'bulkId:ana'),
      ]);
      expect(statuses).toEqual([201, 409, 409, 409, 409]);
      expect(details[1]).toContain('Operation 4');
      expect(details[3]).toContain('taken');
      expect(details[4]).toContain('operation 2');
      expect(live()).toEqual(['taken']);
    });

    it('takes back what was made when a reference cannot be patched in', async () => {
      const { statuses, details } = await run([group('g', 'bulkId:g')]);
      expect([statuses, details]).toEqual([[400], ['no such member']]);
      expect(live()).toEqual([]);
    });

    it('fails one who waits for somebody outside who failed', async () => {
      const { statuses } = await run([
        user('a', 'bulkId:b'),
        group('b', 'bulkId:a', 'bulkId:c'),
        user('c', 'bulkId:?'),
      ]);
      expect(statuses).toEqual([409, 409, 400]);
      expect(live()).toEqual([]);
    });

    it('says so when what was made cannot be taken back', async () => {
      directory.groups.remove = () => Promise.reject(new ScimError('unavailable', 'away'));
      const { statuses, details } = await run([group('g', 'bulkId:g')]);
      expect(statuses).toEqual([503]);
      expect(details[0]).toContain(`${BASE}/Groups/${[...directory.teams.keys()][0]}`);
    });
  });

  it('follows a chain of references as long as the job, told from its end', async () => {
    const size = 5_000;
    const { statuses } = await run(
      Array.from({ length: size }, (_, n) => user(`u${n}`, n === size - 1 ? undefined : `bulkId:u${n + 1}`)),
    );
    expect(new Set(statuses)).toEqual(new Set([201]));
  });

  it('lets a reference forwards count for more than the order where both cannot be', async () => {
    await directory.users.create({ tenant: 'acme', correlationId: 'r0' }, { userName: 'ana' });
    const [id] = directory.people.keys();
    const body = { userName: 'bo', manager: { value: 'bulkId:n' } };
    const { statuses } = await run([
      { method: 'PUT', path: `/Users/${id}`, data: body },
      { ...user('n'), data: { userName: 'ana' } },
    ]);
    // The new ana must wait for the old one's new name, which must wait for the new ana.
    expect(statuses).toEqual([409, 409]);
  });

  it('has no more under way than it may', async () => {
    let running = 0;
    let most = 0;
    const { create } = directory.users;
    directory.users.create = async (context, body) => {
      most = Math.max(most, ++running);
      // As long as many turns of the event loop: operations are begun a few in each.
      for (let turn = 0; turn < 40; turn += 1) await new Promise(setImmediate);
      running--;
      return create(context, body);
    };
    await run(Array.from({ length: 100 }, (_, n) => user(`u${n}`)));
    expect(most).toBe(32);
  });
});
