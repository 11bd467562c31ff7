import { SCOPES } from '#domain';
import { startGateway, type TestGateway } from '../support/start-gateway.js';
import type { TenantClient } from '../support/tenant-client.js';

/** RFC 7644 §3.5.2 leaves the answer to a PATCH to the service provider: 200 with the resource, or 204. */
describe('the answer to a PATCH of a group', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  const people = (tenant: TenantClient, count: number): Promise<string[]> =>
    Promise.all(
      Array.from({ length: count }, async (_, n) => ((await tenant.createUser(`p${n}`)) as { id: string }).id),
    );
  const rename = { op: 'replace', path: 'displayName', value: 'Ops' };

  it.each(['okta', 'entra-id', 'jumpcloud', 'onelogin', 'ping', 'cyberark', 'auth0'])(
    'is 204 for %s (profile A10.14)',
    async (idp) => {
      const tenant = await gateway.newTenant({ idp, scopes: SCOPES });
      const { id } = await tenant.createGroup('Eng');
      const answer = await tenant.patch(`/Groups/${id}`, rename);
      expect({ status: answer.status, text: answer.text }).toEqual({ status: 204, text: '' });
      expect(answer.headers.etag).toBe((await tenant.get(`/Groups/${id}`)).headers.etag);
    },
  );

  it('is the whole small group for any other SCIM client', async () => {
    const tenant = await gateway.newTenant({ idp: 'generic' });
    const { id } = await tenant.createGroup('Eng', await people(tenant, 2));
    const answer = await tenant.patch(`/Groups/${id}`, rename);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual((await tenant.get(`/Groups/${id}`)).body);
    expect(answer.body.members).toHaveLength(2);
  });

  it('is 204 again where the group is large, so that one member more costs the same in any size', async () => {
    const tenant = await gateway.newTenant({ idp: 'generic' });
    const [last, ...others] = await people(tenant, 51);
    const { id } = await tenant.createGroup('Eng', others);
    expect((await tenant.patch(`/Groups/${id}`, rename)).status).toBe(200);
    const add = { op: 'add', path: 'members', value: [{ value: last }] };
    expect((await tenant.patch(`/Groups/${id}`, add)).status).toBe(204);
    expect(await tenant.membersOf(id)).toHaveLength(51);
  });
});
