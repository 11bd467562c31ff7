import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { IDP_PRESETS } from '#idp';
import { runCommandLine } from '../../apps/cli/src/program.js';
import { ADMIN_KEY, startGateway, type TestGateway } from '../support/start-gateway.js';
import type { TenantClient } from '../support/tenant-client.js';

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** What was written, as JSON. */
  readonly json: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- specs look into answers freely
}

describe('the command line', () => {
  let gateway: TestGateway;
  let tenant: TenantClient;
  beforeAll(async () => {
    gateway = await startGateway();
    tenant = await gateway.newTenant({ idp: 'okta' });
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  async function run(line: string, env: Record<string, string> = {}): Promise<Ran> {
    const [out, err]: [string[], string[]] = [[], []];
    const settings = { ROLLCALL_URL: gateway.http.origin, ROLLCALL_ADMIN_KEY: ADMIN_KEY, ...env };
    const words = line.split(' ').map((word) => word.replaceAll('_', ' '));
    const code = await runCommandLine(words, settings, {
      out: (text) => out.push(text),
      err: (text) => err.push(text),
    });
    const text = out.join('\n');
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      json = undefined;
    }
    return { code, out: text, err: err.join('\n'), json };
  }

  it('leads a tenant from its registration to its end', async () => {
    expect((await run('tenants create acme --name Acme_Hospital')).code).toBe(0);
    expect((await run('tenants list')).out).toMatch(/^SLUG +NAME +STATUS\n[^]*acme +Acme Hospital +active/);
    expect((await run('tenants rename acme Acme --json')).json).toMatchObject({ slug: 'acme', name: 'Acme' });
    expect((await run('--json tenants suspend acme --reason unpaid')).json).toMatchObject({
      status: 'suspended',
      reason: 'unpaid',
    });
    expect((await run('tenants show acme')).out).toMatch(/^status +suspended$/m);
    expect((await run('tenants resume acme --json')).json).toMatchObject({ status: 'active' });
    expect(await run('tenants delete acme --confirm other')).toMatchObject({ code: 2, out: '' });
    expect(await run('tenants delete acme --confirm acme')).toMatchObject({ code: 0, out: 'Tenant acme is deleted.' });
    expect((await run('tenants list --status deleted --json')).json).toContainEqual(
      expect.objectContaining({ slug: 'acme' }),
    );
  });

  it('makes a connection, and says what to enter where', async () => {
    const { out } = await run(
      `connections create ${tenant.slug} --idp okta --name Second --scope get:users post:users`,
    );
    const token = /^token +(\S{64})$/m.exec(out)?.[1] ?? '';
    expect(out).toContain(`SCIM connector base URL: ${tenant.baseUrl}`);
    expect((await tenant.get('/Users', { authorization: `Bearer ${token}` })).status).toBe(200);
    const { json: list } = await run(`connections list ${tenant.slug} --json`);
    const { id } = list.find(({ name }: { name: string }) => name === 'Second');
    expect((await run(`connections pause ${tenant.slug} ${id} --json`)).json).toMatchObject({ status: 'paused' });
    expect((await run(`connections resume ${tenant.slug} ${id} --json`)).json).toMatchObject({ status: 'active' });
    expect((await run(`connections show ${tenant.slug} ${id}`)).out).toMatch(/^name +Second$/m);
    expect((await run(`connections delete ${tenant.slug} ${id}`)).code).toBe(0);
    expect((await run(`connections delete ${tenant.slug} ${id}`)).code).toBe(4);
    expect((await run('connections presets')).out).toMatch(/entra-id +Microsoft Entra ID +userName/);
  });

  it('lists how each connection goes, and why one fails', async () => {
    const tenant = await gateway.newTenant({ idp: 'okta' });
    const listed = async () => (await run(`connections list ${tenant.slug}`)).out;
    expect(await listed()).toMatch(/^ID +IDP +NAME +STATE .*\n\S+ +okta .* waiting [^\n]*$/);
    await tenant.createUser('ana@example.com');
    expect(await listed()).toMatch(/ active [^\n]*$/);
    for (let i = 0; i < 5; i++) await tenant.scim('POST', '/Users', { userName: 'ana@example.com' });
    const { connectionId } = tenant.ids;
    const { body } = await gateway.admin('GET', `/tenants/${tenant.slug}/connections/${connectionId}`);
    const { likelyCause, fix, since } = (body as { failing: { likelyCause: string; fix: string; since: string } })
      .failing;
    expect(await listed()).toMatch(/ failing [^\n]*\n\n/);
    expect(await listed()).toContain(`\n\n${connectionId} fails since ${since}: ${likelyCause}\n  ${fix}`);
    await run(`connections pause ${tenant.slug} ${connectionId}`);
    expect(await listed()).toMatch(/ paused [^\n]*$/);
  });

  it('issues, rotates, lists and revokes tokens', async () => {
    const { slug, ids } = tenant;
    const issued = (await run(`tokens issue ${slug} ${ids.connectionId} --name spring --json`)).json;
    const rotated = (await run(`tokens rotate ${slug} ${issued.id} --grace-seconds 60 --json`)).json;
    expect(rotated).toMatchObject({ name: 'spring', replaces: { id: issued.id } });
    for (const { token } of [issued, rotated]) {
      expect((await tenant.get('/Users', { authorization: `Bearer ${token}` })).status).toBe(200);
    }
    expect((await run(`tokens list ${slug} ${ids.connectionId}`)).out).toContain(`…${rotated.lastFour}`);
    expect((await run(`tokens revoke ${slug} ${rotated.id}`)).code).toBe(0);
    expect((await tenant.get('/Users', { authorization: `Bearer ${rotated.token}` })).status).toBe(401);
  });

  it('rotates a token into one that lives until then, or for ever', async () => {
    const { slug, ids } = tenant;
    const { id } = (await run(`tokens issue ${slug} ${ids.connectionId} --json`)).json;
    const dated = (await run(`tokens rotate ${slug} ${id} --expires-at 2099-01-31T09:00+01:00 --json`)).json;
    expect(dated.expiresAt).toBe('2099-01-31T08:00:00.000Z');
    const endless = (await run(`tokens rotate ${slug} ${dated.id} --expires-at never --json`)).json;
    expect(endless).not.toHaveProperty('expiresAt');
    expect((await run(`tokens revoke ${slug} ${endless.id}`)).code).toBe(0);
  });

  it('registers, changes, rotates and deletes OAuth clients', async () => {
    const { slug, ids } = tenant;
    const uri = 'https://idp.example.com/callback';
    const { out } = await run(`oauth-clients register ${slug} ${ids.connectionId} --redirect-uri ${uri}`);
    expect(out).toMatch(/^clientSecret +\S{64}$/m);
    expect(out).toContain(`Access token endpoint URI: ${gateway.http.origin}/oauth/token`);
    const id = /^clientId +(\S+)$/m.exec(out)?.[1] ?? '';
    expect((await run(`oauth-clients list ${slug} ${ids.connectionId} --json`)).json).toHaveLength(1);
    const changed = await run(`oauth-clients change ${slug} ${id} --name Okta --json`);
    expect(changed.json).toMatchObject({ name: 'Okta', redirectUris: [uri] });
    expect((await run(`oauth-clients password ${slug} ${id} --user-name kim`)).out).toMatch(/^userName +kim$/m);
    expect((await run(`oauth-clients rotate ${slug} ${id} --json`)).json.clientSecret).toMatch(/^\S{64}$/);
    expect((await run(`oauth-clients delete ${slug} ${id}`)).code).toBe(0);
    expect((await run(`oauth-clients show ${slug} ${id}`)).code).toBe(4);
  });

  it('lists what was refused, with what to do', async () => {
    await tenant.scim('POST', '/Users', { userName: '' });
    const { json } = await run(`requests ${tenant.slug} --kind refusal --status 4xx --limit 1 --json`);
    expect(json).toEqual([expect.objectContaining({ method: 'POST', status: 400, fix: expect.stringMatching(/\S/) })]);
    expect((await run(`requests ${tenant.slug}`)).out).toMatch(/^AT +REQUEST +STATUS/);
  });

  describe('ends with', () => {
    it.each([
      [2, 'nonsense'],
      [2, 'tenants create no-name'],
      [2, 'tokens rotate a b --grace-seconds soon'],
      [4, 'tenants show nobody'],
      [5, 'tenants create BAD --name x'],
    ])('%i after %s', async (code, line) => {
      const ran = await run(line);
      expect({ code: ran.code, out: ran.out }).toEqual({ code, out: '' });
      expect(ran.err).toMatch(/\S{3}/);
    });

    it('5 and the name of the field that is not valid', async () => {
      const { err } = await run('tenants create BAD --name x');
      expect(err).toMatch(/^slug: /);
      expect(JSON.parse((await run('tenants create BAD --name x --json')).err)).toMatchObject({
        status: 400,
        errors: [{ field: 'slug' }],
      });
    });

    it('3 where the key does not open, or does not allow it', async () => {
      expect(await run('tenants list', { ROLLCALL_ADMIN_KEY: 'wrong' })).toMatchObject({ code: 3 });
      const { body } = await gateway.admin('POST', '/admins', { name: 'Kim', role: 'auditor' });
      const { code, err } = await run('tenants create x --name x', { ROLLCALL_ADMIN_KEY: body.key });
      expect({ code, err }).toEqual({ code: 3, err: expect.stringContaining('auditor') });
    });

    it('6 where nobody answers, and says where it asked', async () => {
      const { code, err } = await run('tenants list', { ROLLCALL_URL: 'http://127.0.0.1:9' });
      expect({ code, err }).toEqual({ code: 6, err: expect.stringContaining('http://127.0.0.1:9') });
    });

    it('2 without a key, and 0 with the one of the data directory', async () => {
      const directory = await mkdtemp(join(tmpdir(), 'rollcall-cli-'));
      try {
        const env = { ROLLCALL_ADMIN_KEY: '', DATA_DIR: directory };
        expect(await run('tenants list', env)).toMatchObject({ code: 2, err: expect.stringContaining('admin-key') });
        await writeFile(join(directory, 'admin-key'), `${ADMIN_KEY}\n`);
        expect((await run('tenants list', env)).code).toBe(0);
        // As in a container whose app was given its key: what is in the folder is of an earlier one.
        await writeFile(join(directory, 'admin-key'), 'an earlier one\n');
        expect((await run('tenants list', { ...env, ADMIN_KEY })).code).toBe(0);
        expect((await run('tenants list', { ...env, ADMIN_KEY, ROLLCALL_ADMIN_KEY: 'wrong' })).code).toBe(3);
      } finally {
        await rm(directory, { recursive: true });
      }
    });

    it('0 after help', async () => {
      expect(await run('--help')).toMatchObject({ code: 0, out: expect.stringContaining('oauth-clients') });
      expect((await run('connections test --help')).out).toContain('--variant');
    });
  });

  describe('connections test', () => {
    const variants = IDP_PRESETS.flatMap(({ id, variants: kinds = [] }) => [
      [id, ''],
      ...kinds.flatMap((kind) => (kind.probes ? [[id, ` --variant ${kind.id}`]] : [])),
    ]) as [string, string][];

    it.each(variants)('passes for %s%s, and leaves nothing behind, time and again', async (idp, option) => {
      const other = await gateway.newTenant({ idp });
      const { connectionId } = other.ids;
      for (let n = 0; n < 2; n++) {
        const { code, json, err } = await run(`connections test ${other.slug} ${connectionId} --json${option}`);
        const failed = (json?.capabilities ?? []).filter(({ outcome }: { outcome: string }) => outcome !== 'passed');
        expect({ code, err, failed, passed: json?.passed }).toEqual({ code: 0, err: '', failed: [], passed: true });
        expect(json.capabilities.length).toBeGreaterThan(5);
      }
      for (const list of ['/Users', '/Groups']) {
        const answer = await other.get(list, { authorization: `Bearer ${await fullToken(other)}` });
        expect(answer.body.totalResults).toBe(0);
      }
      const { body } = await gateway.admin('GET', `/tenants/${other.slug}/connections/${connectionId}/tokens`);
      expect(body.tokens.map(({ name }: { name: string }) => name)).not.toContain('connection test');
    });

    const fullToken = async ({ slug, ids }: TenantClient): Promise<string> => {
      const scopes = ['get:users', 'get:groups'];
      const { body } = await gateway.admin('POST', `/tenants/${slug}/connections/${ids.connectionId}/tokens`, {
        scopes,
      });
      return (body as { token: string }).token;
    };

    it('says what does not work and why, and what was not tried for it', async () => {
      const other = await gateway.newTenant({ idp: 'entra-id' });
      const path = `/tenants/${other.slug}/connections/${other.ids.connectionId}/tokens`;
      const { body } = await gateway.admin('POST', path, { scopes: ['get:users', 'get:groups', 'post:groups'] });
      const line = `connections test ${other.slug} ${other.ids.connectionId} --token ${body.token}`;
      const { code, out, err } = await run(line);
      expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('does not do all') });
      expect(out).toMatch(/^pass +authentication/m);
      expect(out).toMatch(/^FAIL +createUser .*answered 403 instead of 201.*"post:users"/m);
      expect(out).toMatch(/^skip +updateUser +needs createUser$/m);
      expect(out).toMatch(/^pass +pushGroup/m);
      expect(out).toMatch(/^FAIL +changeMembers .*"patch:groups"/m);
    });

    it('tells a token that opens nothing from a connection that does not work', async () => {
      const { slug, ids } = tenant;
      const { code, json } = await run(`connections test ${slug} ${ids.connectionId} --token wrong --json`);
      expect(code).toBe(1);
      expect(json.capabilities[0]).toMatchObject({
        capability: 'authentication',
        outcome: 'failed',
        reason: expect.stringMatching(/answered 401 instead of 200: .*not valid here/),
      });
      expect(new Set(json.capabilities.slice(1).map(({ outcome }: { outcome: string }) => outcome))).toEqual(
        new Set(['skipped']),
      );
    });

    it('clears away what a test that was cut short has left', async () => {
      const other = await gateway.newTenant({ idp: 'generic' });
      const { connectionId } = other.ids;
      await other.createUser(`rollcall-test-${connectionId}@example.invalid`);
      await other.createGroup(`Rollcall test ${connectionId} 2`);
      expect((await run(`connections test ${other.slug} ${connectionId}`)).code).toBe(0);
      expect((await other.get('/Groups')).body.totalResults).toBe(0);
    });

    it('knows only variants of the preset', async () => {
      const { code, err } = await run(`connections test ${tenant.slug} ${tenant.ids.connectionId} --variant gallery`);
      expect({ code, err }).toEqual({ code: 2, err: '--variant: okta has no gallery; it has wizard, catalogue' });
    });
  });

  it('is a process that ends with its code', async () => {
    const env = { ...process.env, ROLLCALL_URL: gateway.http.origin, ROLLCALL_ADMIN_KEY: ADMIN_KEY, NODE_OPTIONS: '' };
    const ran = (...words: string[]) =>
      promisify(execFile)(process.execPath, ['dist/apps/cli/src/main.js', ...words], { env });
    expect(JSON.parse((await ran('tenants', 'show', tenant.slug, '--json')).stdout)).toMatchObject({
      slug: tenant.slug,
    });
    await expect(ran('tenants', 'show', 'nobody')).rejects.toMatchObject({ code: 4, stderr: 'No such tenant\n' });
  });
});
