import { findPreset } from '#idp';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tenantStream } from '#domain';
import type { Answer } from '../support/http-client.js';
import { ADMIN_KEY, startGateway, type TestGateway } from '../support/start-gateway.js';
import { StoppedClock } from '../support/stopped-clock.js';
import { expectScimError } from '../support/tenant-client.js';

/** The admin API: tenants, connections, tokens; problems as RFC 9457 has them. */
describe('admin API', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  function expectProblem(answer: Answer, status: number, ...fields: string[]): void {
    expect({ status: answer.status, type: answer.headers['content-type'] }).toEqual({
      status,
      type: expect.stringMatching(/^application\/problem\+json/),
    });
    expect(answer.body).toMatchObject({ status, title: expect.any(String), detail: expect.stringMatching(/\S{3}/) });
    const named = ((answer.body.errors ?? []) as { field: string }[]).map(({ field }) => field);
    for (const field of fields) expect(named).toContain(field);
  }

  const recording = async (send: () => Promise<Answer>) => {
    const before = await gateway.store.lastPosition();
    const answer = await send();
    return { answer, types: (await gateway.eventsAfter(before)).map(({ type }) => type) };
  };

  describe('tenants and connections', () => {
    it('registers a tenant and a connection, with base URL and token', async () => {
      const { answer, types } = await recording(() =>
        gateway.admin('POST', '/tenants', { slug: 'acme', name: 'Acme' }),
      );
      expect({ status: answer.status, body: answer.body, types }).toEqual({
        status: 201,
        body: { slug: 'acme', name: 'Acme', scimBaseUrl: `${gateway.http.origin}/scim/v2/acme` },
        types: ['TenantRegistered'],
      });
      const connection = await recording(() =>
        gateway.admin('POST', '/tenants/acme/connections', { idp: 'entra-id', name: 'Our Entra' }),
      );
      expect(connection.types).toEqual(['ConnectionCreated', 'CredentialIssued']);
      expect(connection.answer.status).toBe(201);
      const { token, id, tokenId } = connection.answer.body;
      expect(connection.answer.body).toEqual({
        id: expect.any(String),
        idp: 'entra-id',
        name: 'Our Entra',
        matchingAttribute: 'userName',
        scimBaseUrl: `${gateway.http.origin}/scim/v2/acme`,
        tokenId: expect.any(String),
        token: expect.stringMatching(/^[A-Za-z0-9]{64}$/),
        setup: expect.objectContaining({
          guide: 'docs/guide/idp/entra-id.md',
          fields: [
            { field: 'Provisioning Mode', value: 'Automatic' },
            { field: 'Tenant URL', value: `${gateway.http.origin}/scim/v2/acme` },
            { field: 'Secret Token', value: token },
          ],
          authorization: { bearer: `Bearer ${token}` },
        }),
      });
      const read = await gateway.admin('GET', '/tenants/acme');
      expect(read.body).toEqual({
        slug: 'acme',
        name: 'Acme',
        status: 'active',
        registeredAt: expect.any(String),
        scimBaseUrl: `${gateway.http.origin}/scim/v2/acme`,
        connections: [
          {
            id,
            idp: 'entra-id',
            name: 'Our Entra',
            contact: { requests: 0, refusals: 0 },
            matchingAttribute: 'userName',
            status: 'active',
            state: 'waiting',
            createdAt: expect.any(String),
            tokens: [
              {
                id: tokenId,
                name: 'first token',
                lastFour: token.slice(-4),
                createdAt: expect.any(String),
                scopes: findPreset('entra-id')?.scopes,
                warnings: [],
              },
            ],
          },
        ],
      });
      expect((await gateway.admin('GET', '/tenants')).body.tenants).toContainEqual(
        expect.objectContaining({ slug: 'acme', name: 'Acme' }),
      );
    });

    it('knows every preset, and each presets its matching attribute', async () => {
      const { slug } = await gateway.newTenant();
      const idps = ['okta', 'entra-id', 'cyberark', 'jumpcloud', 'ping', 'google', 'onelogin', 'auth0', 'generic'];
      for (const idp of idps) {
        const { status, body } = await gateway.admin('POST', `/tenants/${slug}/connections`, { idp });
        expect({ idp, status, matching: body.matchingAttribute }).toEqual({
          idp,
          status: 201,
          matching: findPreset(idp)?.matchingAttribute,
        });
      }
    });

    it('two connections of one tenant share its users; the log tells who did what', async () => {
      const okta = await gateway.newTenant({ idp: 'okta' });
      const { body } = await gateway.admin('POST', `/tenants/${okta.slug}/connections`, { idp: 'entra-id' });
      const ana = await okta.createUser('ana');
      const answer = await okta.get(`/Users/${ana.id}`, { authorization: `Bearer ${body.token}` });
      expect(answer.body).toEqual(ana);
      await okta.scim('DELETE', `/Users/${ana.id}`, undefined, { authorization: `Bearer ${body.token}` });
      const events = (await okta.events()).filter(({ stream }) => stream.startsWith('user-'));
      expect(
        events.map(({ type, metadata }) => [type, metadata.idp, metadata.connection, metadata.credential]),
      ).toEqual([
        ['UserProvisioned', 'okta', okta.ids.connectionId, okta.ids.tokenId],
        ['UserDeactivated', 'entra-id', body.id, body.tokenId],
        ['UserDeprovisioned', 'entra-id', body.id, body.tokenId],
      ]);
      expect(new Set(events.slice(1).map(({ metadata }) => metadata.correlationId)).size).toBe(1);
    });

    it('ends all tokens of a connection with it', async () => {
      const tenant = await gateway.newTenant();
      expect((await tenant.get('/Users')).status).toBe(200);
      const path = `/tenants/${tenant.slug}/connections/${tenant.ids.connectionId}`;
      const { answer, types } = await recording(() => gateway.admin('DELETE', path));
      expect({ status: answer.status, types }).toEqual({
        status: 204,
        types: ['CredentialRevoked', 'ConnectionDeleted'],
      });
      expectScimError(await tenant.get('/Users'), 401);
      expectProblem(await gateway.admin('DELETE', path), 404);
      expect((await gateway.admin('GET', `/tenants/${tenant.slug}`)).body.connections).toEqual([]);
    });
  });

  describe('problems (RFC 9457)', () => {
    it.each<[string, object, string[]]>([
      ['no slug', { name: 'X' }, ['slug']],
      ['upper case', { slug: 'Acme', name: 'X' }, ['slug']],
      ['a dot', { slug: 'a.b', name: 'X' }, ['slug']],
      ['a word of ours', { slug: 'users', name: 'X' }, ['slug']],
      ['64 characters', { slug: 'x'.repeat(64), name: 'X' }, ['slug']],
      ['a dash at the end', { slug: 'x-', name: 'X' }, ['slug']],
      ['a number for a name', { slug: 'x', name: 7 }, ['name']],
      ['nothing', {}, ['slug', 'name']],
      ['an unknown field', { slug: 'x', name: 'X', plan: 'gold' }, ['plan']],
      ['an object for a slug', { slug: { $ne: '' }, name: 'X' }, ['slug']],
    ])('a tenant with %s', async (_title, body, fields) => {
      const { answer, types } = await recording(() => gateway.admin('POST', '/tenants', body));
      expectProblem(answer, 400, ...fields);
      expect(types).toEqual([]);
    });

    it.each<[string, object, string[]]>([
      ['an unknown idp', { idp: 'nobody' }, ['idp']],
      ['no idp', { name: 'x' }, ['idp']],
      ['an unknown matching attribute', { idp: 'okta', matchingAttribute: 'id' }, ['matchingAttribute']],
      ['an empty name', { idp: 'okta', name: '' }, ['name']],
    ])('a connection with %s', async (_title, body, fields) => {
      const { slug } = await gateway.newTenant();
      const { answer, types } = await recording(() => gateway.admin('POST', `/tenants/${slug}/connections`, body));
      expectProblem(answer, 400, ...fields);
      expect(types).toEqual([]);
    });

    it('a slug that is taken, a tenant or connection or token that is not there', async () => {
      const { slug, ids } = await gateway.newTenant();
      const { answer, types } = await recording(() => gateway.admin('POST', '/tenants', { slug, name: 'Again' }));
      expectProblem(answer, 409);
      expect(types).toEqual([]);
      expectProblem(await gateway.admin('GET', '/tenants/nobody'), 404);
      expectProblem(await gateway.admin('POST', '/tenants/nobody/connections', { idp: 'okta' }), 404);
      expectProblem(await gateway.admin('POST', `/tenants/${slug}/connections/none/tokens`, {}), 404);
      expectProblem(await gateway.admin('DELETE', `/tenants/${slug}/tokens/none`), 404);
      const other = await gateway.newTenant();
      expectProblem(await gateway.admin('DELETE', `/tenants/${other.slug}/tokens/${ids.tokenId}`), 404);
      expectProblem(await gateway.admin('DELETE', `/tenants/${other.slug}/connections/${ids.connectionId}`), 404);
    });

    it.each([
      ['broken JSON', 'application/json', '{"slug":', 400],
      ['a list', 'application/json', '[]', 400],
      ['null', 'application/json', 'null', 400],
      ['nothing', 'application/json', '', 400],
      ['a prototype', 'application/json', '{"__proto__":{"slug":"x","name":"X"}}', 400],
      ['a constructor', 'application/json', '{"slug":"x","name":"X","constructor":" "}', 400],
      ['endless nesting', 'application/json', `{"slug":"x","name":${'['.repeat(200_000)}${']'.repeat(200_000)}}`, 400],
      ['a constructor below', 'application/json', '{"slug":"x","name":{"constructor":" "}}', 400],
      ['another media type', 'text/plain', 'slug=x', 415],
      ['5 MB', 'application/json', `{"slug":"${'x'.repeat(5_000_000)}"}`, 413],
    ])('a body that is %s', async (_title, type, body, status) => {
      const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': type };
      const { answer, types } = await recording(() =>
        gateway.http.send({ method: 'POST', target: '/admin/v1/tenants', headers, body }),
      );
      expectProblem(answer, status);
      expect(types).toEqual([]);
    });

    it.each(['__proto__', 'constructor', 'toString'])('%s is the id of nothing', async (name) => {
      const { slug } = await gateway.newTenant();
      const calls: [string, string, object?][] = [
        ['GET', `/tenants/${name}`],
        ['POST', `/tenants/${name}/connections`, { idp: 'okta' }],
        ['POST', `/tenants/${slug}/connections/${name}/tokens`, {}],
        ['DELETE', `/tenants/${slug}/connections/${name}`],
        ['DELETE', `/tenants/${slug}/tokens/${name}`],
      ];
      for (const [method, path, body] of calls) {
        const { answer, types } = await recording(() => gateway.admin(method, path, body));
        expectProblem(answer, 404);
        expect(types).toEqual([]);
      }
    });

    it.each(['wrong', '', ADMIN_KEY.slice(0, -1), `${ADMIN_KEY}x`])('the admin key "%s"', async (key) => {
      for (const [method, path] of [
        ['GET', '/tenants'],
        ['POST', '/tenants'],
        ['GET', '/tenants/acme/events'],
        ['DELETE', '/tenants/acme/tokens/x'],
      ] as const) {
        const { answer, types } = await recording(() => gateway.admin(method, path, undefined, { key }));
        expectProblem(answer, 401);
        expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
        expect(types).toEqual([]);
      }
    });

    it('keeps the keys of both APIs apart', async () => {
      const tenant = await gateway.newTenant();
      expectProblem(await gateway.admin('GET', '/tenants', undefined, { key: tenant.token }), 401);
      expectScimError(await tenant.get('/Users', { authorization: `Bearer ${ADMIN_KEY}` }), 401);
    });
  });

  describe('tokens', () => {
    const issue = (slug: string, connectionId: string, body: object = {}) =>
      gateway.admin('POST', `/tenants/${slug}/connections/${connectionId}/tokens`, body);

    it('live side by side, so that a rotation overlaps; a revoked one is dead at once', async () => {
      for (let round = 0; round < 10; round++) {
        const tenant = await gateway.newTenant();
        const { slug, ids } = tenant;
        const { status, body } = await issue(slug, ids.connectionId, { name: 'second' });
        expect(status).toBe(201);
        const second = { authorization: `Bearer ${body.token}` };
        expect((await tenant.get('/Users', second)).status).toBe(200);
        expect((await tenant.get('/Users')).status).toBe(200);

        const { answer, types } = await recording(() =>
          gateway.admin('DELETE', `/tenants/${slug}/tokens/${ids.tokenId}`),
        );
        expect({ status: answer.status, types }).toEqual({ status: 204, types: ['CredentialRevoked'] });
        expectScimError(await tenant.get('/Users'), 401);
        expect((await tenant.get('/Users', second)).status).toBe(200);
        expectProblem(await gateway.admin('DELETE', `/tenants/${slug}/tokens/${ids.tokenId}`), 404);
      }
    });

    it('expire: 401, and once the fact is in the log', async () => {
      const tenant = await gateway.newTenant();
      const { slug, ids } = tenant;
      using clock = new StoppedClock();
      const expiresAt = clock.in(60_000);
      const { body } = await issue(slug, ids.connectionId, { expiresAt });
      expect(body.expiresAt).toBe(expiresAt);
      const expiring = { authorization: `Bearer ${body.token}` };
      clock.forward(59_999);
      expect((await tenant.get('/Users', expiring)).status).toBe(200);
      const recorded = gateway.firstEvent(
        ({ type, data }) => type === 'CredentialExpired' && 'credentialId' in data && data.credentialId === body.id,
      );
      recorded.catch(() => undefined);
      clock.forward(1);
      expectScimError(await tenant.get('/Users', expiring), 401);
      expect((await recorded).stream).toBe(tenantStream(slug));
      for (let n = 0; n < 5; n++) expectScimError(await tenant.get('/Users', expiring), 401);
      const facts = (await tenant.events()).filter(({ type }) => type === 'CredentialExpired');
      expect(facts).toHaveLength(1);
      expect((await tenant.get('/Users')).status).toBe(200);
    });

    it.each([
      { expiresAt: 'tomorrow' },
      { expiresAt: '2020-01-01T00:00:00Z' },
      { expiresAt: '2030-02-31' },
      { expiresAt: 7 },
      { name: '' },
    ])('are not issued with %j', async (body) => {
      const { slug, ids } = await gateway.newTenant();
      const { answer, types } = await recording(() => issue(slug, ids.connectionId, body));
      expectProblem(answer, 400, Object.keys(body)[0]!);
      expect(types).toEqual([]);
    });

    it('are shown once, and kept nowhere but as a hash', async () => {
      const tenant = await gateway.newTenant();
      const second = (await issue(tenant.slug, tenant.ids.connectionId)).body.token as string;
      await tenant.createUser('ana');
      expect(second).toMatch(/^[A-Za-z0-9]{64}$/);
      const shown = [
        await gateway.admin('GET', '/tenants'),
        await gateway.admin('GET', `/tenants/${tenant.slug}`),
        await gateway.admin('GET', `/tenants/${tenant.slug}/events?limit=1000`),
      ];
      for (const { status, text } of shown) {
        expect(status).toBe(200);
        expect(text).not.toContain(second);
        expect(text).not.toContain(tenant.token);
        expect(text).not.toMatch(/tokenHash|[0-9a-f]{64}/);
      }
      await gateway.restart();
      const entries = await readdir(gateway.directory, { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
      expect(files.length).toBeGreaterThan(2);
      for (const file of files) {
        const content = await readFile(file);
        for (const text of [second, tenant.token, ADMIN_KEY]) {
          expect({ file, found: content.includes(text) || content.includes(Buffer.from(text, 'utf16le')) }).toEqual({
            file,
            found: false,
          });
        }
      }
      expect((await tenant.get('/Users')).status).toBe(200);
    });
  });

  describe('the log of a tenant', () => {
    it('newest first, paged, of one stream, and of nobody else', async () => {
      // One slug is the beginning of the other.
      const tenant = await gateway.newTenant({ slug: 'log' });
      const other = await gateway.newTenant({ slug: 'log2' });
      const ana = await tenant.createUser('ana');
      await other.createUser('ana');
      await tenant.patch(`/Users/${ana.id}`, { op: 'add', path: 'title', value: 'Dr' });
      const path = '/tenants/log/events';
      const all = (await gateway.admin('GET', path)).body.events as {
        type: string;
        position: string;
        stream: string;
      }[];
      expect(all.map(({ type }) => type)).toEqual([
        'UserUpdated',
        'UserProvisioned',
        'UserNameClaimed',
        'CredentialIssued',
        'ConnectionCreated',
        'TenantRegistered',
      ]);
      const first = (await gateway.admin('GET', `${path}?limit=2`)).body.events;
      const second = (await gateway.admin('GET', `${path}?limit=10&before=${first[1].position}`)).body.events;
      expect([...first, ...second]).toEqual(all);
      const stream = (await gateway.admin('GET', `${path}?stream=user-log.${ana.id}`)).body.events;
      expect(stream).toEqual(all.slice(0, 2));
      expectProblem(await gateway.admin('GET', `${path}?stream=user-log2.${ana.id}`), 404);
      for (const query of ['limit=0', 'limit=x', 'limit=1001', 'before=x', 'colour=red']) {
        expectProblem(await gateway.admin('GET', `${path}?${query}`), 400, query.split('=')[0]!);
      }
    });
  });
});
