import { createResourceModel } from '../schema/create-resource-model.js';
import { defineAttribute } from '../schema/define-attribute.js';
import { groupModel, userModel, userResourceType } from '../schema/models.js';
import { userSchema } from '../schema/user.schema.js';
import { validateResource } from './validate-resource.js';

describe('validateResource (RFC 7643 §4.1.1, §4.2, profile C5.9)', () => {
  it('accepts what has all that is required', () => {
    expect(() => validateResource(userModel, { userName: 'ana' })).not.toThrow();
    expect(() => validateResource(groupModel, { displayName: 'Eng' })).not.toThrow();
  });

  it('names what is missing', () => {
    expect(() => validateResource(userModel, { displayName: 'Ana' })).toThrow(
      expect.objectContaining({ kind: 'invalidValue', detail: 'Attribute "userName" must be given for a User.' }),
    );
    expect(() => validateResource(groupModel, {})).toThrow('Attribute "displayName" must be given for a Group.');
    expect(() => validateResource(userModel, { userName: ' \t' })).toThrow('"userName"');
  });

  it('looks into extensions that are present or required', () => {
    const urn = 'urn:acme:hr:1.0:User';
    const badge = defineAttribute('badge', 'string', 'For this spec.', { required: true });
    const extension = { id: urn, name: 'HR', description: 'For this spec.', attributes: [badge] };
    const optional = createResourceModel(userResourceType, userSchema, [extension]);
    expect(() => validateResource(optional, { userName: 'ana' })).not.toThrow();
    expect(() => validateResource(optional, { userName: 'ana', [urn]: { a: 1 } })).toThrow(`"${urn}:badge"`);
    const type = { ...userResourceType, schemaExtensions: [{ schema: urn, required: true }] };
    const required = createResourceModel(type, userSchema, [extension]);
    expect(() => validateResource(required, {})).toThrow(`Attributes "userName", "${urn}:badge" must be given`);
  });
});
