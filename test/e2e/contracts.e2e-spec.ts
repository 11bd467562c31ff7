import { closed, type Contract, contractOf, type TopicContract } from '#contracts';
import { productProfiles } from '#products';
import type { ReceivedMessage } from '#message-bus';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { eventually, TestStandalone } from '../support/start-standalone.js';
import { ENTERPRISE, type TenantClient, USER } from '../support/tenant-client.js';

const contract: Contract = contractOf(productProfiles);
const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
const validators = new Map<string, ValidateFunction>(
  Object.entries(contract.schemas).map(([name, schema]) => [name, ajv.compile({ ...closed(schema), $id: name })]),
);

/** Messages as they went over the bus, each held to the contract of its topic, members that it does not name included. */
describe('the messages on the topics', () => {
  let standalone: TestStandalone;
  let acme: TenantClient;

  beforeAll(async () => {
    standalone = await TestStandalone.start();
    acme = await standalone.gateway.newTenant();
    for (const product of ['define', 'client-settings', 'identity-platform']) {
      const { status, text } = await standalone.gateway.admin(
        'POST',
        `/tenants/${acme.slug}/products/${product}/enable`,
      );
      if (status >= 300) throw new Error(`${product}: ${status} ${text}`);
    }
    await everythingThatCanHappen(acme);
    await eventually(async () => {
      const all = await standalone.people('wellness', acme.slug);
      expect(all.filter(({ status }) => status === 'blocked')).toHaveLength(2);
    });
  });
  afterAll(() => standalone[Symbol.asyncDispose]());

  function faultsOf(topic: TopicContract, { headers, value }: ReceivedMessage): string[] {
    const kind = Object.values(topic.messages).find(
      ({ type, payload }) => type === headers['ce_type'] && (payload === undefined) === (value === null),
    );
    if (!kind) return [`no message of type ${headers['ce_type']}`];
    const faults: string[] = [];
    for (const [name, data] of [
      [kind.headers, headers],
      [kind.payload, value === null ? undefined : (JSON.parse(value) as unknown)],
    ] as const) {
      const validate = name === undefined ? undefined : validators.get(name);
      if (validate && !validate(data)) faults.push(`${name}: ${ajv.errorsText(validate.errors)}`);
    }
    return faults;
  }

  it.each([
    ['rollcall.users', 5],
    ['rollcall.groups', 4],
    ['rollcall.product.wellness', 1],
    ['rollcall.product.hr-assistant', 1],
    ['rollcall.product.define', 1],
    ['rollcall.product.client-settings', 1],
    ['rollcall.product.identity-platform', 1],
    ['rollcall.product.wellness.acks', 2],
    ['rollcall.product.hr-assistant.acks', 2],
  ])('are on %s what it says, of every kind', async (address, kinds) => {
    const topic = contract.topics[address];
    if (!topic) throw new Error(`${address} is not in the contract`);
    const messages = await eventually(async () => {
      const all = await standalone.messages(address);
      expect(new Set(all.map(({ headers }) => headers['ce_type'])).size).toBe(kinds);
      return all;
    });
    for (const message of messages) expect([message.headers, faultsOf(topic, message)]).toEqual([message.headers, []]);
    // What is said of keys.
    const form = topic.key.split(' or ').map((one) => one.replaceAll(/\{\w+\}/g, '[^/]+'));
    for (const { key } of messages) expect(key).toMatch(new RegExp(`^(${form.join('|')})$`));
  });

  it('would not be, were a member missing, of another type, or nowhere described', async () => {
    const topic = contract.topics['rollcall.product.wellness'];
    const [message] = await standalone.messages('rollcall.product.wellness');
    if (!topic || !message) throw new Error('no message');
    const data = JSON.parse(message.value ?? '') as Record<string, unknown>;
    const faults = (changed: object, headers: object = {}) =>
      faultsOf(topic, {
        ...message,
        headers: { ...message.headers, ...(headers as Record<string, string>) },
        value: JSON.stringify({ ...data, ...changed }),
      });
    expect(faults({})).toEqual([]);
    expect(faults({ revision: undefined })).toHaveLength(1);
    expect(faults({ attributes: { dob: '31.12.1999' } })).toHaveLength(1);
    expect(faults({ attributes: { shoe_size: '43' } })).toHaveLength(1);
    expect(faults({ shoe_size: '43' })).toHaveLength(1);
    expect(faults({}, { ce_revision: '-1' })).toHaveLength(1);
    expect(faults({}, { 'x-other': '1' })).toHaveLength(1);
  });

  it('go to no topic that is not in the contract', async () => {
    const { topicsFor } = await import('#products');
    for (const { name, compacted } of topicsFor(productProfiles)) {
      expect(contract.topics[name]?.compacted).toBe(compacted);
    }
  });
});

/** Every kind of event, and values of every type of key. */
async function everythingThatCanHappen(tenant: TenantClient): Promise<void> {
  const work = { type: 'work', primary: true };
  const { id: ana } = (await tenant.createUser('ana@example.com', {
    schemas: [USER, ENTERPRISE],
    externalId: 'hr-1',
    name: { givenName: 'Ana', familyName: 'Lee' },
    title: 'Nurse',
    userType: 'Full time',
    emails: [
      { value: 'ana@example.com', ...work },
      { value: 'ana@home.example', type: 'home' },
    ],
    phoneNumbers: [{ value: 'tel:+39-06-1', type: 'work' }],
    addresses: [{ streetAddress: 'Via 1', locality: 'Rome', region: 'RM', postalCode: '1', country: 'IT', ...work }],
    [ENTERPRISE]: {
      ...{
        employeeNumber: 7,
        department: 'Care',
        joiningDate: '2024-02-29',
        dob: '1990-01-31',
        salaryAmount: '1234.50',
      },
      ...{ certifications: ['A', 'B'], healthInsurance: true, visaStatus: 'none', lastReviewDate: 'soon' },
    },
    'urn:ietf:params:scim:schemas:extension:wisq:1.0:User': { employeeId: 'E7', level: 3, remote: true },
  })) as { id: string };
  const { id: bob } = (await tenant.createUser('bob', { name: { givenName: 'Bob' } })) as { id: string };
  const { id: cy } = (await tenant.createUser('cy@example.com')) as { id: string };
  await tenant.patch(
    `/Users/${ana}`,
    { op: 'replace', path: 'title', value: 'Matron' },
    { op: 'remove', path: 'userType' },
    { op: 'replace', path: `${ENTERPRISE}:certifications`, value: 'C' },
  );
  for (const value of [false, true]) await tenant.patch(`/Users/${bob}`, { op: 'replace', path: 'active', value });
  await tenant.patch(`/Users/${cy}`, { op: 'replace', path: 'active', value: false });
  const { id: staff } = (await tenant.createGroup('Staff', [ana, bob])) as { id: string };
  const { id: all } = (await tenant.createGroup('All')) as { id: string };
  await tenant.patch(`/Groups/${all}`, { op: 'add', path: 'members', value: [{ value: staff, type: 'Group' }] });
  await tenant.patch(`/Groups/${staff}`, { op: 'replace', path: 'displayName', value: 'Crew' });
  await tenant.patch(`/Groups/${staff}`, { op: 'remove', path: `members[value eq "${bob}"]` });
  await tenant.scim('DELETE', `/Groups/${all}`);
  await tenant.scim('DELETE', `/Users/${ana}`);
}
