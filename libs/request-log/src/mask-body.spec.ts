import fc from 'fast-check';
import { maskBody } from './mask-body.js';

const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';
const ID = '0199c2f5-7c7e-7a3a-8f0e-2f6f1f0f9a11';
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const WISQ = 'urn:ietf:params:scim:schemas:extension:wisq:1.0:User';

describe('maskBody', () => {
  it.each<[string, unknown, unknown]>([
    [
      'a user: shape, schemas, ids, switches and types',
      {
        schemas: [USER, WISQ],
        id: ID,
        externalId: 'hr-7',
        userName: 'ana@example.com',
        active: true,
        emails: [
          { value: 'ana@example.com', type: 'work', primary: true },
          { value: '', type: 'Ana' },
        ],
        title: '',
        nickName: null,
        [WISQ]: { grade: 7, remote: true, manager: { value: ID } },
        meta: {
          resourceType: 'User',
          created: '2026-11-22T08:00:00Z',
          version: 'W/"3"',
          location: `https://x.io/Users/${ID}`,
        },
      },
      {
        schemas: [USER, WISQ],
        id: ID,
        externalId: '…',
        userName: '…',
        active: true,
        emails: [
          { value: '…', type: 'work', primary: true },
          { value: '', type: '…' },
        ],
        title: '',
        nickName: null,
        [WISQ]: { grade: '…number', remote: '…boolean', manager: { value: ID } },
        meta: { resourceType: 'User', created: '2026-11-22T08:00:00Z', version: 'W/"3"', location: `/Users/${ID}` },
      },
    ],
    [
      'operations of a PATCH',
      {
        Operations: [
          { op: 'Replace', path: 'active', value: 'False' },
          { op: 'replace', path: `${USER}:active`, value: false },
          { op: 'Replace', path: 'title', value: 'False' },
          { op: 'Add', path: 'emails[type eq "work"].value', value: 'ana@example.com' },
          { op: 'remove', path: `members[value eq "${ID}"]` },
          { op: 'remove', path: 'emails[value eq "ana@example.com"]' },
          { op: 'remove', path: 'emails[value eq ana]' },
          { op: 'replace', path: 'ana lee', value: { 'name.givenName': 'Ana', 'a@b': 1, active: false } },
        ],
      },
      {
        Operations: [
          { op: 'Replace', path: 'active', value: 'False' },
          { op: 'replace', path: `${USER}:active`, value: false },
          { op: 'Replace', path: 'title', value: '…' },
          { op: 'Add', path: 'emails[type eq "work"].value', value: '…' },
          { op: 'remove', path: `members[value eq "${ID}"]` },
          { op: 'remove', path: 'emails[value eq …]' },
          { op: 'remove', path: 'emails[… eq …]' },
          { op: 'replace', path: '…', value: { 'name.givenName': '…', '…': '…number', active: false } },
        ],
      },
    ],
    [
      'a list and an error',
      {
        totalResults: 3,
        startIndex: 1,
        Resources: [{ id: ID }],
        status: '409',
        scimType: 'uniqueness',
        detail: 'Ana Lee',
        response: { schemas: [ERROR], detail: 'userName "ana" is taken' },
      },
      {
        totalResults: 3,
        startIndex: 1,
        Resources: [{ id: ID }],
        status: '409',
        scimType: 'uniqueness',
        detail: '…',
        response: { schemas: [ERROR], detail: 'userName "…" is taken' },
      },
    ],
    [
      'a bulk request',
      {
        failOnErrors: 1,
        Operations: [
          { method: 'POST', path: '/Users', bulkId: 'ana' },
          { method: 'PUT', path: '/Users/ana' },
        ],
      },
      {
        failOnErrors: 1,
        Operations: [
          { method: 'POST', path: '/Users', bulkId: '…' },
          { method: 'PUT', path: '/Users/…' },
        ],
      },
    ],
    ['what is no object', 'ana', '…'],
  ])('%s', (_title, body, masked) => {
    expect(JSON.parse(JSON.stringify(maskBody(body)))).toEqual(masked);
  });

  it('lets through no text that could not be the name of an attribute, whatever it stands under', () => {
    const secret = fc.stringMatching(/^sEcReT[ @][A-Za-z0-9 @.]{0,20}$/);
    const name = fc.oneof(
      fc.constantFrom('op', 'path', 'value', 'type', 'active', 'id', '$ref', 'detail', 'schemas', 'status', 'version'),
      fc.stringMatching(/^[a-z]{1,8}$/),
    );
    const { body } = fc.letrec((tie) => ({
      body: fc.oneof(
        { depthSize: 'small' },
        secret,
        fc.array(tie('body'), { maxLength: 4 }),
        fc.dictionary(name, tie('body'), { maxKeys: 5 }),
      ),
    }));
    fc.assert(
      fc.property(body, (some) => {
        expect(JSON.stringify(maskBody(some))).not.toContain('sEcReT');
      }),
    );
  });

  it('says how much it passes over', () => {
    const members = Array.from({ length: 500 }, () => ({ value: ID, display: 'Ana' }));
    const masked = maskBody({ members }) as { members: unknown[] };
    expect(masked.members.at(-1)).toBe('… 480 more');
    const wide = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`a${n}`, n]));
    expect(Object.keys(maskBody(wide) as object).length).toBeLessThan(500);
  });

  it('does not mistake a name for a prototype', () => {
    const body = JSON.parse('{"__proto__": {"a": "ana"}, "constructor": "ana"}') as unknown;
    expect(JSON.stringify(maskBody(body))).toBe('{"…":{"a":"…"},"constructor":"…"}');
  });
});
