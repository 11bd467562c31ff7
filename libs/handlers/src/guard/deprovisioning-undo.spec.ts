import {
  absentGroup,
  absentUser,
  evolveGroup,
  evolveUser,
  type Group,
  groupStream,
  isLive,
  tenantStream,
  type User,
  userStream,
} from '#domain';
import type { NewEvent, RecordedEvent } from '#event-store';
import type { ReadModels } from '#read-models';
import { Aggregates } from '../aggregates/aggregates.js';
import { SharedLog } from '../fakes/shared-log.fake.js';
import { GroupUpdates } from '../groups/group-updates.js';
import type { IdentitySource } from '../identity-source.js';
import { UserNameClaims } from '../users/user-name-claims.js';
import { DeprovisioningUndo } from './deprovisioning-undo.js';

const TENANT = 'acme';
const DAY = '2026-11-20';
const settings = { percent: 10, leastPeople: 2, windowMinutes: 10 };

/** A log in which somebody left for good, and later two went by a mistake that is being undone. */
class Told {
  readonly log = new SharedLog();
  private next = 0;

  async tell(stream: string, time: string, type: string, data: object): Promise<RecordedEvent> {
    const occurredAt = `${DAY}T${time}.000Z`;
    const metadata = { tenant: TENANT, correlationId: 'r', causationId: 'r', occurredAt, schemaVersion: 1 };
    const event: NewEvent = { id: `e${this.next++}`, type, data, metadata };
    const revision = this.log.events.filter((each) => each.stream === stream).length - 1;
    await this.log.append(stream, [event], revision < 0 ? 'noStream' : revision);
    return this.log.events.at(-1) as RecordedEvent;
  }

  user = (id: string, time: string, type: string, data: object) => this.tell(userStream(TENANT, id), time, type, data);
  group = (time: string, type: string, data: object) => this.tell(groupStream(TENANT, 'g'), time, type, data);

  async past(): Promise<{ first: RecordedEvent }> {
    for (const id of ['old', 'a', 'b', 'c']) {
      await this.user(id, '08:00:00', 'UserProvisioned', { resource: { userName: id, active: true } });
    }
    const members = ['old', 'a', 'b', 'c'].map((value) => ({ value, type: 'User' as const }));
    await this.group('08:00:01', 'GroupCreated', { resource: { displayName: 'G' } });
    await this.group('08:00:02', 'GroupMembershipChanged', { added: members, removed: [] });
    // Of another tenant, and nothing to anybody here.
    await this.tell(userStream('other', 'x'), '09:00:00', 'UserDeactivated', { reason: 'active=false' });
    await this.user('old', '08:59:59', 'UserDeprovisioned', { reason: 'deleted' });
    await this.group('09:00:00', 'GroupMembershipChanged', { added: [], removed: [members[0]] });
    const first = await this.user('a', '10:00:00', 'UserDeactivated', { reason: 'active=false' });
    await this.user('b', '10:00:01', 'UserDeprovisioned', { reason: 'deleted' });
    await this.group('10:00:02', 'GroupMembershipChanged', { added: [], removed: [members[2]] });
    return { first };
  }

  async held(facts: object): Promise<void> {
    const stream = tenantStream(TENANT);
    await this.tell(stream, '07:00:00', 'TenantRegistered', { slug: TENANT, name: 'Acme' });
    const since = `${DAY}T10:00:00.000Z`;
    const data = { holdId: 'h', since, departures: 2, people: 4, settings, ...facts };
    await this.tell(stream, '10:00:05', 'DeprovisioningHeld', data);
    await this.user('c', '10:00:06', 'UserDeactivated', { reason: 'active=false' });
    await this.tell(stream, '11:00:00', 'DeprovisioningUndoStarted', { holdId: 'h' });
  }

  undo(): DeprovisioningUndo {
    const newId = () => `u${this.next++}`;
    const now = () => `${DAY}T12:00:00.000Z`;
    const source: IdentitySource = { now, newResourceId: newId, newEventId: newId };
    const none = { get: async () => undefined, write: async () => undefined } as unknown as ReadModels;
    const aggregates = new Aggregates(this.log, none, source);
    const claims = new UserNameClaims(aggregates, source, { finish: async () => undefined });
    return new DeprovisioningUndo(this.log, aggregates, claims, new GroupUpdates(aggregates));
  }

  private of<State>(stream: string, evolve: (state: State, event: never) => State, initial: State): State {
    const events = this.log.events.filter((event) => event.stream === stream);
    return events.reduce((state, event) => evolve(state, event as never), initial);
  }

  get live(): string[] {
    const active = (id: string) => this.of<User>(userStream(TENANT, id), evolveUser, absentUser);
    return ['old', 'a', 'b', 'c'].filter((id) => isLive(active(id)) && active(id).status === 'active');
  }

  get members(): string[] {
    return [...this.of<Group>(groupStream(TENANT, 'g'), evolveGroup, absentGroup).members.keys()].sort();
  }

  get outcome(): object | undefined {
    return this.log.events.find(({ type }) => type === 'DeprovisioningUndone')?.data;
  }
}

const whole = { live: ['a', 'b', 'c'], members: ['a', 'b', 'c'], outcome: { holdId: 'h', restored: 3, failed: 0 } };

describe('undoing a mass departure', () => {
  it('begins at the first departure, wherever in a store the log stands', async () => {
    const told = new Told();
    const { first } = await told.past();
    const { stream, revision } = first;
    await told.held({ firstDeparture: { stream, revision } });
    await told.undo().run(TENANT);
    expect(told).toMatchObject(whole);
  });

  it.each([
    ['further on than the log goes', '40000000'],
    ['at the beginning of the log', '1'],
    ['of another event of the log', '8'],
  ])('begins there too where a hold of an older release names a position %s', async (_, sincePosition) => {
    const told = new Told();
    await told.past();
    await told.held({ sincePosition });
    await told.undo().run(TENANT);
    expect(told).toMatchObject(whole);
  });

  it('leaves those alone who left after it was asked for', async () => {
    const told = new Told();
    const { first } = await told.past();
    await told.held({ firstDeparture: { stream: first.stream, revision: first.revision } });
    await told.user('a', '11:00:01', 'UserReactivated', { reason: 'active=true' });
    await told.user('a', '11:00:02', 'UserDeactivated', { reason: 'active=false' });
    await told.user('c', '11:00:03', 'UserDeprovisioned', { reason: 'deleted' });
    await told.group('11:00:04', 'GroupMembershipChanged', {
      added: [],
      removed: ['a', 'c'].map((value) => ({ value, type: 'User' })),
    });
    await told.undo().run(TENANT);
    expect(told).toMatchObject({ live: ['b'], members: ['b'], outcome: { holdId: 'h', restored: 1, failed: 0 } });
  });

  it('puts everybody back into their groups where it was interrupted after it had brought them back', async () => {
    const told = new Told();
    const { first } = await told.past();
    await told.held({ firstDeparture: { stream: first.stream, revision: first.revision } });
    const append = told.log.append.bind(told.log);
    told.log.append = async (stream, ...rest) => {
      if (stream === groupStream(TENANT, 'g')) throw new Error('stopped');
      return append(stream, ...rest);
    };
    await expect(told.undo().run(TENANT)).rejects.toThrow('stopped');
    expect(told.live).toEqual(whole.live);
    told.log.append = append;
    await told.undo().run(TENANT);
    expect(told).toMatchObject(whole);
    const brought = told.log.events.filter(({ type }) => type === 'UserReactivated');
    expect(brought).toHaveLength(3);
  });
});
