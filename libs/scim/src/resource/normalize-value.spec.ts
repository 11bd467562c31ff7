import { ScimError } from '../scim-error.js';
import { defineAttribute } from '../schema/define-attribute.js';
import { groupModel, userModel } from '../schema/models.js';
import { normalizeValue } from './normalize-value.js';

const define = (type: Parameters<typeof defineAttribute>[1]) => defineAttribute('x', type, 'For this spec.');

describe('normalizeValue', () => {
  it('reads an attribute’s value as POST would', () => {
    const emails = userModel.findAttribute('emails')!;
    expect(normalizeValue(emails, [{ VALUE: 'a', primary: 'True' }, null], 'emails')).toEqual([
      { value: 'a', primary: true },
    ]);
    expect(normalizeValue(groupModel.findAttribute('members')!, [{ $ref: null, value: 'u1' }], 'members')).toEqual([
      { value: 'u1' },
    ]);
  });

  it('reads a sub-attribute’s value and names the path it was given', () => {
    const { subDefinition } = userModel.resolve('emails.primary');
    expect(normalizeValue(subDefinition!, 'False', 'emails.primary')).toBe(false);
    const refused = () => normalizeValue(subDefinition!, 'no', 'emails[type eq "work"].primary');
    expect(refused).toThrow(ScimError);
    expect(refused).toThrow('Attribute "emails[type eq \\"work\\"].primary" must be true or false');
    expect(() => normalizeValue(userModel.findAttribute('name')!, { givenName: [1] }, 'name')).toThrow(
      '"name.givenName"',
    );
  });

  it.each([null, '', [], {}, [''], [{}]])('says undefined for %j (RFC 7643 §2.5)', (value) => {
    expect(normalizeValue(userModel.findAttribute('emails')!, value, 'emails')).toBeUndefined();
  });

  it.each([
    ['integer', '42', 42],
    ['integer', -0, 0],
    ['decimal', '1.50', 1.5],
    ['decimal', '1e3', 1000],
    ['dateTime', '2026-02-28T23:59:59.123+05:30', '2026-02-28T23:59:59.123+05:30'],
    ['dateTime', '2024-02-29T00:00:00', '2024-02-29T00:00:00'],
    ['binary', 'MIIB', 'MIIB'],
    ['reference', 'https://example.com', 'https://example.com'],
  ] as const)('reads %s %j (RFC 7643 §2.3)', (type, given, expected) => {
    expect(normalizeValue(define(type), given, 'x')).toBe(expected);
  });

  it.each([
    ['integer', 1.5],
    ['integer', '1.5'],
    ['integer', '99999999999999999999'],
    ['decimal', 'many'],
    ['decimal', '1e999'],
    ['decimal', true],
    ['dateTime', '2026-01-01'],
    ['dateTime', '2026-02-30T00:00:00Z'],
    ['dateTime', '2026-01-01T24:00:00Z'],
    ['dateTime', 5],
    ['string', true],
  ] as const)('refuses %s %j', (type, given) => {
    expect(() => normalizeValue(define(type), given, 'x')).toThrow(ScimError);
  });

  it('takes a boolean for text in extensions only (profile B1)', () => {
    expect(normalizeValue(define('string'), true, 'urn:a:b:x', true)).toBe('true');
    expect(() => normalizeValue(define('string'), true, 'x')).toThrow(ScimError);
  });

  it('keeps simple lists without repetitions', () => {
    const tags = defineAttribute('tags', 'string', 'For this spec.', { multiValued: true });
    expect(normalizeValue(tags, ['a', '', 'b', 'a', 1], 'tags')).toEqual(['a', 'b', '1']);
    expect(normalizeValue(tags, 'a', 'tags')).toEqual(['a']);
  });
});
