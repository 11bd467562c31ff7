import { productProfiles } from '#products';
import { breaches, contractOf, describeBreaches } from './index.js';

type Json = { [name: string]: Json } & Json[] & string;
const contract = contractOf(productProfiles);
const drop = (it: Json | undefined, name: string): boolean => Reflect.deleteProperty(it ?? {}, name);
/** The contract with something in it changed. */
const after = (change: (contract: Json) => void): typeof contract => {
  const copy = structuredClone(contract) as unknown as Json;
  change(copy);
  return copy as unknown as typeof contract;
};
const places = (change: (contract: Json) => void): string[] =>
  breaches(contract, after(change)).map(({ where, what }) => `${where}: ${what}`);

const view = (it: Json) => it['schemas']!['wellness.view.v1']!;
const keys = (it: Json) => view(it)['properties']!['attributes']!['properties']!;
const ack = (it: Json) => it['schemas']!['deactivation.taken-in.v1']!;
const users = (it: Json) => it['topics']!['rollcall.users']!;

describe('comparing contracts', () => {
  it.each<[string, (contract: Json) => void]>([
    ['nothing', () => undefined],
    ['a key is added', (it) => (keys(it)['shoe_size'] = { type: 'string' } as unknown as Json)],
    ['a description is changed', (it) => (keys(it)['email']!['description'] = 'Other words.' as Json)],
    [
      'a member is added to the message',
      (it) => (view(it)['properties']!['note'] = { type: 'string' } as unknown as Json),
    ],
    ['what was optional is now always there', (it) => view(it)['required']!.push('deleted' as Json)],
    ['a promise is made stricter', (it) => (keys(it)['job_title']!['minLength'] = 1 as unknown as Json)],
    ['a value is no longer sent', (it) => it['schemas']!['group.membership.changed.v1']!['properties']!['data']!['properties']!['added']!['items']!['properties']!['type']!['enum']!.pop()], // prettier-ignore
    ['a type of message is added', (it) => (users(it)['messages']!['renamed'] = { type: 'x.v1' } as unknown as Json)],
    ['a topic is added', (it) => (it['topics']!['rollcall.devices'] = {} as Json)],
    ['a product may leave something out of its acknowledgement', (it) => ack(it)['required']!.pop()],
    ['a product need no longer write something', (it) => drop(ack(it)['properties'], 'revision')],
  ])('takes it that %s', (_, change) => {
    expect(places(change)).toEqual([]);
  });

  it.each<[string, (contract: Json) => void, string]>([
    [
      'a key is removed',
      (it) => drop(keys(it), 'job_title'),
      'wellness.view.v1: attributes: job_title: was removed or renamed',
    ],
    [
      'a key is renamed',
      (it) => {
        keys(it)['title'] = keys(it)['job_title']!;
        drop(keys(it), 'job_title');
      },
      'wellness.view.v1: attributes: job_title: was removed or renamed',
    ],
    [
      'a type is narrowed',
      (it) => (keys(it)['certifications'] = { type: 'string' } as unknown as Json),
      'wellness.view.v1: attributes: certifications: type was [{"type":"string"},{"type":"array","items":{"type":"string"}}] and is "string"',
    ],
    [
      'a type is widened',
      (it) => (keys(it)['salary_amount']!['type'] = ['string', 'number'] as unknown as Json),
      'wellness.view.v1: attributes: salary_amount: type was "string" and is ["string","number"]',
    ],
    [
      'a format is dropped',
      (it) => drop(keys(it)['dob'], 'format'),
      'wellness.view.v1: attributes: dob: format was "date" and is not said',
    ],
    [
      'a member need no longer be there',
      (it) => view(it)['required']!.splice(0, 1),
      'wellness.view.v1: tenant: was always there and is optional',
    ],
    [
      'elements are of another type',
      (it) => (view(it)['properties']!['missing']!['items']!['type'] = 'integer' as Json),
      'wellness.view.v1: missing[]: type was "string" and is "integer"',
    ],
    [
      'there is a value that nobody knows',
      (it) => it['schemas']!['group.membership.changed.v1']!['properties']!['data']!['properties']!['added']!['items']!['properties']!['type']!['enum']!.push('Device' as Json), // prettier-ignore
      'group.membership.changed.v1: data: added[]: type: may now also be Device',
    ],
    ['a schema is gone', (it) => drop(it['schemas'], 'define.view.v1'), 'define.view.v1: the schema is gone'],
    [
      'a header is gone',
      (it) => drop(it['schemas']!['change-headers.v1']!['properties'], 'ce_position'),
      'change-headers.v1: ce_position: was removed or renamed',
    ],
    ['a topic is gone', (it) => drop(it['topics'], 'rollcall.groups'), 'rollcall.groups: the topic is gone'],
    [
      'the key is another',
      (it) => (users(it)['key'] = '{userId}' as Json),
      'rollcall.users: the key was {tenant}/{userId} and is {userId}',
    ],
    [
      'history is compacted away',
      (it) => (users(it)['compacted'] = true as unknown as Json),
      'rollcall.users: it is now compacted',
    ],
    [
      'a type of message is gone',
      (it) => drop(users(it)['messages'], 'user.updated.v1'),
      'rollcall.users: message user.updated.v1 is gone',
    ],
    [
      'a message is of another type',
      (it) => (users(it)['messages']!['user.updated.v1']!['type'] = 'user.updated' as Json),
      'rollcall.users: message user.updated.v1 is now of type user.updated',
    ],
    [
      'a message has another schema',
      (it) => (users(it)['messages']!['user.updated.v1']!['payload'] = 'x.v1' as Json),
      'rollcall.users: message user.updated.v1 has another schema',
    ],
    [
      'a product must write what it did not know of',
      (it) => {
        ack(it)['properties']!['store'] = { type: 'string' } as unknown as Json;
        ack(it)['required']!.push('store' as Json);
      },
      'deactivation.taken-in.v1: store: is required and was unknown',
    ],
    [
      'a product may no longer write what it did',
      (it) => (ack(it)['properties']!['revision']!['minimum'] = 1 as unknown as Json),
      'deactivation.taken-in.v1: revision: minimum was 0 and is 1',
    ],
  ])('refuses it that %s', (_, change, place) => {
    // prettier-ignore
    expect(places(change)).toEqual([place]);
  });

  it('tells a developer where, what, and what to do', () => {
    const text = describeBreaches(
      breaches(
        contract,
        after((it) => drop(keys(it), 'job_title')),
      ),
    );
    expect(text).toContain('wellness.view.v1: attributes: job_title: was removed or renamed');
    expect(text).toMatch(/new version beside the old one .* `\.v2`.*docs\/guide\/change-a-contract\.md/s);
  });
});
