import { ENTERPRISE_USER_SCHEMA, type ResourceAttributes } from '#scim';
import fc from 'fast-check';
import {
  compileProfile,
  CoverageCount,
  define,
  deriveView,
  identityPlatform,
  maskKeys,
  MASKED,
  MappingPreview,
  type MappingPreviewResult,
  type MappingOverride,
  sameView,
  wellness,
} from './index.js';

const mapping = (overrides: readonly MappingOverride[], version = 1) => ({ product: 'wellness', version, overrides });
const ent = (attributes: ResourceAttributes, userName = 'ann@acme.test'): ResourceAttributes => ({
  userName,
  name: { givenName: 'Ann', familyName: 'Lee' },
  [ENTERPRISE_USER_SCHEMA]: attributes,
});

function preview(
  overrides: readonly MappingOverride[],
  people: readonly ResourceAttributes[],
  current?: readonly MappingOverride[],
): MappingPreviewResult {
  const fold = new MappingPreview(wellness, current && mapping(current), mapping(overrides, 2));
  for (const [index, attributes] of people.entries()) fold.add({ id: `u${index}`, attributes, active: true });
  return fold.result();
}

describe('previewing a mapping', () => {
  it('counts who changes, and what is lost, gained and replaced', () => {
    const people = [
      ent({ department: 'ICU' }), // lost
      ent({ divisionName: 'Care' }), // gained
      ent({ department: 'ICU', divisionName: 'Care' }), // replaced
      ent({ department: 'Care', divisionName: 'Care' }), // the same
      ent({}),
    ];
    expect(preview([{ key: 'department', path: 'divisionName' }], people)).toEqual({
      people: 5,
      changed: 3,
      keys: [
        {
          key: 'department',
          lost: 1,
          gained: 1,
          replaced: 1,
          missing: 0,
          failing: 0,
          failingNow: 0,
          failures: [],
        },
      ],
      examples: [
        { userId: 'u0', before: { department: 'ICU' }, after: {} },
        { userId: 'u1', before: {}, after: { department: 'Care' } },
        { userId: 'u2', before: { department: 'ICU' }, after: { department: 'Care' } },
      ],
    });
  });

  it('tells which values would fail their type, with what was sent, and how many fail already', () => {
    const people = [
      ent({ startDate: '01/02/2024' }),
      ent({ startDate: '2024-02-01' }),
      ent({ startDate: 20240201 }),
      ent({ startDate: 'soon' }),
      ent({ startDate: 'x'.repeat(500) }),
      ent({ joiningDate: 'never' }),
    ];
    const { keys, changed } = preview([{ key: 'joining_date', path: 'startDate' }], people);
    const path = `${ENTERPRISE_USER_SCHEMA}:startDate`;
    const problem = 'expected a date as YYYY-MM-DD';
    expect(changed).toBe(6);
    expect(keys).toEqual([
      {
        key: 'joining_date',
        lost: 0,
        gained: 1,
        replaced: 0,
        missing: 0,
        failing: 4,
        failingNow: 1,
        failures: [
          { userId: 'u0', path, problem, value: '01/02/2024' },
          { userId: 'u2', path, problem, value: 20240201 },
          { userId: 'u3', path, problem, value: 'soon' },
        ],
      },
    ]);
  });

  it('masks what is sensitive, before, after and in failures', () => {
    const people = [ent({ dob: '1990-05-01', born: '1.5.1990', gender: 'f', sex: 'm' }), ent({ dob: '1991-01-01' })];
    const overrides = [
      { key: 'dob', path: 'born' },
      { key: 'gender', path: 'sex' },
    ];
    const result = preview(overrides, people);
    expect(result.examples).toEqual([
      { userId: 'u0', before: { dob: MASKED, gender: MASKED }, after: { gender: MASKED } },
      { userId: 'u1', before: { dob: MASKED }, after: {} },
    ]);
    expect(result.keys.find(({ key }) => key === 'dob')?.failures).toMatchObject([{ userId: 'u0', value: MASKED }]);
    expect(JSON.stringify(result)).not.toMatch(/199\d|"[fm]"/);
  });

  it('names required keys that would have no value', () => {
    const { keys } = preview([{ key: 'first_name', path: 'callName' }], [ent({}), ent({ callName: 'A' })]);
    expect(keys).toMatchObject([{ key: 'first_name', lost: 1, replaced: 1, missing: 1 }]);
  });

  it('compares with the mapping in force, and shows examples that tell the most', () => {
    const current = [{ key: 'department', path: 'a' }];
    const many = Array.from({ length: 50 }, () => ent({ a: 'x', b: 'y' }));
    const { changed, examples } = preview(
      [
        { key: 'department', path: 'b' },
        { key: 'job_code', path: 'c' },
      ],
      [...many, ent({ c: 'J1' })],
      current,
    );
    expect(changed).toBe(51);
    expect(examples.map(({ userId }) => userId)).toEqual(['u0', 'u50', 'u1']);
  });

  it('has keys of the tenant’s own, which nobody shows', () => {
    const proposed = { product: 'identity-platform', version: 1, overrides: [{ key: 'nick', path: 'nickName' }] };
    const fold = new MappingPreview(identityPlatform, undefined, proposed);
    fold.add({ id: 'u0', attributes: { nickName: 'Ann' }, active: true });
    expect(fold.result()).toMatchObject({ changed: 1, examples: [{ before: {}, after: { nick: MASKED } }] });
  });

  const name = fc.constantFrom('department', 'joiningDate', 'dob', 'a', 'b', 'c');
  const value = fc.constantFrom('ICU', '2024-01-01', '', 7, true, ['x']);
  const people = fc.array(
    fc.dictionary(name, value, { maxKeys: 4 }).map((attributes) => ent(attributes)),
    { maxLength: 12 },
  );
  const overrides = fc
    .uniqueArray(fc.constantFrom('department', 'joining_date', 'dob'))
    .chain((keys) =>
      fc
        .shuffledSubarray(['a', 'b', 'c'], { minLength: keys.length, maxLength: keys.length })
        .map((paths) => keys.map((key, i) => ({ key, path: paths[i]! }))),
    );

  it('counts exactly those whose view would differ, and nobody where the mapping stays', () => {
    fc.assert(
      fc.property(people, overrides, overrides, (all, before, after) => {
        const [was, will] = [before, after].map((lines) => compileProfile(wellness, mapping(lines)));
        const differ = all.filter((attributes) => {
          const person = { id: 'u', attributes, active: true };
          return !sameView(deriveView(was!, person), deriveView(will!, person));
        });
        const result = preview(after, all, before);
        expect(result).toMatchObject({ people: all.length, changed: differ.length });
        expect(result.examples).toHaveLength(Math.min(3, differ.length));
        expect(preview(before, all, before)).toMatchObject({ changed: 0, examples: [] });
        // The way back undoes everything.
        const back = preview(before, all, after);
        const swapped = back.keys.map(({ key, lost, gained, replaced }) => [key, gained, lost, replaced]);
        const there = result.keys.map(({ key, lost, gained, replaced }) => [key, lost, gained, replaced]);
        const happened = (rows: unknown[][]) => rows.filter(([, ...counts]) => counts.some((count) => count !== 0));
        expect(happened(there)).toEqual(happened(swapped));
      }),
    );
  });
});

describe('what people have of a product’s keys', () => {
  it('is counted by key, with who lacks what', () => {
    const count = new CoverageCount();
    const compiled = compileProfile(wellness);
    for (const attributes of [ent({ dob: '1990-01-01' }), ent({ dob: 'x' }), { userName: 'bo@acme.test' }]) {
      count.add(deriveView(compiled, { id: 'u', attributes, active: true }));
    }
    expect({ ...count, keys: Object.fromEntries(count.keys) }).toMatchObject({
      people: 3,
      keys: {
        email: { valued: 3, missing: 0, problems: 0 },
        first_name: { valued: 2, missing: 1, problems: 0 },
        dob: { valued: 1, missing: 0, problems: 1 },
      },
    });
    expect(count.keys.has('gender')).toBe(false);
  });

  it('is shown with sensitive values masked', () => {
    const values = { dob: '1990-01-01', department: 'ICU', of_yesterday: 'x' };
    const shown = { dob: MASKED, department: 'ICU', of_yesterday: MASKED };
    expect(maskKeys(compileProfile(wellness), values)).toEqual(shown);
    expect(maskKeys(compileProfile(define), { first_name: 'Ana', roles: ['Admin'] })).toEqual({
      first_name: 'Ana',
      roles: ['Admin'],
    });
  });
});
