import { faultsOf, HABITS } from './idp-completeness.js';
import type { Habit, IdpFixtures, Step } from './idp-scenario.js';

const source = 'A made-up vendor [D]';
const headers = { 'user-agent': '', accept: 'a', 'accept-charset': 'utf-8', 'content-type': 'a' };
const except = (habit?: Habit) => HABITS.filter((one) => one !== habit).map((one) => ({ habit: one, source }));

const fixtures = (about: Partial<IdpFixtures>, ...steps: Step[]): IdpFixtures => ({
  idp: 'example',
  headers,
  notSent: except('deactivate'),
  files: [{ name: 'a.json', proves: 'x', source, scenarios: [{ title: 't', covers: ['deactivate'], steps }] }],
  ...about,
});

const deactivate: Step = {
  request: { method: 'PUT', path: '/Users/{{ana}}' },
  expect: { status: 200, resource: { active: false }, events: ['UserDeactivated'] },
};

describe('completeness of a provider’s fixtures', () => {
  it('has nothing to say where each habit and header is played or denied', () => {
    expect(faultsOf(fixtures({}, deactivate))).toEqual([]);
    expect(faultsOf(fixtures({ files: [], notSent: except() }))).toEqual([]);
  });

  it('misses a habit and a header', () => {
    expect(faultsOf(fixtures({ files: [] }))).toEqual(['deactivate is neither played nor in not-sent.json']);
    expect(faultsOf(fixtures({ headers: {} }, deactivate))).toHaveLength(4);
  });

  it.each<[string, Partial<Step['request']>, Partial<Step['expect']>]>([
    ['another method', { method: 'GET' }, {}],
    ['another path', { path: '/Groups/{{ana}}' }, {}],
    ['a refusal', {}, { status: 400 }],
    ['another event', {}, { events: ['UserUpdated'] }],
  ])('is not content with a label: %s', (_what, request, expected) => {
    const step = { request: { ...deactivate.request, ...request }, expect: { ...deactivate.expect, ...expected } };
    expect(faultsOf(fixtures({}, step))).toEqual([
      'a.json, "t": no step is a complete deactivate',
      'deactivate is neither played nor in not-sent.json',
    ]);
  });

  it('wants to be told what the resource then is, by the step or a GET behind it', () => {
    const silent: Step = { ...deactivate, expect: { status: 204, events: ['UserDeactivated'] } };
    const read: Step = { request: { method: 'GET', path: '/Users/{{ana}}' }, expect: { status: 200, body: {} } };
    expect(faultsOf(fixtures({}, silent))).toHaveLength(2);
    expect(faultsOf(fixtures({}, read, silent))).toHaveLength(2);
    expect(faultsOf(fixtures({}, silent, read))).toEqual([]);
  });

  it('refuses a denial of what is played, of what is no habit, and without a source; and a scenario without one', () => {
    expect(faultsOf(fixtures({ notSent: except() }, deactivate))).toHaveLength(1);
    const unknown = { habit: 'dance' as Habit, source };
    expect(faultsOf(fixtures({ notSent: [...except('deactivate'), unknown] }, deactivate))).toHaveLength(1);
    const [first, ...rest] = except('deactivate');
    expect(faultsOf(fixtures({ notSent: [{ ...first!, source: 'me' }, ...rest] }, deactivate))).toHaveLength(1);
    const [file] = fixtures({}, deactivate).files;
    expect(faultsOf(fixtures({ files: [{ ...file!, source: 'me' }] }))).toHaveLength(1);
  });
});
