import { hashToken, newToken } from '#access';
import { tenantStream } from '#domain';
import { IDP_PRESETS } from '#idp';
import { startGateway, type TestGateway } from '../support/start-gateway.js';
import { TenantClient } from '../support/tenant-client.js';

describe('presets of identity providers', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  it('are listed for those with the admin key', async () => {
    const { status, body } = await gateway.admin('GET', '/idp-presets');
    expect({ status, body }).toEqual({ status: 200, body: { presets: JSON.parse(JSON.stringify(IDP_PRESETS)) } });
    expect((await gateway.admin('GET', '/idp-presets', undefined, { key: 'wrong' })).status).toBe(401);
  });

  it.each(IDP_PRESETS.map(({ id }) => id))('tell the admin of %s headers that work', async (idp) => {
    const { slug } = await gateway.newTenant();
    const { body } = await gateway.admin('POST', `/tenants/${slug}/connections`, { idp });
    const headers = Object.values<string>(body.setup.authorization);
    expect(headers).toContain(`Bearer ${body.token}`);
    for (const authorization of headers) {
      const target = `${new URL(body.scimBaseUrl).pathname}/Users?startIndex=1&count=2`;
      expect(await gateway.http.send({ method: 'GET', target, headers: { authorization } })).toMatchObject({
        status: 200,
      });
    }
  });

  it('that no release knows any more leave their connections working, to the letter of the RFC', async () => {
    const entra = await gateway.newTenant({ idp: 'entra-id' });
    const old = await connectionOfOld(gateway, entra.slug, 'azure-ad');
    await old.createUser('ana', { externalId: 'e-1' });
    expect((await old.get('/Users?filter=externalId+eq+%22e-1%22')).body.totalResults).toBe(1);
    expect((await old.get('/Users?filter=externalId+eq+e-1')).status).toBe(400);
    expect((await entra.get('/Users?filter=externalId+eq+e-1')).status).toBe(200);

    const { connections } = (await gateway.admin('GET', `/tenants/${entra.slug}`)).body;
    expect(connections.map(({ idp }: { idp: string }) => idp).sort()).toEqual(['azure-ad', 'entra-id']);
    const { events } = (await gateway.admin('GET', `/tenants/${entra.slug}/events?limit=1`)).body;
    expect(events).toMatchObject([{ type: 'UserProvisioned', metadata: { idp: 'azure-ad' } }]);
  });
});

/** A connection as a release before this one may have written it to the log. */
async function connectionOfOld(gateway: TestGateway, slug: string, idp: string): Promise<TenantClient> {
  const stream = tenantStream(slug);
  const last = (await gateway.eventsAfter(undefined)).findLast((event) => event.stream === stream);
  if (!last) throw new Error(`no tenant ${slug}`);
  const token = newToken();
  const [connectionId, credentialId] = [crypto.randomUUID(), crypto.randomUUID()];
  const facts = [
    { type: 'ConnectionCreated', data: { connectionId, idp, name: 'Old', matchingAttribute: 'userName' } },
    {
      type: 'CredentialIssued',
      data: { credentialId, connectionId, name: 'old', tokenHash: hashToken(token), lastFour: token.slice(-4) },
    },
  ];
  const events = facts.map((fact) => ({ ...fact, id: crypto.randomUUID(), metadata: last.metadata }));
  await gateway.store.append(stream, events, last.revision);
  // Written past the gateway, which is the log's only writer while it runs: a later release finds it when it starts.
  await gateway.restart();
  await gateway.readModelsCaughtUp();
  return new TenantClient(gateway, slug, token, { connectionId, tokenId: credentialId });
}
