import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { loadConfig } from '#config';
import { openLog } from '#engines';
import { openEventStoreDb } from '#event-store/eventstoredb';
import { runCommandLine } from '../../apps/cli/src/program.js';
import { EventStoreDbDouble } from '../eventstoredb/eventstoredb.double.js';
import { eventually, TestStandalone } from '../support/start-standalone.js';

/** A system is what its log says: carried elsewhere, it is the same system. */
describe('rollcall export and import', () => {
  let directory: string;
  let from: Awaited<ReturnType<typeof madeSystem>>;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rollcall-move-'));
    from = await madeSystem();
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  const opened: AsyncDisposable[] = [];
  afterEach(async () => {
    for (const one of opened.splice(0).reverse()) await one[Symbol.asyncDispose]();
  });
  const keep = <T extends AsyncDisposable>(one: T): T => {
    opened.push(one);
    return one;
  };
  const newServer = async () =>
    keep(await EventStoreDbDouble.start({ directory: await mkdtemp(join(directory, 'esdb-')) }));

  async function run(words: string[], env: Record<string, string> = {}, input: Readable = Readable.from([])) {
    const output = new PassThrough();
    const err: string[] = [];
    const written = text(output);
    const terminal = { out: (line: string) => err.push(line), err: (line: string) => err.push(line) };
    const code = await runCommandLine(words, env, terminal, { input: () => input, output });
    output.end();
    return { code, out: await written, err: err.join('\n') };
  }

  /** A system with people in it, stopped. @returns its data and what it showed */
  async function madeSystem() {
    await using app = await TestStandalone.start({ DATA_DIR: join(directory, 'from') });
    const tenant = await app.gateway.newTenant();
    for (const name of ['ana', 'bob', 'cy']) await tenant.createUser(`${name}@example.com`, { title: `T ${name} 李` });
    const { id } = (await tenant.createUser('dee@example.com')) as { id: string };
    await tenant.createGroup('Staff', [id]);
    await tenant.scim('DELETE', `/Users/${id}`);
    const shown = await shownBy(app, tenant);
    await app.gateway.stop();
    const data = ['--data-dir', join(directory, 'from')];
    const file = join(directory, 'log.ndjson');
    expect(await run(['export', file, ...data])).toMatchObject({ code: 0, out: '' });
    return { tenant, shown, data, file, lines: (await readFile(file, 'utf8')).trim().split('\n') };
  }

  const withoutPlace = (answer: unknown): unknown =>
    JSON.parse(JSON.stringify(answer).replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, ''));

  /** What identity providers and products see. */
  async function shownBy(app: TestStandalone, { slug, token }: { slug: string; token: string }) {
    const get = async (path: string) => {
      const target = `/scim/v2/${slug}${path}`;
      const answer = await app.gateway.http.send({
        method: 'GET',
        target,
        headers: { authorization: `Bearer ${token}` },
      });
      expect(answer.status).toBe(200);
      return withoutPlace(answer.body);
    };
    const people = await eventually(async () => {
      const found = await app.people('wellness', slug);
      expect(found.map(({ status }) => status).sort()).toEqual(['active', 'active', 'active', 'blocked']);
      return found;
    });
    return { users: await get('/Users?sortBy=userName'), groups: await get('/Groups'), people };
  }

  const log = async (connectionString: string) => {
    await using store = openEventStoreDb({ connectionString });
    const events: object[] = [];
    for await (const { id, type, data, metadata, stream, revision } of store.readAll('start')) {
      events.push({ id, type, data, metadata, stream, revision });
    }
    return events;
  };

  it('carry a system from embedded to EventStoreDB and back: identity providers and products see the same', async () => {
    const server = await newServer();
    const distributed = { EVENTSTORE_URI: server.connectionString };
    const { out, ...exported } = await run(['export', ...from.data]);
    const count = from.lines.length - 2;
    expect(exported).toEqual({ code: 0, err: `${count} events exported` });
    const imported = () => run(['import'], distributed, Readable.from([Buffer.from(out)]));
    expect(await imported()).toEqual({ code: 0, out: '', err: `${count} events imported` });
    expect(await imported()).toEqual({ code: 0, out: '', err: `0 events imported, ${count} were there already` });
    expect(await log(server.connectionString)).toHaveLength(count);
    const file = join(directory, 'distributed.ndjson');
    expect(await run(['export', file], distributed)).toMatchObject({ code: 0, out: '' });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await run(['export', file], distributed)).toMatchObject({ code: 5 });
    expect(await run(['import', file, '--data-dir', join(directory, 'back')])).toMatchObject({ code: 0 });
    const app = keep(await TestStandalone.start({ DATA_DIR: join(directory, 'back') }));
    const back = await shownBy(app, from.tenant);
    expect(back.users).toEqual(from.shown.users);
    expect(back.groups).toEqual(from.shown.groups);
    expect(new Set(back.people.map(withoutPlace))).toEqual(new Set(from.shown.people.map(withoutPlace)));
  });

  it('go on after a kill in the middle', async () => {
    const server = await newServer();
    const { lines, file } = from;
    const child = spawn(process.execPath, ['dist/apps/cli/src/main.js', 'import'], {
      env: { ...process.env, EVENTSTORE_URI: server.connectionString },
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    // Its input stays open: it waits for more when it is killed.
    child.stdin.write(`${lines.slice(0, 12).join('\n')}\n${lines[12]?.slice(0, 20)}`);
    const half = await eventually(async () => {
      const events = await log(server.connectionString);
      expect(events.length).toBeGreaterThan(3);
      return events;
    });
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(half.length).toBeLessThan(lines.length - 2);
    const { code, err } = await run(['import', file], { EVENTSTORE_URI: server.connectionString });
    expect({ code, err }).toEqual({
      code: 0,
      err: expect.stringMatching(/^\d+ events imported, \d+ were there already$/),
    });
    const events = await log(server.connectionString);
    expect(events).toHaveLength(lines.length - 2);
    expect(events.slice(0, half.length)).toEqual(half);
    const again = await run(['export'], { EVENTSTORE_URI: server.connectionString });
    const told = (line: string) => {
      const {
        position: _p,
        recordedAt: _r,
        sum: _s,
        exportedAt: _e,
        ...rest
      } = JSON.parse(line) as Record<string, unknown>;
      return rest;
    };
    expect(again.out.trim().split('\n').map(told)).toEqual(lines.map(told));
  });

  it('refuse what is cut, another log, a log that is in use, and one that is not there', async () => {
    const { lines } = from;
    const input = (some: readonly string[]) => Readable.from([Buffer.from(`${some.join('\n')}\n`)]);
    const to = ['--data-dir', join(directory, 'to')];
    expect(await run(['export', '--data-dir', join(directory, 'nowhere')])).toMatchObject({
      code: 4,
      err: expect.stringContaining('There is no log in'),
    });
    expect(existsSync(join(directory, 'nowhere'))).toBe(false);
    const cut = join(directory, 'cut.ndjson');
    await writeFile(cut, `${lines.slice(0, 5).join('\n')}\n`);
    expect(await run(['import', cut, ...to])).toMatchObject({
      code: 5,
      err: expect.stringContaining('its end is missing'),
    });
    // Of a file nothing is appended before it was read to its end; of a pipe what came is.
    const piped = await run(['import', ...to], {}, input(lines.slice(0, 5)));
    expect(piped).toMatchObject({ code: 5, err: expect.stringMatching(/What came before is imported/) });
    const whole = await run(['import', ...to], {}, input(lines));
    expect(whole).toMatchObject({ code: 0, err: expect.stringMatching(/4 were there already$/) });
    const other = await openLog(loadConfig({ DATA_DIR: join(directory, 'other') }));
    const ofOther = ['--data-dir', join(directory, 'other')];
    const busy = await run(['export', ...ofOther]);
    expect(busy).toMatchObject({ code: 5, err: expect.stringMatching(/is in use by .*; stop that one first$/) });
    const metadata = { tenant: 'acme', correlationId: 'r', causationId: 'r', occurredAt: '', schemaVersion: 1 };
    await other.store.append('tenant-acme', [{ id: randomUUID(), type: 'Other', data: {}, metadata }], 'noStream');
    await other[Symbol.asyncDispose]();
    expect(await run(['import', ...ofOther], {}, input(lines))).toMatchObject({
      code: 5,
      err: expect.stringMatching(/^The store holds another log: its event 1 is Other/),
    });
  });
});
