import fc from 'fast-check';
import { ScimError } from '../scim-error.js';
import { createResourceModel } from './create-resource-model.js';
import { defineAttribute } from './define-attribute.js';
import { ENTERPRISE_USER_SCHEMA as ENT, enterpriseUserSchema } from './enterprise-user.schema.js';
import { groupModel, userModel, userResourceType } from './models.js';
import type { SchemaDefinition } from './schema.types.js';
import { USER_SCHEMA as CORE, userSchema } from './user.schema.js';

/** The path without its definitions. */
function names(path: string, model = userModel) {
  const { schema, attribute, subAttribute } = model.resolve(path);
  return [schema, attribute, subAttribute];
}

function kindOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof ScimError) return error.kind;
    throw error;
  }
  return 'nothing thrown';
}

describe('resolve (RFC 7644 §3.5.2 attrPath, profile C1.8)', () => {
  it.each([
    ['userName', undefined, 'userName', undefined],
    ['USERNAME', undefined, 'userName', undefined],
    ['Name.GivenName', undefined, 'name', 'givenName'],
    ['meta.lastmodified', undefined, 'meta', 'lastModified'],
    ['externalid', undefined, 'externalId', undefined],
    [`${CORE}:userName`, undefined, 'userName', undefined],
    [`${CORE.toUpperCase()}:name.familyname`, undefined, 'name', 'familyName'],
    [CORE, CORE, undefined, undefined],
    [ENT, ENT, undefined, undefined],
    [`${ENT}:manager`, ENT, 'manager', undefined],
    [`${ENT.toUpperCase()}:MANAGER.displayname`, ENT, 'manager', 'displayName'],
    [`${ENT}:manager.$ref`, ENT, 'manager', '$ref'],
    [`${ENT}:certifications`, ENT, 'certifications', undefined],
    [`${ENT}.department`, ENT, 'department', undefined],
    ['urn:ietf:params:scim:schemas:extension:enterprise:2.0User', ENT, undefined, undefined],
    ['urn:ietf:params:scim:schemas:extension:enterprise:2.0User:department', ENT, 'department', undefined],
    ['urn:scim:schemas:extension:enterprise:1.0', ENT, undefined, undefined],
    ['urn:scim:schemas:extension:enterprise:1.0:department', ENT, 'department', undefined],
    ['urn:scim:schemas:core:1.0', CORE, undefined, undefined],
    ['urn:scim:schemas:core:1.0:userName', undefined, 'userName', undefined],
    ['country', undefined, 'country', undefined],
    ['extension_0f3a_employee-code', undefined, 'extension_0f3a_employee-code', undefined],
    ['$CustomAttribute', undefined, '$CustomAttribute', undefined],
    ['vehicle.plate', undefined, 'vehicle', 'plate'],
  ])('%s', (path, schema, attribute, subAttribute) => {
    expect(names(path)).toEqual([schema, attribute, subAttribute]);
  });

  const WISQ = 'urn:ietf:params:scim:schemas:extension:wisq:1.0:User';
  it.each([
    [`${WISQ}:employeeId`, WISQ, 'employeeId', undefined],
    [`${WISQ}:$CustomAttribute`, WISQ, '$CustomAttribute', undefined],
    [`${WISQ}:address.city`, WISQ, 'address', 'city'],
    [WISQ, WISQ, undefined, undefined],
    ['urn:acme:1.0:Employee', 'urn:acme:1.0:Employee', undefined, undefined],
    ['urn:acme:hr:1.0:badge', 'urn:acme:hr:1.0', 'badge', undefined],
    ['urn:acme:hr:badge', 'urn:acme:hr', 'badge', undefined],
    [`${WISQ}:cost__c`, WISQ, 'cost__c', undefined],
    [`${WISQ}:cost__c.size__c`, WISQ, 'cost__c', 'size__c'],
    ['urn:acme:my__app:1.0:User:badge', 'urn:acme:my__app:1.0:User', 'badge', undefined],
    ['urn:okta:acme_app_1:1.0:user:custom:level', 'urn:okta:acme_app_1:1.0:user:custom', 'level', undefined],
    ['urn:acme:2.0User', 'urn:acme:2.0User', undefined, undefined],
    [
      'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group',
      'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group',
      undefined,
      undefined,
    ],
  ])('finds the border in %s, a URN unknown to us', (path, schema, attribute, subAttribute) => {
    expect(names(path)).toEqual([schema, attribute, subAttribute]);
  });

  it('lets the longest known URN win', () => {
    const longer: SchemaDefinition = { ...enterpriseUserSchema, id: `${ENT}:acme:1.0:User`, name: 'Acme' };
    const model = createResourceModel(userResourceType, userSchema, [enterpriseUserSchema, longer]);
    expect(names(`${longer.id}:department`, model)).toEqual([longer.id, 'department', undefined]);
    expect(names(`${ENT}:department`, model)).toEqual([ENT, 'department', undefined]);
    // Unknown though it begins with a known one.
    expect(names(`${ENT}:acme:2.0:User:department`, model)).toEqual([`${ENT}:acme:2.0:User`, 'department', undefined]);
  });

  it('gives the definitions of what it knows', () => {
    const email = userModel.resolve('emails.value');
    expect(email.definition?.multiValued).toBe(true);
    expect(email.subDefinition?.caseExact).toBe(false);
    expect(userModel.resolve('id').definition?.caseExact).toBe(true);
    expect(userModel.resolve('emails.colour')).not.toHaveProperty('subDefinition');
    expect(groupModel.resolve('members.$ref').subDefinition?.type).toBe('reference');
    expect(groupModel.resolve(`${ENT}:department`)).toEqual({ schema: ENT, attribute: 'department' });
  });

  it.each([
    '',
    '.',
    'a.',
    '.a',
    'a.b.c',
    'a b',
    '1a',
    '_a',
    'emails[type eq "work"]',
    '__proto__',
    'constructor',
    'toString',
    'name.__proto__',
    `${ENT}:__proto__`,
    `${ENT}:constructor`,
    `${ENT}:`,
    `${ENT}:manager:value`,
    'urn:acme:1.0:User:__proto__',
    'urn:acme:__proto__:1.0:User:badge',
    'urn:acme:1.0:User:badge.__proto__',
    'urn:acme:1.0:__defineGetter__',
    'urn:',
    ':',
    'a:b',
    'naïve',
    'a'.repeat(257),
  ])('refuses %j as invalidPath (RFC 7643 §2.1 ATTRNAME)', (path) => {
    expect(kindOf(() => userModel.resolve(path))).toBe('invalidPath');
  });

  it('throws nothing but ScimError and answers the same when asked again', () => {
    const part = fc.constantFrom('urn', 'ietf', '1.0', 'User', ENT, CORE, 'a', '__proto__', '.', ':', '/', '$ref', '');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(part).map((parts) => parts.join(':')),
        ),
        (path) => {
          const kind = kindOf(() => expect(userModel.resolve(path)).toEqual(userModel.resolve(path)));
          expect(['nothing thrown', 'invalidPath']).toContain(kind);
        },
      ),
    );
  });

  it('stays bounded and right when clients send ever new paths', () => {
    for (let i = 0; i < 5_000; i++) userModel.resolve(`custom${i}`);
    expect(names('userName')).toEqual([undefined, 'userName', undefined]);
  });
});

describe('look-ups', () => {
  it('finds attributes in any case, common ones too (RFC 7643 §2.1, §3.1)', () => {
    expect(userModel.findAttribute('USERname')?.name).toBe('userName');
    expect(userModel.findAttribute('META')?.name).toBe('meta');
    expect(userModel.findAttribute('department')).toBeUndefined();
    expect(userModel.findAttribute('Department', ENT.toUpperCase())?.name).toBe('department');
    expect(userModel.findAttribute('username', CORE)?.name).toBe('userName');
    expect(userModel.findAttribute('a', 'urn:a:b')).toBeUndefined();
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('knows no attribute or schema %s', (name) => {
    expect(userModel.findAttribute(name)).toBeUndefined();
    expect(userModel.findAttribute(name, ENT)).toBeUndefined();
    expect(userModel.findAttribute('userName', name)).toBeUndefined();
    expect(userModel.findExtension(name)).toBeUndefined();
  });

  it('finds an extension under every spelling in use (profile A2, A7)', () => {
    for (const urn of [ENT, ENT.toUpperCase(), ENT.replace('0:U', '0U'), 'urn:scim:schemas:extension:enterprise:1.0']) {
      expect(userModel.findExtension(urn)?.id).toBe(ENT);
    }
    expect(userModel.findExtension(CORE)).toBeUndefined();
    expect(groupModel.findExtension(ENT)).toBeUndefined();
  });

  it('takes a wider enterprise schema of a tenant under the same URN (profile B7.2)', () => {
    const wider = {
      ...enterpriseUserSchema,
      attributes: [...enterpriseUserSchema.attributes, defineAttribute('joiningDate', 'string', 'First day at work.')],
    };
    const model = createResourceModel(userResourceType, userSchema, [wider]);
    expect(model.resolve(`${ENT}:JOININGDATE`).definition?.name).toBe('joiningDate');
  });
});
