import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeCloudEvent } from '#message-bus';
import type { ViewMessage } from '#products';
import { AdminClient } from '../support/admin-client.js';
import { eventually, TestStandalone } from '../support/start-standalone.js';
import { ENTERPRISE } from '../support/tenant-client.js';

const GUIDE = 'docs/guide/add-a-product.md';

/** A sixth product is one file: the one that the guide shows, word for word. */
describe('a product that is added with one file', () => {
  let PRODUCTS_DIR: string;
  let profile: string;
  beforeAll(async () => {
    PRODUCTS_DIR = await mkdtemp(join(tmpdir(), 'rollcall-products-'));
    profile = /```json\n(.*?)```/s.exec(await readFile(GUIDE, 'utf8'))![1]!;
  });
  afterAll(() => rm(PRODUCTS_DIR, { recursive: true }));

  it('is listed, enabled, mapped and told about everybody', async () => {
    await writeFile(join(PRODUCTS_DIR, 'lunch.json'), profile);
    await using standalone = await TestStandalone.start({ PRODUCTS_DIR });
    const admin = await AdminClient.of(standalone.gateway);
    const acme = await standalone.gateway.newTenant();
    const path = `/tenants/${acme.slug}/products`;
    const early = await acme.createUser('ana@acme.test', { [ENTERPRISE]: { diet: 'vegan' } });
    const views = async () => {
      const messages = await standalone.messages('rollcall.product.lunch');
      return messages.map((message) => decodeCloudEvent(message).data as ViewMessage);
    };

    const { body: list } = await admin.get(path);
    expect(list.products.at(-1)).toMatchObject({ id: 'lunch', title: 'Lunch orders', enabled: false });
    expect(await views()).toEqual([]);

    expect((await admin.post(`${path}/lunch/enable`)).body).toMatchObject({ enabled: true });
    await eventually(async () => {
      expect(await views()).toMatchObject([
        { tenant: acme.slug, userId: early.id, attributes: { mail: 'ana@acme.test', diet: 'vegan' }, missing: [] },
      ]);
    });

    await eventually(async () => {
      const { rederivation } = (await admin.get(`${path}/lunch`)).body;
      expect(rederivation).toMatchObject({ state: 'done', done: 1, total: 1, published: 1, mappingVersion: 0 });
    });

    const overrides = [{ key: 'diet', path: `${ENTERPRISE}:food` }];
    expect((await admin.put(`${path}/lunch/mapping`, { overrides })).body).toMatchObject({ version: 1 });
    const late = await acme.createUser('bo@acme.test', { [ENTERPRISE]: { food: 'halal' } });
    await eventually(async () => {
      const newest = new Map((await views()).map((view) => [view.userId, view]));
      expect(newest.get(early.id as string)).toMatchObject({
        mappingVersion: 1,
        attributes: { mail: 'ana@acme.test' },
      });
      expect(newest.get(late.id as string)).toMatchObject({ attributes: { mail: 'bo@acme.test', diet: 'halal' } });
    });
    expect((await acme.get('/Schemas')).text).toContain('"diet"');
  });

  it('keeps Rollcall from starting while it is faulty, with every fault, its file and its place', async () => {
    const faulty = JSON.parse(profile) as { identityKey: string; keys: { sources: string[] }[] };
    faulty.identityKey = 'email';
    faulty.keys[1]!.sources = ['diet plan'];
    await writeFile(join(PRODUCTS_DIR, 'lunch.json'), JSON.stringify(faulty));
    await expect(TestStandalone.start({ PRODUCTS_DIR })).rejects.toThrow(
      [
        'Product profiles are not valid:',
        `  - ${PRODUCTS_DIR}/lunch.json: keys[1].sources[0] (diet): "diet plan" is not a path that can be read`,
        `  - ${PRODUCTS_DIR}/lunch.json: identityKey: there is no key "email"`,
      ].join('\n'),
    );
  });
});
