import type { AttributeShape, ShapeType } from './attribute-shape.js';
import { ENTERPRISE_USER_SCHEMA as ENT } from './enterprise-user.schema.js';
import { userModel } from './models.js';
import { USER_SCHEMA as CORE } from './user.schema.js';
import { widenModel } from './widen-model.js';

const HR = 'urn:acme:hr:1.0:User';
const shape = (name: string, types: ShapeType[], more: Partial<AttributeShape> = {}): AttributeShape => ({
  name,
  types,
  multiValued: false,
  ...more,
});

/** RFC 7643 §7, for attributes that were met and never defined. */
describe('widenModel', () => {
  it.each<[ShapeType[], string]>([
    [['string'], 'string'],
    [['boolean'], 'boolean'],
    [['integer'], 'integer'],
    [['integer', 'decimal'], 'decimal'],
    [['boolean', 'integer'], 'string'],
    [['string', 'decimal'], 'string'],
  ])('declares %j as %s, with all characteristics', (types, type) => {
    const model = widenModel(userModel, [{ id: HR, attributes: [shape('a', types)] }]);
    expect(model.findAttribute('A', HR)).toEqual({
      name: 'a',
      type,
      multiValued: false,
      description: 'Custom attribute; any value is kept and given back as it came.',
      required: false,
      caseExact: false,
      mutability: 'readWrite',
      returned: 'default',
      uniqueness: 'none',
    });
  });

  it('declares objects as complex, simple values beside them as their value, and objects inside without a word more', () => {
    const subAttributes = [shape('n', ['integer']), shape('in', ['complex'], { multiValued: true })];
    const model = widenModel(userModel, [
      { id: HR, attributes: [shape('a', ['integer', 'complex'], { multiValued: true, subAttributes })] },
    ]);
    expect(model.findAttribute('a', HR)).toMatchObject({
      type: 'complex',
      multiValued: true,
      subAttributes: [
        { name: 'value', type: 'integer' },
        { name: 'n', type: 'integer' },
        { name: 'in', type: 'complex', multiValued: true, subAttributes: [] },
      ],
    });
  });

  it('leaves what a schema defines, but for sub-attributes that are added', () => {
    const building = shape('emails', ['string'], {
      subAttributes: [shape('building', ['string']), shape('VALUE', ['integer'])],
    });
    const model = widenModel(userModel, [
      { id: CORE.toUpperCase(), attributes: [building, shape('country', ['string'])] },
    ]);
    const emails = userModel.findAttribute('emails')!;
    expect(model.findAttribute('emails')).toEqual({
      ...emails,
      subAttributes: [...emails.subAttributes!, expect.objectContaining({ name: 'building', type: 'string' })],
    });
    expect(model.coreSchema.attributes.map(({ name }) => name)).toEqual([
      ...userModel.coreSchema.attributes.map(({ name }) => name),
      'country',
    ]);
    expect(userModel.findAttribute('country')).toBeUndefined();
  });

  it('joins what is told of one URN, and lists each extension once, none required (RFC 7643 §6)', () => {
    const model = widenModel(userModel, [
      { id: HR, description: 'First.', attributes: [shape('a', ['string'], { description: 'A.' })] },
      { id: HR.toUpperCase(), attributes: [shape('A', ['integer'], { multiValued: true }), shape('b', ['boolean'])] },
      { id: ENT, description: 'More than are declared.', attributes: [] },
    ]);
    expect(model.resourceType.schemaExtensions).toEqual([ENT, HR].map((schema) => ({ schema, required: false })));
    const [enterprise, hr] = model.extensions;
    expect(enterprise).toMatchObject({ description: 'More than are declared.', attributes: { length: 6 } });
    expect(hr).toMatchObject({ id: HR, name: 'hr', description: 'First.' });
    expect(
      hr!.attributes.map(({ name, type, multiValued, description }) => [name, type, multiValued, description]),
    ).toEqual([
      ['a', 'string', true, 'A.'],
      ['b', 'boolean', false, expect.any(String)],
    ]);
  });
});
