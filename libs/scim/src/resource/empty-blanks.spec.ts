import { ENTERPRISE_USER_SCHEMA } from '../schema/enterprise-user.schema.js';
import { userModel } from '../schema/models.js';
import { emptyBlanks } from './empty-blanks.js';
import { normalizeResource } from './normalize-resource.js';

describe('strings of white space (profile A7)', () => {
  const body = {
    userName: 'ana@example.com',
    title: ' ',
    emails: [{ value: 'ana@example.com', type: '\t' }, { value: '  ' }],
    [ENTERPRISE_USER_SCHEMA]: { department: 'Care', manager: { managerId: '', displayName: ' ' } },
  };

  it('are values like any other, unless the preset says that they are none', () => {
    expect(normalizeResource(userModel, body).attributes).toMatchObject({
      title: ' ',
      [ENTERPRISE_USER_SCHEMA]: { manager: { displayName: ' ' } },
    });
    expect(normalizeResource(userModel, body, { blankIsUnassigned: true }).attributes).toEqual({
      userName: 'ana@example.com',
      emails: [{ value: 'ana@example.com' }],
      [ENTERPRISE_USER_SCHEMA]: { department: 'Care' },
    });
  });

  it('are all that changes, in a copy', () => {
    const { emails, ...rest } = body;
    const plain = { ...rest, title: 'x', [ENTERPRISE_USER_SCHEMA]: {} };
    expect(emptyBlanks(plain)).toBe(plain);
    const before = structuredClone({ emails });
    expect(emptyBlanks(before)).toEqual({ emails: [{ value: 'ana@example.com', type: '' }, { value: '' }] });
    expect(before).toEqual({ emails });
  });

  it('are looked for without running out of stack, and names that every object inherits stay harmless', () => {
    const deep = JSON.parse('{"a":'.repeat(50_000) + '" "' + '}'.repeat(50_000)) as unknown;
    expect(() => emptyBlanks(deep)).not.toThrow();
    const named = emptyBlanks(JSON.parse('{"__proto__":{"a":" "}}')) as object;
    expect([Object.keys(named), Object.getPrototypeOf(named)]).toEqual([['__proto__'], Object.prototype]);
  });
});
