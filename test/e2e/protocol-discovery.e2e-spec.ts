import { startGateway, type TestGateway } from '../support/start-gateway.js';
import { ENTERPRISE, expectScimError, GROUP, LIST, type TenantClient, USER } from '../support/tenant-client.js';

/** RFC 7644 §4 and RFC 7643 §5 to §7: what clients learn about the service before they use it. */
describe('discovery', () => {
  let gateway: TestGateway;
  let tenant: TenantClient;
  beforeAll(async () => {
    gateway = await startGateway();
    tenant = await gateway.newTenant();
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  describe.each([
    ['with the token', undefined],
    ['without a token', null],
  ])('%s', (_title, authorization) => {
    const read = (path: string) => tenant.get(path, authorization === undefined ? {} : { authorization });

    it('/ServiceProviderConfig', async () => {
      const answer = await read('/ServiceProviderConfig');
      expect(answer.status).toBe(200);
      expect(answer.headers['content-type']).toMatch(/^application\/scim\+json/);
      expect(answer.body).toMatchObject({
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
        patch: { supported: true },
        bulk: { supported: true, maxOperations: 1000, maxPayloadSize: 1_048_576 },
        filter: { supported: true, maxResults: 1000 },
        changePassword: { supported: false },
        sort: { supported: true },
        etag: { supported: true },
        authenticationSchemes: [
          { type: 'oauthbearertoken', name: expect.any(String), description: expect.any(String) },
        ],
        meta: { resourceType: 'ServiceProviderConfig', location: `${tenant.baseUrl}/ServiceProviderConfig` },
      });
    });

    it('/ResourceTypes, all and each', async () => {
      const { body } = await read('/ResourceTypes');
      expect(body).toMatchObject({ schemas: [LIST], totalResults: 2, itemsPerPage: 2, startIndex: 1 });
      expect(body.Resources).toEqual([
        expect.objectContaining({
          id: 'User',
          name: 'User',
          endpoint: '/Users',
          schema: USER,
          schemaExtensions: expect.arrayContaining([{ schema: ENTERPRISE, required: false }]),
        }),
        expect.objectContaining({ id: 'Group', name: 'Group', endpoint: '/Groups', schema: GROUP }),
      ]);
      for (const resource of body.Resources) {
        expect((await read(`/ResourceTypes/${resource.id}`)).body).toEqual(resource);
        expect(resource.meta.location).toBe(`${tenant.baseUrl}/ResourceTypes/${resource.id}`);
      }
    });

    it('/Schemas, all and each, with every characteristic', async () => {
      const { body } = await read('/Schemas');
      expect(body.schemas).toEqual([LIST]);
      const ids = (body.Resources as { id: string }[]).map(({ id }) => id);
      expect(ids).toEqual(expect.arrayContaining([USER, GROUP, ENTERPRISE]));
      expect(body.totalResults).toBe(ids.length);
      expect(JSON.stringify(body)).not.toContain('null');
      for (const schema of body.Resources) {
        expect((await read(`/Schemas/${schema.id}`)).body).toEqual(schema);
        expect(schema.meta.location).toBe(`${tenant.baseUrl}/Schemas/${schema.id}`);
        for (const attribute of schema.attributes) expectCharacteristics(attribute);
      }
    });
  });

  it('takes names and URNs in any case', async () => {
    expect((await tenant.get('/ResourceTypes/user')).body.id).toBe('User');
    expect((await tenant.get(`/Schemas/${USER.toUpperCase()}`)).body.id).toBe(USER);
    expect((await tenant.get(`/Schemas/${encodeURIComponent(ENTERPRISE)}`)).body.id).toBe(ENTERPRISE);
  });

  it.each(['/ServiceProviderConfig', '/ResourceTypes', '/Schemas', '/ResourceTypes/User', `/Schemas/${USER}`])(
    '403 for a filter on %s (RFC 7644 §4)',
    async (path) => expectScimError(await tenant.get(`${path}?filter=${encodeURIComponent('id eq "User"')}`), 403),
  );

  it('refuses a wrong token even where none is needed', async () => {
    expectScimError(await tenant.get('/Schemas', { authorization: 'Bearer wrong' }), 401);
  });

  it('offers no filter on a password, and says so', async () => {
    const { body } = await tenant.get(`/Schemas/${USER}`);
    const password = body.attributes.find(({ name }: { name: string }) => name === 'password');
    expect(password).toMatchObject({ returned: 'never', mutability: 'writeOnly' });
  });
});

/** RFC 7643 §7: all of them, for sub-attributes too. */
function expectCharacteristics(attribute: Record<string, unknown>): void {
  expect(attribute).toMatchObject({
    name: expect.stringMatching(/^[$a-zA-Z]/),
    type: expect.stringMatching(/^(string|boolean|decimal|integer|dateTime|reference|binary|complex)$/),
    multiValued: expect.any(Boolean),
    description: expect.any(String),
    required: expect.any(Boolean),
    mutability: expect.stringMatching(/^(readOnly|readWrite|immutable|writeOnly)$/),
    returned: expect.stringMatching(/^(always|never|default|request)$/),
  });
  const isText = attribute['type'] === 'string' || attribute['type'] === 'reference';
  if (isText) expect(attribute).toMatchObject({ caseExact: expect.any(Boolean), uniqueness: expect.any(String) });
  if (attribute['type'] === 'reference') expect(attribute).toMatchObject({ referenceTypes: expect.any(Array) });
  if (attribute['type'] !== 'complex') return;
  const subAttributes = attribute['subAttributes'] as Record<string, unknown>[];
  expect(subAttributes.length).toBeGreaterThan(0);
  for (const sub of subAttributes) expectCharacteristics(sub);
}
