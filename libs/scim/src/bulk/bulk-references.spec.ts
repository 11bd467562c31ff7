import fc from 'fast-check';
import type { JsonValue } from '../schema/schema.types.js';
import { ScimError } from '../scim-error.js';
import { bulkIdIn, postponeReferences, referencedBulkIds, resolveReferences } from './bulk-references.js';

const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const resolve = (bulkId: string) => ({ id: `id-of-${bulkId}`, location: `https://x/v2/Users/id-of-${bulkId}` });
const resolved = (data: JsonValue) => resolveReferences(data, resolve);

describe('resolveReferences', () => {
  it('replaces values, addresses and whatever else, wherever it stands (RFC 7644 §3.7.2)', () => {
    expect(
      resolved({
        displayName: 'G',
        members: [{ value: 'bulkId:a', $ref: '/Users/bulkId:a' }, { value: '17' }],
        tags: ['bulkId:b'],
        [ENT]: { manager: { value: 'bulkId:m', $ref: 'https://x/scim/v2/acme/Users/bulkId:m' } },
        'urn:x:y:1.0:User': { buddy: { of: { value: 'bulkId:b' } } },
      }),
    ).toEqual({
      displayName: 'G',
      members: [{ value: 'id-of-a', $ref: '/Users/id-of-a' }, { value: '17' }],
      tags: ['id-of-b'],
      [ENT]: { manager: { value: 'id-of-m', $ref: 'https://x/scim/v2/acme/Users/id-of-m' } },
      'urn:x:y:1.0:User': { buddy: { of: { value: 'id-of-b' } } },
    });
  });

  it('makes a $ref that is only a bulkId the location', () => {
    expect(resolved({ $ref: 'bulkId:a' })).toEqual({ $ref: 'https://x/v2/Users/id-of-a' });
  });

  it('replaces in paths and filters of a PATCH', () => {
    const Operations = [
      { op: 'remove', path: 'members[value eq "bulkId:a"]' },
      { op: 'remove', path: 'members[value eq "bulkId:a" or $ref ew "Users/bulkId:b"]' },
      { op: 'replace', value: { 'members[value eq "bulkId:a"].display': 'A' } },
      { op: 'add', path: 'members', value: [{ value: 'bulkId:b' }] },
      { op: 'add', path: 'x[value eq "say \\"hi\\" to bulkId:a"]', value: 1 },
    ];
    expect(resolved({ Operations })).toEqual({
      Operations: [
        { op: 'remove', path: 'members[value eq "id-of-a"]' },
        { op: 'remove', path: 'members[value eq "id-of-a" or $ref ew "Users/id-of-b"]' },
        { op: 'replace', value: { 'members[value eq "id-of-a"].display': 'A' } },
        { op: 'add', path: 'members', value: [{ value: 'id-of-b' }] },
        { op: 'add', path: 'x[value eq "say \\"hi\\" to bulkId:a"]', value: 1 },
      ],
    });
  });

  it('takes a bulkId as it is, and decoded where it stands in an address', () => {
    expect(resolved(['bulkId:a/b c', '/Users/bulkId:a%2Fb%20c'])).toEqual(['id-of-a/b c', '/Users/id-of-a/b c']);
  });

  it.each(['bulkId:', 'bulkId', 'about bulkId:a', '/Things/bulkId:a', '/Users/bulkId:a/b', '/Users/bulkId:'])(
    'leaves %j alone',
    (text) => expect(resolved({ value: text })).toEqual({ value: text }),
  );

  it('gives back what it was given when there is nothing to resolve', () => {
    const data = { userName: 'ana', emails: [{ value: 'a@example.com' }] };
    expect(resolved(data)).toBe(data);
    expect(resolveReferences(undefined, resolve)).toBeUndefined();
  });

  it('keeps hostile names as names', () => {
    const text = '{"__proto__":{"value":"bulkId:a"},"constructor":"bulkId:b"}';
    const result = resolved(JSON.parse(text) as JsonValue);
    expect(JSON.stringify(result)).toBe('{"__proto__":{"value":"id-of-a"},"constructor":"id-of-b"}');
    expect(({} as Record<string, unknown>)['value']).toBeUndefined();
  });

  it('refuses what is nested without end, and is quick with long text', () => {
    const deep = JSON.parse(`${'['.repeat(10_000)}${']'.repeat(10_000)}`) as JsonValue;
    expect(() => resolved(deep)).toThrow(ScimError);
    const long = 'bulkId:'.repeat(100_000);
    const quotes = '"\\'.repeat(100_000);
    const cpu = process.cpuUsage();
    resolved({ a: `/${long}`, b: [long], path: long + quotes, [`${long}["]`]: quotes });
    expect(process.cpuUsage(cpu).user / 1_000).toBeLessThan(10_000);
  });

  it('finds each bulkId once', () => {
    expect([...referencedBulkIds({ a: 'bulkId:x', b: ['bulkId:y', { $ref: '/Groups/bulkId:x' }] })]).toEqual([
      'x',
      'y',
    ]);
    expect([bulkIdIn('bulkId:x'), bulkIdIn('bulkId:'), bulkIdIn('x')]).toEqual(['x', undefined, undefined]);
  });
});

describe('postponeReferences', () => {
  const split = (data: { [name: string]: JsonValue }, ...waiting: string[]) =>
    postponeReferences(data, (bulkId) => waiting.includes(bulkId));

  it('takes elements out of lists, values with all they hold, and leaves the rest of an extension', () => {
    const data = {
      userName: 'ana',
      members: [{ value: 'bulkId:a', type: 'User' }, { value: 'bulkId:b' }, { value: '17' }],
      [ENT]: { department: 'Bread', manager: { displayName: 'Bo', $ref: '/Users/bulkId:a' } },
    };
    expect(split(data, 'a')).toEqual({
      kept: {
        userName: 'ana',
        members: [{ value: 'bulkId:b' }, { value: '17' }],
        [ENT]: { department: 'Bread' },
      },
      postponed: {
        members: [{ value: 'bulkId:a', type: 'User' }],
        [ENT]: { manager: { displayName: 'Bo', $ref: '/Users/bulkId:a' } },
      },
    });
    expect(split(data)).toEqual({ kept: data, postponed: {} });
  });

  it('loses no reference and keeps none that must wait', () => {
    const value = fc.constantFrom<JsonValue>('bulkId:a', 'bulkId:b', 'x', 7, true, '/Users/bulkId:a');
    const { tree } = fc.letrec<{ tree: JsonValue }>((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        value,
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('value', '$ref', 'manager', ENT), tie('tree'), { maxKeys: 3 }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('members', 'manager', 'title', ENT), tree), (data) => {
        const { kept, postponed } = split(data, 'a');
        expect(referencedBulkIds(kept).has('a')).toBe(false);
        expect(referencedBulkIds(postponed).has('a')).toBe(referencedBulkIds(data).has('a'));
        expect(new Set([...referencedBulkIds(kept), ...referencedBulkIds(postponed)])).toEqual(referencedBulkIds(data));
      }),
    );
  });
});
