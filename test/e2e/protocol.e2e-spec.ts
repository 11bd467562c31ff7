import { startGateway, type TestGateway } from '../support/start-gateway.js';
import { eventually } from '../support/start-standalone.js';
import { expectScimError, PATCH_OP, type TenantClient, USER } from '../support/tenant-client.js';

/** RFC 7644 over HTTP: who is let in, what is answered to what is not right, media types, methods. */
describe('protocol', () => {
  let gateway: TestGateway;
  let tenant: TenantClient;
  let ana: string;
  beforeAll(async () => {
    gateway = await startGateway({ env: { MAX_BODY_BYTES: '65536' } });
    tenant = await gateway.newTenant();
    ana = (await tenant.createUser('ana@example.com', { displayName: 'Ana' })).id;
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  describe('authentication (RFC 7644 §2, §3.12)', () => {
    it('asks for a token', async () => {
      for (const path of ['/Users', `/Users/${ana}`, '/Groups', '/nothing', '']) {
        const answer = await tenant.get(path, { authorization: null });
        expectScimError(answer, 401);
        expect(answer.headers['www-authenticate']).toBe('Bearer realm="scim"');
      }
    });

    it('tells another tenant’s token from an unknown one, or an unknown tenant from a known one, to nobody', async () => {
      const other = await gateway.newTenant();
      const unknown = await tenant.get('/Users', { authorization: `Bearer ${'x'.repeat(64)}` });
      expectScimError(unknown, 401);
      const strip = ({ status, text, headers: { date: _date, ...headers } }: typeof unknown) => ({
        status,
        text,
        headers,
      });
      const foreign = await tenant.get('/Users', { authorization: `Bearer ${other.token}` });
      expect(strip(foreign)).toEqual(strip(unknown));
      const nowhere = await tenant.get('/Users', { base: '/scim/v2/no-such-tenant' });
      expect(strip(nowhere)).toEqual(strip(unknown));
      expect(strip(await tenant.get('/nothing', { base: `/scim/v2/${other.slug}` }))).toEqual(strip(unknown));
    });

    it('refuses a stranger before it reads the body', async () => {
      const { answer, types } = await tenant.recording(() =>
        tenant.scim('POST', '/Users', undefined, { authorization: 'Bearer wrong', raw: '{"userName":' }),
      );
      expectScimError(answer, 401);
      expect(types).toEqual([]);
    });

    it.each(['', 'Bearer', 'Bearer Bearer', 'Basic dTpw', 'Bearer a b', 'Digest username="x"'])(
      'takes "%s" for no token',
      async (authorization) => expectScimError(await tenant.get('/Users', { authorization }), 401),
    );
  });

  describe('errors (RFC 7644 §3.12)', () => {
    it.each([
      ['GET', '/Users/no-such-id'],
      ['GET', '/Groups/no-such-id'],
      ['DELETE', '/Users/no-such-id'],
      ['DELETE', '/Groups/no-such-id'],
      ['GET', '/nothing'],
      ['GET', '/Users/x/y'],
      ['GET', '/ResourceTypes/Nothing'],
      ['GET', '/Schemas/urn:nothing'],
    ])('404: %s %s', async (method, path) => expectScimError(await tenant.scim(method, path), 404));

    it('404 for a PUT or PATCH of an unknown id; a PUT never creates (§3.5.1)', async () => {
      const { answer, types } = await tenant.recording(async () => [
        await tenant.scim('PUT', '/Users/no-such-id', { schemas: [USER], userName: 'x@example.com' }),
        await tenant.scim('PUT', '/Groups/no-such-id', { displayName: 'X' }),
        await tenant.patch('/Users/no-such-id', { op: 'replace', path: 'title', value: 'x' }),
        await tenant.patch('/Groups/no-such-id', { op: 'replace', path: 'displayName', value: 'x' }),
      ]);
      for (const one of answer) expectScimError(one, 404);
      expect(types).toEqual([]);
    });

    it('404 for another tenant’s resource, and for a user where a group is asked for', async () => {
      const other = await gateway.newTenant();
      expectScimError(await other.get(`/Users/${ana}`), 404);
      expectScimError(await other.patch(`/Users/${ana}`, { op: 'replace', path: 'title', value: 'x' }), 404);
      expectScimError(await other.scim('DELETE', `/Users/${ana}`), 404);
      expectScimError(await tenant.get(`/Groups/${ana}`), 404);
      expect((await other.get('/Users')).body.totalResults).toBe(0);
    });

    it.each([
      ['DELETE', '/Users', 'GET, HEAD, POST, OPTIONS'],
      ['PUT', '/Groups', 'GET, HEAD, POST, OPTIONS'],
      ['POST', '/Users/x', 'GET, HEAD, PUT, PATCH, DELETE, OPTIONS'],
      ['POST', '/ServiceProviderConfig', 'GET, HEAD, OPTIONS'],
      ['PUT', '/ResourceTypes/User', 'GET, HEAD, OPTIONS'],
      ['DELETE', '/Schemas', 'GET, HEAD, OPTIONS'],
    ])('405 with Allow: %s %s', async (method, path, allow) => {
      const answer = await tenant.scim(method, path);
      expectScimError(answer, 405);
      expect(answer.headers.allow).toBe(allow);
    });

    it('409 uniqueness for a userName taken, on POST, PUT and PATCH, in any case (§3.3; RFC 7643 §4.1.1)', async () => {
      const bo = await tenant.createUser('bo@example.com');
      const { answer, types } = await tenant.recording(async () => [
        await tenant.scim('POST', '/Users', { schemas: [USER], userName: 'ANA@example.com' }),
        await tenant.scim('PUT', `/Users/${bo.id}`, { schemas: [USER], userName: 'Ana@Example.com' }),
        await tenant.patch(`/Users/${bo.id}`, { op: 'replace', path: 'userName', value: 'ana@example.com' }),
      ]);
      for (const one of answer) {
        expectScimError(one, 409, 'uniqueness');
        expect(one.body.detail).toContain(ana);
      }
      expect(types).toEqual([]);
    });

    it('413 for a body beyond the limit', async () => {
      const { answer, types } = await tenant.recording(() =>
        tenant.scim('POST', '/Users', { userName: 'big@example.com', nickName: 'x'.repeat(70_000) }),
      );
      expectScimError(answer, 413);
      expect(types).toEqual([]);
    });

    it.each(['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
      '415 for %s',
      async (type) => {
        const { answer, types } = await tenant.recording(() =>
          tenant.scim('POST', '/Users', { userName: 'typed@example.com' }, { headers: { 'content-type': type } }),
        );
        expectScimError(answer, 415);
        expect(types).toEqual([]);
      },
    );

    it.each(['/Users/%', '/Users/%zz', '/Users/%c3%28', '/%E0%A4%A', '/Users?filter=%', '/Users?filter=%E0%A4%A'])(
      '400 or 404 in SCIM’s words for the malformed target %s',
      async (path) => {
        const answer = await tenant.get(path);
        expect([400, 404]).toContain(answer.status);
        expectScimError(answer, answer.status, answer.body.scimType);
      },
    );

    it('speaks SCIM on every path below its base, and only there', async () => {
      const { http } = gateway;
      const headers = { authorization: `Bearer ${tenant.token}` };
      for (const target of [
        '/scim/v2',
        '/scim/v2/',
        '/scim',
        '/api/scim',
        '/scim/v2/UPPER/Users',
        '/scim/v2/a_b/Users',
      ]) {
        expectScimError(await http.send({ method: 'GET', target, headers }), 404);
      }
      const elsewhere = await http.send({ method: 'GET', target: '/nowhere' });
      expect(elsewhere.headers['content-type']).toMatch(/^application\/problem\+json/);
      expect(elsewhere.body).toMatchObject({ status: 404, title: 'Not Found' });
      const ready = () => http.send({ method: 'GET', target: '/health/ready' });
      await eventually(async () => expect((await ready()).body).toEqual({ status: 'ready' }));
    });
  });

  describe('media types (RFC 7644 §3.1, §8.2)', () => {
    it.each([
      ['application/scim+json'],
      ['application/json'],
      ['application/scim+json; charset=utf-8'],
      ['APPLICATION/SCIM+JSON; Charset=UTF-8'],
      ['Application/Json;charset="utf-8"'],
      [''],
      [undefined],
    ])('takes a body of type %s', async (type) => {
      const userName = `${Math.random()}@example.com`;
      const raw = JSON.stringify({ schemas: [USER], userName });
      const answer = await gateway.http.send({
        method: 'POST',
        target: `/scim/v2/${tenant.slug}/Users`,
        headers: { authorization: `Bearer ${tenant.token}`, ...(type !== undefined && { 'content-type': type }) },
        body: raw,
      });
      expect({ status: answer.status, userName: answer.body.userName }).toEqual({ status: 201, userName });
      expect(answer.headers['content-type']).toBe('application/scim+json; charset=utf-8');
    });

    it.each([
      [undefined, 'application/scim+json'],
      ['', 'application/scim+json'],
      ['*/*', 'application/scim+json'],
      ['application/*', 'application/scim+json'],
      ['text/html, */*', 'application/scim+json'],
      ['image/png', 'application/scim+json'],
      ['nonsense;;q=x', 'application/scim+json'],
      ['application/scim+json', 'application/scim+json'],
      ['application/scim+json, application/json', 'application/scim+json'],
      ['application/json;q=0.5, application/scim+json', 'application/scim+json'],
      ['application/json', 'application/json'],
      ['APPLICATION/JSON; charset=utf-8', 'application/json'],
      ['application/json, text/plain, */*', 'application/json'],
      ['application/scim+json;q=0.1, application/json', 'application/json'],
    ])('answers Accept "%s" with %s, never 406 (profile A7, A10.2)', async (accept, type) => {
      const headers = accept === undefined ? {} : { accept };
      for (const [path, status] of [
        [`/Users/${ana}`, 200],
        ['/Users', 200],
        ['/Users/nobody', 404],
      ] as const) {
        const answer = await tenant.get(path, { headers });
        expect([answer.status, answer.headers['content-type']]).toEqual([status, `${type}; charset=utf-8`]);
      }
    });

    it('takes UTF-8 with a byte order mark (§3.8)', async () => {
      const raw = Buffer.from(`\ufeff${JSON.stringify({ userName: 'bom@example.com', displayName: 'Zoë 🦆' })}`);
      const answer = await tenant.scim('POST', '/Users', undefined, { raw });
      expect(answer.body).toMatchObject({ userName: 'bom@example.com', displayName: 'Zoë 🦆' });
    });
  });

  describe('methods', () => {
    it('answers HEAD as GET, without the body', async () => {
      for (const path of ['/Users', `/Users/${ana}`, '/ServiceProviderConfig']) {
        const [get, head] = [await tenant.get(path), await tenant.scim('HEAD', path)];
        expect({ status: head.status, text: head.text }).toEqual({ status: 200, text: '' });
        expect(head.headers['content-type']).toBe(get.headers['content-type']);
        expect(head.headers.etag).toBe(get.headers.etag);
      }
      expect((await tenant.scim('HEAD', '/Users/no-such-id')).status).toBe(404);
    });

    it('answers OPTIONS with Allow, without a token', async () => {
      const answer = await tenant.scim('OPTIONS', '/Users', undefined, { authorization: null });
      expect({ status: answer.status, allow: answer.headers.allow }).toEqual({
        status: 204,
        allow: 'GET, HEAD, POST, OPTIONS',
      });
      expectScimError(await tenant.scim('OPTIONS', '/nothing', undefined, { authorization: null }), 404);
    });
  });

  describe('resources (RFC 7644 §3.3 to §3.6)', () => {
    it('creates with Location, ETag and meta that agree (§3.3; RFC 7643 §3.1)', async () => {
      const answer = await tenant.scim('POST', '/Users', { schemas: [USER], userName: 'meta@example.com' });
      const { id, meta } = answer.body;
      const location = `${tenant.baseUrl}/Users/${id}`;
      expect(meta).toEqual({
        resourceType: 'User',
        created: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        lastModified: meta.created,
        location,
        version: answer.headers.etag,
      });
      expect(answer.headers.location).toBe(location);
      expect(
        (
          await gateway.http.send({
            method: 'GET',
            target: new URL(location).pathname,
            headers: { authorization: `Bearer ${tenant.token}` },
          })
        ).body,
      ).toEqual(answer.body);
    });

    it('needs a userName, or a displayName for a group; null and "" are none', async () => {
      const { answer, types } = await tenant.recording(async () => [
        await tenant.scim('POST', '/Users', { schemas: [USER] }),
        await tenant.scim('POST', '/Users', { userName: null }),
        await tenant.scim('POST', '/Users', { userName: ' ' }),
        await tenant.scim('POST', '/Groups', { members: [] }),
        await tenant.scim('POST', '/Groups', { displayName: '' }),
        await tenant.scim('PUT', `/Users/${ana}`, { schemas: [USER] }),
        await tenant.patch(`/Users/${ana}`, { op: 'replace', path: 'userName', value: '' }),
      ]);
      for (const one of answer) expectScimError(one, 400, 'invalidValue');
      expect(types).toEqual([]);
      expectScimError(await tenant.patch(`/Users/${ana}`, { op: 'remove', path: 'userName' }), 400, 'mutability');
    });

    it('applies a PATCH whole or not at all, and says which operation failed (§3.5.2)', async () => {
      const before = await tenant.get(`/Users/${ana}`);
      const { answer, types } = await tenant.recording(() =>
        tenant.patch(
          `/Users/${ana}`,
          { op: 'replace', path: 'displayName', value: 'Somebody else' },
          { op: 'add', path: 'emails', value: [{ value: 'x@example.com' }] },
          { op: 'replace', path: 'active', value: 'perhaps' },
        ),
      );
      expectScimError(answer, 400, 'invalidValue');
      expect(answer.body.detail).toContain('Operation 3');
      expect(types).toEqual([]);
      expect((await tenant.get(`/Users/${ana}`)).body).toEqual(before.body);
    });

    it.each([
      ['no Operations', { schemas: [PATCH_OP] }, 'invalidSyntax'],
      ['an empty list', { Operations: [] }, 'invalidSyntax'],
      ['an unknown op', { Operations: [{ op: 'move', path: 'title' }] }, 'invalidSyntax'],
      ['no value', { Operations: [{ op: 'add', path: 'title' }] }, 'invalidSyntax'],
      ['a remove without a path', { Operations: [{ op: 'remove' }] }, 'noTarget'],
      ['a path that is none', { Operations: [{ op: 'add', path: 'a b', value: 'x' }] }, 'invalidPath'],
      ['an unclosed filter', { Operations: [{ op: 'remove', path: 'emails[type eq "work"' }] }, 'invalidFilter'],
      ['a readOnly path', { Operations: [{ op: 'replace', path: 'id', value: 'x' }] }, 'mutability'],
      ['meta', { Operations: [{ op: 'replace', path: 'meta.created', value: '2020-01-01T00:00:00Z' }] }, 'mutability'],
      [
        'an open filter without a match',
        { Operations: [{ op: 'replace', path: 'emails[value co "x"].type', value: 'work' }] },
        'noTarget',
      ],
    ])('refuses a PATCH with %s', async (_title, body, scimType) => {
      const { answer, types } = await tenant.recording(() => tenant.scim('PATCH', `/Users/${ana}`, body));
      expectScimError(answer, 400, scimType);
      expect(types).toEqual([]);
    });

    it('never shows a password and keeps none in the log (RFC 7643 §4.1.1)', async () => {
      const secret = 'correct-horse-battery';
      const { answer, events } = await tenant.recording(async () => {
        const user = await tenant.createUser('secret@example.com', { password: secret });
        const put = { ...user, password: `${secret}2`, title: 'x' };
        return [
          user,
          await tenant.scim('PUT', `/Users/${user.id}`, put),
          await tenant.patch(`/Users/${user.id}`, { op: 'add', path: 'password', value: `${secret}3` }),
          await tenant.get(`/Users/${user.id}?attributes=password,userName`),
        ];
      });
      expect(JSON.stringify(answer)).not.toContain(secret);
      expect(
        JSON.stringify(events, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
      ).not.toContain(secret);
      expectScimError(await tenant.find('Users', `password eq "${secret}"`), 400, 'sensitive');
      expectScimError(await tenant.get('/Users?sortBy=password'), 400, 'sensitive');
    });
  });
});
