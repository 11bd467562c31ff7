import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AdminClient } from '../support/admin-client.js';
import { eventually, TestStandalone } from '../support/start-standalone.js';
import type { TenantClient } from '../support/tenant-client.js';

interface Proof {
  readonly product: string;
  readonly state: string;
  readonly elapsedMs?: number;
  readonly offset?: string;
}
interface Leaver {
  readonly state: string;
  readonly userId: string;
  readonly kind: string;
  readonly requestId: string;
  readonly eventId: string;
  readonly closedBy?: string;
  readonly products: readonly Proof[];
}

/** From the request of an identity provider to the acknowledgement of every product. */
describe('the proof of deprovisioning', () => {
  let standalone: TestStandalone;
  let admin: AdminClient;
  let acme: TenantClient;

  beforeAll(async () => {
    standalone = await TestStandalone.start();
    admin = await AdminClient.of(standalone.gateway);
    acme = await standalone.gateway.newTenant({ idp: 'entra-id' });
  });
  afterAll(() => standalone[Symbol.asyncDispose]());

  const list = async (query = ''): Promise<Leaver[]> => {
    const { status, body, text } = await admin.get(`/tenants/${acme.slug}/deprovisionings${query}`);
    if (status !== 200) throw new Error(text);
    return (body as { deprovisionings: Leaver[] }).deprovisionings;
  };
  const leaverOf = (userId: string, state: string) =>
    eventually(async () => {
      const found = (await list()).find((leaver) => leaver.userId === userId && leaver.state === state);
      if (!found) throw new Error(`${userId} is not ${state}`);
      return found;
    });

  it('tells the request, the event, the offset and the acknowledgement of each product', async () => {
    const { id } = (await acme.createUser('ana@example.com')) as { id: string };
    const begun = Date.now();
    await acme.patch(`/Users/${id}`, { op: 'replace', path: 'active', value: false });
    const leaver = await leaverOf(id, 'done');
    const elapsed = Date.now() - begun;
    const events = await standalone.gateway.eventsAfter(undefined);
    const event = events.find(({ type, stream }) => type === 'UserDeactivated' && stream.endsWith(id));
    expect(leaver).toMatchObject({
      kind: 'deactivated',
      requestId: event?.metadata.correlationId,
      requestedAt: event?.metadata.occurredAt,
      eventId: event?.id,
      position: `${event?.position}`,
      idp: 'entra-id',
      connection: acme.ids.connectionId,
      closedBy: 'acknowledged',
    });
    expect(leaver.products.map(({ product, state }) => [product, state])).toEqual([
      ['wellness', 'acknowledged'],
      ['hr-assistant', 'acknowledged'],
    ]);
    for (const { product, offset, elapsedMs } of leaver.products) {
      const messages = await standalone.messages(`rollcall.product.${product}`);
      expect(messages.find((message) => `${message.offset}` === offset)?.headers['ce_id']).toBe(event?.id);
      expect(elapsedMs).toBeGreaterThanOrEqual(0);
      expect(elapsedMs).toBeLessThanOrEqual(elapsed);
    }
  });

  it('follows a DELETE as well, and each leaving of one person by itself', async () => {
    const { id } = (await acme.createUser('bob@example.com')) as { id: string };
    await acme.patch(`/Users/${id}`, { op: 'replace', path: 'active', value: false });
    await acme.patch(`/Users/${id}`, { op: 'replace', path: 'active', value: true });
    await acme.scim('DELETE', `/Users/${id}`);
    const kinds = await eventually(async () => {
      const of = (await list()).filter(({ userId }) => userId === id);
      expect(of.map(({ closedBy }) => closedBy)).toEqual(['acknowledged', 'acknowledged']);
      return of.map(({ kind }) => kind);
    });
    expect(kinds).toEqual(['deleted', 'deactivated']); // newest first
  });

  it('expects nothing of a product that is disabled, and does not wait for one that never acknowledges', async () => {
    const other = await standalone.gateway.newTenant();
    const { id } = (await other.createUser('cy@example.com')) as { id: string };
    await other.scim('DELETE', `/Users/${id}`);
    await eventually(async () => {
      const { body } = await admin.get(`/tenants/${other.slug}/deprovisionings?state=done`);
      expect((body as { deprovisionings: Leaver[] }).deprovisionings).toHaveLength(1);
    });
  });

  it('filters by state and product, and pages through', async () => {
    for (let n = 0; n < 3; n++) {
      const { id } = (await acme.createUser(`dan${n}@example.com`)) as { id: string };
      await acme.scim('DELETE', `/Users/${id}`);
      await leaverOf(id, 'done');
    }
    const all = await list('?state=done');
    expect(await list('?product=wellness&state=done')).toEqual(all);
    expect(await list('?state=open')).toEqual([]);
    expect(await list('?product=define')).toEqual([]);
    const paged: Leaver[] = [];
    for (let cursor = ''; ;) {
      const { body } = await admin.get(`/tenants/${acme.slug}/deprovisionings?limit=2${cursor}`);
      const page = body as { deprovisionings: Leaver[]; nextCursor?: string };
      paged.push(...page.deprovisionings);
      if (page.nextCursor === undefined) break;
      cursor = `&cursor=${page.nextCursor}`;
    }
    expect(paged).toEqual(all);
    const { status } = await admin.get(`/tenants/${acme.slug}/deprovisionings?cursor=nonsense`);
    expect(status).toBe(400);
  });

  it('knows nothing of other tenants, and is gone for those who may not see the tenant', async () => {
    const other = await standalone.gateway.newTenant();
    const { body } = await admin.get(`/tenants/${other.slug}/deprovisionings`);
    expect(body).toEqual({ deprovisionings: [] });
    expect((await admin.get('/tenants/nobody/deprovisionings')).status).toBe(404);
  });

  it('is the same after a restart, and when it is built again from log and acknowledgements', async () => {
    const before = await list();
    expect(before.length).toBeGreaterThan(4);
    await standalone.gateway.restart();
    expect(await list()).toEqual(before);
    await standalone.gateway.stop();
    await rm(join(standalone.gateway.directory, 'read-models'), { recursive: true });
    await standalone.gateway.restart();
    await eventually(async () => expect(await list()).toEqual(before));
  });
});
