import { decideTenant, type TenantCommand } from './tenant.decider.js';
import type { TenantEvent } from './tenant.events.js';
import { absentTenant, evolveTenant, type Tenant } from './tenant.js';

const metadata = { occurredAt: '2026-01-01T00:00:00.000Z' };
const after = (...events: TenantEvent[]): Tenant =>
  events.map((event) => ({ ...event, metadata })).reduce(evolveTenant, absentTenant);
const registered: TenantEvent = { type: 'TenantRegistered', data: { slug: 'acme', name: 'Acme' } };

const toggle = (type: 'EnableProduct' | 'DisableProduct', enabledByDefault = false): TenantCommand => ({
  type,
  product: 'define',
  enabledByDefault,
});
const enabled: TenantEvent = { type: 'ProductEnabled', data: { product: 'define' } };
const disabled: TenantEvent = { type: 'ProductDisabled', data: { product: 'define' } };
const department = { key: 'department', path: 'divisionName' };
const employee = { key: 'employee_id', path: 'empNum' };
const mapped = (version: number, overrides: (typeof department)[], more: object = {}): TenantEvent => ({
  type: 'AttributeMappingChanged',
  data: { product: 'wellness', version, overrides, ...more },
});
const map = (overrides: (typeof department)[], more: object = {}): TenantCommand => ({
  type: 'ChangeAttributeMapping',
  product: 'wellness',
  overrides,
  ...more,
});
const editors = { group: { displayName: 'Editors' }, role: 'editor' };
const ruled = (version: number, rules: (typeof editors)[]): TenantEvent => ({
  type: 'RoleMappingChanged',
  data: { product: 'define', version, rules },
});
const holdFacts = {
  holdId: 'h1',
  since: '2026-01-01T00:00:00.000Z',
  firstDeparture: { stream: 'user-acme.u1', revision: 7 },
  departures: 21,
  people: 100,
  settings: { percent: 10, leastPeople: 20, windowMinutes: 10 },
};
const held: TenantEvent = { type: 'DeprovisioningHeld', data: holdFacts };
const hold: TenantCommand = { type: 'HoldDeprovisioning', ...holdFacts };
const release: TenantCommand = { type: 'ReleaseDeprovisioning', holdId: 'h1' };
const undo: TenantCommand = { type: 'StartUndo', holdId: 'h1' };
const undoing: TenantEvent = { type: 'DeprovisioningUndoStarted', data: { holdId: 'h1' } };
const undone: TenantEvent = { type: 'DeprovisioningUndone', data: { holdId: 'h1', restored: 20, failed: 1 } };
const finish: TenantCommand = { type: 'FinishUndo', holdId: 'h1', restored: 20, failed: 1 };

type Case = [name: string, given: TenantEvent[], when: TenantCommand, then: TenantEvent[] | RegExp];
const cases: Case[] = [
  ['enables a product that is off by default', [], toggle('EnableProduct'), [enabled]],
  ['does not enable what is enabled', [enabled], toggle('EnableProduct'), []],
  ['does not enable what is on by default', [], toggle('EnableProduct', true), []],
  ['disables what is on by default', [], toggle('DisableProduct', true), [disabled]],
  ['does not disable what is off', [enabled, disabled], toggle('DisableProduct', true), []],
  ['enables again', [enabled, disabled], toggle('EnableProduct', true), [enabled]],
  ['saves a mapping as version 1', [], map([department]), [mapped(1, [department])]],
  ['counts versions on', [mapped(1, [department])], map([employee]), [mapped(2, [employee])]],
  [
    'makes no version of the same lines in another order',
    [mapped(1, [department, employee])],
    map([employee, department]),
    [],
  ],
  ['makes no version of nothing over nothing', [], map([]), []],
  [
    'restores the profile as a new version',
    [mapped(1, [department])],
    map([], { restores: 0 }),
    [mapped(2, [], { restores: 0 })],
  ],
  ['refuses to restore what never was', [mapped(1, [department])], map([employee], { restores: 2 }), /no version 2/],
  ['refuses what is based on a version of before', [mapped(1, [])], map([employee], { basedOn: 0 }), /Version 1/],
  ['takes what is based on the version in force', [mapped(1, [])], map([employee], { basedOn: 1 }), [mapped(2, [employee])]], // prettier-ignore
  [
    'saves a role mapping with versions of its own',
    [mapped(1, [department]), ruled(1, [])],
    { type: 'ChangeRoleMapping', product: 'define', rules: [editors] },
    [ruled(2, [editors])],
  ],
  ['holds departures', [], hold, [held]],
  ['holds once, whoever notices again', [held], hold, []],
  ['releases', [held], release, [{ type: 'DeprovisioningReleased', data: { holdId: 'h1' } }]],
  [
    'releases with a pause of the guard',
    [held],
    { ...release, passUntil: '2026-01-01T01:00:00.000Z' },
    [{ type: 'DeprovisioningReleased', data: { holdId: 'h1', passUntil: '2026-01-01T01:00:00.000Z' } }],
  ],
  ['refuses to release what is not held', [], release, /Nothing is held/],
  ['refuses to release what is being undone', [held, undoing], release, /undone already/],
  ['undoes in two steps', [held], undo, [undoing]],
  ['starts to undo once', [held, undoing], undo, []],
  ['finishes what was begun', [held, undoing], finish, [undone]],
  ['does not finish twice', [held, undoing, undone], finish, []],
];

describe('decideTenant on products and the guard', () => {
  it.each(cases)('%s', (_name, given, when, then) => {
    const decide = () => decideTenant(after(registered, ...given), when);
    if (then instanceof RegExp) expect(decide).toThrow(then);
    else expect(decide()).toEqual(then);
  });
});
