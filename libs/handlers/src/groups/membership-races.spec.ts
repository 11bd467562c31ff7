import { absentGroup, decideUser, evolveGroup, type Group, groupStream, isLive, type User, userStream } from '#domain';
import type { RecordedEvent } from '#event-store';
import { memberships, type MembershipDocument } from '#projections';
import type { ReadModels } from '#read-models';
import { ScimError } from '#scim';
import fc from 'fast-check';
import { Aggregates } from '../aggregates/aggregates.js';
import { SharedLog } from '../fakes/shared-log.fake.js';
import type { IdentitySource } from '../identity-source.js';
import { type ReadModelProgress, ReadYourWrites } from '../read-your-writes.js';
import { DeprovisionUser } from '../users/user.commands.js';
import { DeprovisionUserHandler } from '../users/user.handlers.js';
import { UserNameClaims } from '../users/user-name-claims.js';
import { UserUpdates } from '../users/user-updates.js';
import { GroupUpdates } from './group-updates.js';
import { MembershipCleanup } from './membership-cleanup.js';

const TENANT = 'acme';
const GROUP = 'g';
const context = { tenant: TENANT, correlationId: 'r1' };

type Pause = () => Promise<unknown>;

/** Memberships as of some position, which move on only as far as somebody waits for: never further than they must. */
class LaggingMemberships implements ReadModelProgress {
  private readonly documents = new Map<string, MembershipDocument>();
  current = 0n;

  constructor(
    private readonly log: SharedLog,
    private readonly pause: Pause,
  ) {}

  async waitFor(position: bigint): Promise<boolean> {
    await this.pause();
    for (const event of this.log.events) {
      if (event.position <= this.current || event.position > position) continue;
      for (const touch of memberships.touches(event)) {
        if (!('id' in touch)) continue;
        const document = memberships.apply(this.documents.get(touch.id), event, touch) as
          MembershipDocument | undefined;
        if (document) this.documents.set(touch.id, document);
        else this.documents.delete(touch.id);
      }
    }
    if (position > this.current) this.current = position;
    return true;
  }

  readonly readModels = {
    get: async (collection: string, id: string) => {
      await this.pause();
      return collection === 'memberships' ? this.documents.get(id) : undefined;
    },
    write: async () => undefined,
  } as unknown as ReadModels;
}

function gateway(log: SharedLog, shown: LaggingMemberships, name: string) {
  let next = 0;
  const newId = () => `${name}${next++}`;
  const source: IdentitySource = { now: () => '2026-01-01T00:00:00.000Z', newResourceId: newId, newEventId: newId };
  const aggregates = new Aggregates(log, shown.readModels, source);
  const cleanup = new MembershipCleanup(aggregates, log, shown.readModels, shown, 1);
  const claims = new UserNameClaims(aggregates, source, cleanup);
  const updates = new UserUpdates(aggregates, claims);
  const groups = new GroupUpdates(aggregates);
  const readYourWrites = new ReadYourWrites(shown, { writeWaitMs: 1, listWaitMs: 1 });
  const deletions = new DeprovisionUserHandler(updates, readYourWrites, cleanup);
  const change = (op: 'add' | 'remove', id: string) =>
    groups.execute(context, GROUP, {
      type: 'ChangeGroupMembership',
      groupId: GROUP,
      members: [op === 'add' ? { op, members: [{ value: id }] } : { op, ids: [id] }],
    });
  return {
    aggregates,
    cleanup,
    provision: async (userName: string) => {
      const decide = (user: User) => decideUser(user, { type: 'ProvisionUser', attributes: { userName } });
      return (await claims.provisionUnder(context, userName, decide)).id;
    },
    undo: (id: string) => claims.restore(context, id, 'undone'),
    createGroup: () =>
      groups.execute(context, GROUP, { type: 'CreateGroup', attributes: { displayName: 'G' }, members: [] }),
    add: (id: string) => change('add', id),
    delete: (id: string) => deletions.execute(new DeprovisionUser(context, id)),
    /** A process that dies before it has seen to the groups. */
    deleteAndDie: (id: string) => updates.execute(context, id, { type: 'DeprovisionUser', userId: id }, undefined),
  };
}

type Gateway = ReturnType<typeof gateway>;

/** A gateway that stops before it appends to a group, until it is let go on. */
function heldAtItsGroups(shared: SharedLog) {
  const log = new SharedLog(undefined, shared.events);
  const append = log.append.bind(log);
  let goOn = (): void => undefined;
  const going = new Promise<void>((resolve) => (goOn = resolve));
  let arrive = (): void => undefined;
  const reached = new Promise<void>((resolve) => (arrive = resolve));
  log.append = async (stream, ...rest) => {
    if (stream === groupStream(TENANT, GROUP)) {
      arrive();
      await going;
    }
    return append(stream, ...rest);
  };
  const shown = new LaggingMemberships(log, async () => undefined);
  return { gateway: gateway(log, shown, 'h'), reached, goOn };
}

/** Follows the log as whoever cleans up does; from the start, where the read models have been lost. */
class Follower {
  private next = 0;

  constructor(
    private readonly log: SharedLog,
    private readonly cleanup: MembershipCleanup,
  ) {}

  async step(): Promise<void> {
    const event = this.log.events[this.next];
    if (!event) return;
    this.next++;
    if (this.cleanup.concerns(event)) await this.cleanup.follow(event);
  }

  async toTheEnd(): Promise<void> {
    while (this.next < this.log.events.length) await this.step();
  }
}

const members = (events: readonly RecordedEvent[]): Group['members'] =>
  events
    .filter(({ stream }) => stream === groupStream(TENANT, GROUP))
    .reduce((group, event) => evolveGroup(group, event as unknown as Parameters<typeof evolveGroup>[1]), absentGroup)
    .members;

const kind = (error: unknown): string => (error instanceof ScimError ? error.kind : String(error));

/** One add as its client saw it, in numbers of events that the log held. */
interface Add {
  readonly begun: number;
  readonly answered: number;
}

interface World {
  readonly log: SharedLog;
  readonly gateways: readonly [Gateway, Gateway];
  readonly follower: Follower;
  readonly userId: string;
}

async function world(pause: Pause): Promise<World> {
  const log = new SharedLog(pause);
  const shown = new LaggingMemberships(log, pause);
  const gateways = [gateway(log, shown, 'a'), gateway(log, shown, 'b')] as const;
  const userId = await gateways[0].provision('ana');
  await gateways[0].createGroup();
  await gateways[0].add(userId);
  return { log, gateways, userId, follower: new Follower(log, gateways[1].cleanup) };
}

/** What must be so once nothing is under way and the log has been followed, and followed again from its start. */
async function expectRight({ log, gateways, userId, follower }: World, adds: readonly Add[]): Promise<void> {
  await follower.toTheEnd();
  const told = log.events.length;
  const rebuilt = new LaggingMemberships(log, async () => undefined);
  await new Follower(log, gateway(log, rebuilt, 'c').cleanup).toTheEnd();
  // A rebuild finds nothing to do.
  expect(log.events.slice(told)).toEqual([]);
  const isMember = members(log.events).has(userId);
  const { state } = await gateways[0].aggregates.users.load(userStream(TENANT, userId));
  const last = (type: string) =>
    log.events.findLastIndex((event) => event.type === type && event.stream === userStream(TENANT, userId));
  const [deleted, back] = [last('UserDeprovisioned'), last('UserReactivated')];
  if (!isLive(state)) expect(isMember).toBe(false);
  // An add that began in the user's present life counts; one that was answered before the last deletion does not.
  else if (adds.some(({ begun }) => begun > back)) expect(isMember).toBe(true);
  else if (adds.every(({ answered }) => answered <= deleted)) expect(isMember).toBe(false);
}

describe('a membership and the life of its member', () => {
  it('stays of the new life when the log is followed again from its start', async () => {
    const all = await world(async () => undefined);
    const { gateways, log, userId } = all;
    await gateways[0].delete(userId);
    expect(members(log.events).has(userId)).toBe(false);
    expect(await gateways[1].provision('ANA')).toBe(userId);
    const begun = log.events.length;
    await gateways[1].add(userId);
    await expectRight(all, [{ begun, answered: log.events.length }]);
    expect(members(log.events).has(userId)).toBe(true);
  });

  it.each(['provision', 'undo'] as const)('ends before %s brings back whom a crash left in the group', async (way) => {
    const all = await world(async () => undefined);
    const { gateways, log, userId } = all;
    await gateways[0].deleteAndDie(userId);
    expect(members(log.events).has(userId)).toBe(true);
    await (way === 'undo' ? gateways[1].undo(userId) : gateways[1].provision('ana'));
    expect(log.events.slice(-3).map(({ type }) => type)).toEqual([
      'GroupMembershipChanged',
      'UserNameClaimed',
      'UserReactivated',
    ]);
    const begun = log.events.length;
    await gateways[1].add(userId);
    // The one which died comes back to where it was.
    await gateways[0].cleanup.removeNow(context, userId, 5n);
    await expectRight(all, [{ begun, answered: log.events.length }]);
  });

  it('is not taken for one of the former life that came late, and that somebody is about to end', async () => {
    const all = await world(async () => undefined);
    const { gateways, log, userId } = all;
    const [slow, cleaning] = [heldAtItsGroups(log), heldAtItsGroups(log)];
    await gateways[0].delete(userId);
    await gateways[0].provision('ana');
    // It has found the person there, and appends only once they are deleted and in no group.
    const added = slow.gateway.add(userId);
    await slow.reached;
    await gateways[0].delete(userId);
    slow.goOn();
    await added;
    const late = log.events.at(-1);
    expect(members(log.events).has(userId)).toBe(true);
    // Whoever cleans up has found the person gone, and appends only once they are back.
    const ended = cleaning.gateway.cleanup.follow(late as RecordedEvent);
    await cleaning.reached;
    await gateways[1].provision('ana');
    const begun = log.events.length;
    await gateways[1].add(userId);
    cleaning.goOn();
    await ended;
    await expectRight(all, [{ begun, answered: log.events.length }]);
  });

  it('is refused with a reason where it cannot be told what the person was in', async () => {
    const { gateways, log, userId } = await world(async () => undefined);
    await gateways[0].deleteAndDie(userId);
    const behind = new LaggingMemberships(log, async () => undefined);
    behind.waitFor = async () => false;
    const told = log.events.length;
    await expect(gateway(log, behind, 'c').provision('ana')).rejects.toMatchObject({ kind: 'unavailable' });
    expect(log.events).toHaveLength(told);
  });

  it('ends with it, and one of the present life is kept, however the steps of two gateways interleave', async () => {
    const act = fc.constantFrom('delete', 'deleteAndDie', 'provision', 'undo', 'add');
    const client = fc.record({ at: fc.nat({ max: 1 }), acts: fc.array(act, { minLength: 1, maxLength: 3 }) });
    const clients = fc.array(client, { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), clients, fc.nat({ max: 8 }), async (scheduler, scripts, followed) => {
        // What is there before the race is not scheduled.
        let racing = false;
        const all = await world(() => (racing ? scheduler.schedule(Promise.resolve()) : Promise.resolve()));
        const { log, gateways, userId, follower } = all;
        const adds: Add[] = [{ begun: 0, answered: log.events.length }];
        racing = true;
        const carryOut = async (at: Gateway, name: string): Promise<void> => {
          const begun = log.events.length;
          try {
            if (name === 'add') {
              await at.add(userId);
              adds.push({ begun, answered: log.events.length });
            } else if (name === 'provision') await at.provision('ana');
            else await at[name as 'delete' | 'deleteAndDie' | 'undo'](userId);
          } catch (error) {
            expect(['uniqueness', 'notFound', 'invalidValue']).toContain(kind(error));
          }
        };
        const outcomes = Promise.all([
          ...scripts.map(async ({ at, acts }) => {
            for (const name of acts) await carryOut(gateways[at] ?? gateways[0], name);
          }),
          (async () => {
            for (let n = 0; n < followed; n++) await follower.step();
          })(),
        ]);
        await scheduler.waitFor(outcomes);
        racing = false;
        await expectRight(all, adds);
      }),
      { numRuns: 400 },
    );
  });
});
