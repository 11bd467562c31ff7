import { ENTERPRISE_USER_SCHEMA, USER_SCHEMA } from '#scim';
import { declaredSchemas } from './declared-schemas.js';
import { hrAssistant, HR_ASSISTANT_EXTENSION, productProfiles, wellness } from './index.js';

const namesOf = (profiles: typeof productProfiles): Record<string, string[]> =>
  Object.fromEntries(declaredSchemas(profiles).map(({ id, attributes }) => [id, attributes.map(({ name }) => name)]));

describe('declaredSchemas (RFC 7643 §7)', () => {
  it('declares what the wellness product reads and no RFC defines, where it stands', () => {
    const names = namesOf([wellness]);
    expect(names[USER_SCHEMA]).toEqual(['employeeNumber', 'department', 'country', 'region', 'locality', 'costCenter']);
    // The guide's enterprise rows without the three that RFC 7643 §4.3 has, and the alias employeeId.
    expect(names[ENTERPRISE_USER_SCHEMA]).toHaveLength(29);
    expect(names[ENTERPRISE_USER_SCHEMA]).toEqual(
      expect.arrayContaining(['joiningDate', 'dob', 'secondaryEmail', 'displayName', 'managerEmail', 'employeeId']),
    );
    for (const known of ['employeeNumber', 'department', 'costCenter', 'manager']) {
      expect(names[ENTERPRISE_USER_SCHEMA]).not.toContain(known);
    }
  });

  it('declares the names that the HR assistant’s guide gives as examples', () => {
    expect(namesOf([hrAssistant])[HR_ASSISTANT_EXTENSION]).toEqual(['employeeId', 'departmentCode', 'managerEmail']);
  });

  it('declares texts, and none as a list that may be one text (profile B7.16)', () => {
    const shapes = declaredSchemas(productProfiles).flatMap(({ attributes }) => attributes);
    expect(new Set(shapes.flatMap(({ types }) => types))).toEqual(new Set(['string']));
    expect(shapes.filter(({ multiValued }) => multiValued).map(({ name }) => name)).toEqual([]);
  });
});
