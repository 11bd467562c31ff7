import { decodeCloudEvent } from '#message-bus';
import { hrAssistant, productProfiles, productTopic, type ViewMessage, wellness } from '#products';
import { CLIENT_SETTINGS_BY_IDP, IDP_PEOPLE, WELLNESS_BY_IDP } from '../support/idp-people.js';
import {
  CLIENT_SETTINGS_ROWS,
  DEFINE_ROWS,
  DISAGREEMENTS,
  HR_ASSISTANT_ROWS,
  IDENTITY_MAPPING,
  IDENTITY_PLATFORM_ROWS,
  type ProductRow,
  WELLNESS_DEFAULTS,
  WELLNESS_RULES,
} from '../support/product-rows.js';
import { eventually, TestStandalone } from '../support/start-standalone.js';
import type { TenantClient } from '../support/tenant-client.js';

const B6 = 'B6 the identity platform';

/** Every row of the five products' guides, from the SCIM request of an identity provider to what the product is told. */
describe('from a SCIM request to a product', () => {
  let standalone: TestStandalone;
  const tenants = new Map<string, TenantClient>();
  /** Ids of the people whom a row, or a provider, has sent. */
  const ids = new Map<unknown, string>();
  /** Product → user → the newest view on the product's topic. */
  const views = new Map<string, Map<string, ViewMessage>>();
  /** The lists of the two products that have one, by user. */
  const wellnessList = new Map<unknown, Record<string, unknown>>();
  const hrList = new Map<unknown, Record<string, unknown>>();

  const TABLES: Readonly<Record<string, readonly ProductRow[]>> = {
    'B1 the 40 keys of the wellness product': WELLNESS_DEFAULTS,
    'B1 what else they are read from': WELLNESS_RULES,
    'B3 the HR assistant': HR_ASSISTANT_ROWS,
    'B4 the SaaS with roles': DEFINE_ROWS,
    'B5 the client-settings platform': CLIENT_SETTINGS_ROWS,
    [B6]: IDENTITY_PLATFORM_ROWS,
    'B7 where the guides disagree': DISAGREEMENTS,
  };
  const idps = Object.keys(IDP_PEOPLE);

  beforeAll(async () => {
    standalone = await TestStandalone.start();
    for (const name of [...Object.keys(TABLES), ...idps]) {
      const tenant = await standalone.gateway.newTenant({ idp: idps.includes(name) ? name : 'generic' });
      tenants.set(name, tenant);
      for (const { id } of productProfiles) await admin('POST', tenant, `/${id}/enable`);
    }
    const own = { overrides: IDENTITY_MAPPING };
    await admin('PUT', tenants.get(B6)!, '/identity-platform/mapping', own);
    for (const [table, rows] of Object.entries(TABLES)) {
      const send = async (row: ProductRow, index: number) => {
        const body = { userName: `row${index}@acme.test`, ...row.sent };
        ids.set(row, await create(tenants.get(table)!, body));
      };
      await Promise.all(rows.map(send));
    }
    for (const idp of idps) ids.set(idp, await create(tenants.get(idp)!, IDP_PEOPLE[idp]!));
    const everybody = new Set(ids.values());
    for (const { id } of productProfiles) {
      await eventually(async () => {
        views.set(id, await viewsOn(id));
        const missing = [...everybody].filter((userId) => !views.get(id)?.has(userId));
        if (missing.length > 0) throw new Error(`${id} has not heard of ${missing.length} people`);
      });
    }
    // Who was told of before the saved mapping had come round is told of again, where it makes a difference.
    await eventually(async () => {
      const { slug } = tenants.get(B6)!;
      const { body } = await standalone.gateway.admin(
        'GET',
        `/tenants/${slug}/products/identity-platform?coverage=false`,
      );
      expect(body.rederivation).toMatchObject({ state: 'done', mappingVersion: 1 });
    });
    views.set('identity-platform', await viewsOn('identity-platform'));
    await eventually(async () => {
      for (const [list, { id }] of [
        [wellnessList, wellness],
        [hrList, hrAssistant],
      ] as const) {
        list.clear();
        for (const { slug } of tenants.values()) {
          for (const person of await standalone.people(id, slug))
            list.set(person['user_id'] ?? person['employee'], person);
        }
        if (list.size < everybody.size) throw new Error(`the list of ${id} is not complete`);
      }
    });
  });
  afterAll(() => standalone[Symbol.asyncDispose]());

  async function admin(method: string, { slug }: TenantClient, path: string, body?: object): Promise<void> {
    const answer = await standalone.gateway.admin(method, `/tenants/${slug}/products${path}`, body);
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text}`);
  }

  async function create(tenant: TenantClient, body: object): Promise<string> {
    const answer = await tenant.scim('POST', '/Users', body);
    if (answer.status !== 201) throw new Error(`${JSON.stringify(body)}: ${answer.status} ${answer.text}`);
    return answer.body.id as string;
  }

  async function viewsOn(product: string): Promise<Map<string, ViewMessage>> {
    const newest = new Map<string, ViewMessage>();
    for (const message of await standalone.messages(productTopic(product))) {
      const view = decodeCloudEvent(message).data as ViewMessage;
      newest.set(view.userId, view);
    }
    return newest;
  }

  const viewOf = (product: string, who: unknown): ViewMessage => views.get(product)!.get(ids.get(who)!)!;

  describe.each(Object.entries(TABLES))('%s', (_table, rows) => {
    it.each(rows.map((row) => [row.product, row.key, row.title, row] as const))('%s %s: %s', (...[, , , row]) => {
      const { product, key, received, problem } = row;
      const { attributes, problems, active } = viewOf(product, row);
      expect({ [key]: attributes[key], active }).toEqual({ [key]: received, active: true });
      const told = problems.filter((one) => one.key === key).map((one) => one.problem);
      expect(told).toEqual(problem === undefined ? [] : [expect.stringContaining(problem)]);
      // The list of a product that has one says the same.
      const list = { [wellness.id]: wellnessList, [hrAssistant.id]: hrList }[product];
      if (list) expect({ [key]: list.get(ids.get(row))?.[key] }).toEqual({ [key]: received });
    });
  });

  it('B1 has a row for each of the 40 keys, in the guide’s order', () => {
    expect(WELLNESS_DEFAULTS.map(({ key }) => key)).toEqual(wellness.keys.map(({ key }) => key));
    expect(WELLNESS_DEFAULTS).toHaveLength(40);
  });

  it.each(WELLNESS_DEFAULTS.map((row) => [row.key, row] as const))('B1 %s alone leaves nothing else', (key, row) => {
    expect(Object.keys(viewOf('wellness', row).attributes).sort()).toEqual([...new Set(['email', key])].sort());
  });

  it.each(productProfiles.map((profile) => [profile.id, profile] as const))(
    '%s: each of its keys stands in some row',
    (id, { keys }) => {
      const rows = Object.values(TABLES).flat();
      const told = new Set(
        rows.filter((row) => row.product === id && row.received !== undefined).map(({ key }) => key),
      );
      expect(keys.map(({ key }) => key).filter((key) => !told.has(key))).toEqual([]);
    },
  );

  describe.each(idps)('B2 the wellness product, by the defaults of %s', (idp) => {
    it.each(Object.entries(WELLNESS_BY_IDP))('%s', (key, byIdp) => {
      expect(viewOf('wellness', idp).attributes[key]).toEqual(byIdp[idp]);
    });

    it('has no other key', () => {
      const { attributes, problems } = viewOf('wellness', idp);
      expect(Object.keys(attributes).filter((key) => !Object.hasOwn(WELLNESS_BY_IDP, key))).toEqual([]);
      expect(problems).toEqual([]);
    });
  });

  describe.each(Object.entries(CLIENT_SETTINGS_BY_IDP))('B5 the client-settings platform, from %s', (idp, told) => {
    it('is told each key of its table, and no other', () => {
      expect(viewOf('client-settings', idp)).toMatchObject({
        attributes: told,
        active: true,
        missing: [],
        problems: [],
      });
      expect(Object.keys(viewOf('client-settings', idp).attributes)).toEqual(Object.keys(told));
    });
  });

  it.each(idps)('B4, B6 %s: who somebody is', (idp) => {
    const { externalId, userName } = IDP_PEOPLE[idp]!;
    expect(viewOf('define', idp).attributes).toMatchObject({
      user_id: externalId ?? ids.get(idp),
      email: WELLNESS_BY_IDP['email']![idp],
    });
    expect(viewOf('identity-platform', idp)).toMatchObject({
      attributes: { ...(externalId !== undefined && { user_id: externalId }), user_name: userName },
      missing: externalId === undefined ? ['user_id'] : [],
    });
  });

  it('B7 required keys without a value are named, and fail nothing', () => {
    const nameless = WELLNESS_DEFAULTS[0];
    expect(viewOf('wellness', nameless).missing).toEqual(['first_name', 'last_name']);
    expect(viewOf('define', nameless).missing).toEqual([]);
  });

  it('whoever is deactivated or deleted is blocked everywhere, with what was known of them', async () => {
    const acme = tenants.get(B6)!;
    const sent = { name: { givenName: 'Cy', familyName: 'Fox' } };
    const off = await create(acme, { userName: 'off@acme.test', ...sent });
    const gone = await create(acme, { userName: 'gone@acme.test', ...sent });
    const answers = [
      await acme.patch(`/Users/${off}`, { op: 'Replace', path: 'active', value: 'False' }),
      await acme.scim('DELETE', `/Users/${gone}`),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 204]);
    for (const { id } of productProfiles) {
      await eventually(async () => {
        const newest = await viewsOn(id);
        expect(newest.get(off)).toMatchObject({ active: false });
        expect(newest.get(gone)).toMatchObject({ active: false, deleted: true });
        for (const user of [off, gone]) expect(Object.values(newest.get(user)!.attributes)).toContain('Cy');
      });
    }
  });
});
