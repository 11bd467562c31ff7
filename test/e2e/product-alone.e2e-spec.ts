import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerProcess } from '../support/server-process.js';

const ADMIN_KEY = 'admin-key-of-the-specs';

/** A sample product as a process of its own, as behind the proxy of the compose file, which strips its name from the path. */
describe('a sample product alone', () => {
  let directory: string;
  let server: ServerProcess;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rollcall-product-'));
    const env = { ADMIN_KEY, ADMIN_RATE_LIMIT_PER_SECOND: '1', SIGN_IN_FAILURES_PER_MINUTE: '2' };
    server = await ServerProcess.start(directory, env, 'wellness');
  });
  afterAll(async () => {
    await server.kill();
    await rm(directory, { recursive: true, force: true });
  });

  const ask = (path: string, key: string) =>
    fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${key}` } });

  it('refuses wrong keys, in the form of the admin API, and slows down whoever guesses', async () => {
    const answers: Response[] = [];
    for (let i = 0; i < 3; i++) answers.push(await ask('/people', `guess-${i}`));
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 429]);
    expect(answers[0]?.headers.get('www-authenticate')).toBe('Bearer realm="admin"');
    expect(Number(answers[2]?.headers.get('retry-after'))).toBeGreaterThan(0);
    for (const answer of answers) expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(await answers[2]?.json()).toMatchObject({ status: 429, detail: expect.stringContaining('wrong keys') });
  });

  it('answers under paths without its name, as often as an admin may ask and no more often', async () => {
    expect((await ask('/people/nobody?tenant=acme', ADMIN_KEY)).status).toBe(404);
    const all = await Promise.all(Array.from({ length: 30 }, () => ask('/people', ADMIN_KEY)));
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([200, 429]));
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
  });
});
