import { absentUser, decideUser, evolveUser, isLive, parseStream, type User } from '#domain';
import type { EventStore, RecordedEvent } from '#event-store';
import type { ReadModels } from '#read-models';
import { foldUserName, ScimError } from '#scim';
import fc from 'fast-check';
import { Aggregates } from '../aggregates/aggregates.js';
import { SharedLog, SharedLogWrittenTogether } from '../fakes/shared-log.fake.js';
import type { IdentitySource } from '../identity-source.js';
import { bears, UserNameClaims } from './user-name-claims.js';
import { UserUpdates } from './user-updates.js';

const context = { tenant: 'acme', correlationId: 'r1' };
const noSnapshots = { get: () => Promise.resolve(undefined), write: () => Promise.resolve() } as unknown as ReadModels;

/** Ids that two gateways never share. */
function source(gateway: string): IdentitySource {
  let next = 0;
  const id = () => `${gateway}${next++}`;
  return { now: () => '2026-01-01T00:00:00.000Z', newResourceId: id, newEventId: id };
}

function gateway(log: EventStore, name: string) {
  const ids = source(name);
  const aggregates = new Aggregates(log, noSnapshots, ids);
  const claims = new UserNameClaims(aggregates, ids, { finish: () => Promise.resolve() });
  const updates = new UserUpdates(aggregates, claims);
  return {
    claims,
    create: async (userName: string) => {
      const decide = (user: User) => decideUser(user, { type: 'ProvisionUser', attributes: { userName } });
      return (await claims.provisionUnder(context, userName, decide)).id;
    },
    rename: (userId: string, userName: string) =>
      updates.execute(context, userId, { type: 'ReplaceUser', userId, attributes: { userName } }, undefined),
    remove: (userId: string) => updates.execute(context, userId, { type: 'DeprovisionUser', userId }, undefined),
    /** Removes, and gives up the name. */
    release: (userId: string) =>
      updates.execute(context, userId, { type: 'DeprovisionUser', userId, deletion: 'release' }, undefined),
    /** Brings back, as undoing a mass departure does. */
    restore: (userId: string) => claims.restore(context, userId, 'undone'),
  };
}

type Gateway = ReturnType<typeof gateway>;

interface TwoGateways {
  readonly events: RecordedEvent[];
  readonly a: Gateway;
  readonly b: Gateway;
}

/** Two gateways whose stores append to one stream at a time, or, where asked to, to several at once. */
const two =
  (aTogether: boolean, bTogether: boolean) =>
  (pause?: () => Promise<unknown>): TwoGateways => {
    const events: RecordedEvent[] = [];
    const store = (together: boolean) => new (together ? SharedLogWrittenTogether : SharedLog)(pause, events);
    return { events, a: gateway(store(aTogether), 'a'), b: gateway(store(bTogether), 'b') };
  };

/** The embedded store: one gateway, which relies on what it has cached. */
function one(pause?: () => Promise<unknown>): TwoGateways {
  const events: RecordedEvent[] = [];
  const only = gateway(new SharedLogWrittenTogether(pause, events, true), 'a');
  return { events, a: only, b: only };
}

/** Everybody the log knows, folded from its events. */
function usersOf(events: readonly RecordedEvent[]): Map<string, User> {
  const users = new Map<string, User>();
  for (const event of events) {
    if (!event.stream.startsWith('user-')) continue;
    const { id } = parseStream(event.stream);
    users.set(id, evolveUser(users.get(id) ?? absentUser, event as unknown as Parameters<typeof evolveUser>[1]));
  }
  return users;
}

const kind = (error: unknown): string => (error instanceof ScimError ? error.kind : String(error));

describe.each([
  ['to one stream at a time', two(false, false)],
  ['to several at once', two(true, true)],
  ['to several at once, the other to one at a time', two(true, false)],
  ['to several at once and alone', one],
])('claims of userNames by gateways that append %s', (_, open) => {
  it('let one of fifty parallel creations win, in any case of letters', async () => {
    const { a, b } = open();
    const names = Array.from({ length: 50 }, (_, i) => (i % 3 === 0 ? 'ANA@example.com' : 'ana@example.com'));
    const results = await Promise.allSettled(names.map((name, i) => (i % 2 === 0 ? a : b).create(name)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) if (result.status === 'rejected') expect(kind(result.reason)).toBe('uniqueness');
  });

  it('bring the deleted person back under the same id', async () => {
    const { create, remove } = open().a;
    const first = await create('ana');
    await remove(first);
    expect(await create('Ana')).toBe(first);
  });

  it('give a released name to another person, and the first one stays as they were', async () => {
    const { events, a } = open();
    const { create, release, claims } = a;
    const first = await create('ana');
    await release(first);
    expect(await claims.find('acme', 'ana')).toBeUndefined();
    const second = await create('Ana');
    expect(second).not.toBe(first);
    expect(usersOf(events).get(first)).toMatchObject({ status: 'deprovisioned', attributes: { userName: 'ana' } });
    expect((await claims.find('acme', 'ANA'))?.userId).toBe(second);
  });

  it('give a released name to another person where a crash left the claim', async () => {
    const { events, a, b } = open();
    const first = await a.create('ana');
    const before = events.length;
    await a.release(first);
    // As the log is when the process dies between the two appends.
    const lost = events.pop();
    expect({ type: lost?.type, told: events.length - before }).toEqual({ type: 'UserNameReleased', told: 2 });
    if (a === b) return; // Its cache has seen what the log lost.
    expect(await gateway(new SharedLog(undefined, events), 'c').create('ana')).not.toBe(first);
  });

  it('free the old name of a renamed user at once, and the name of a deleted one for whoever takes it', async () => {
    const { events, a } = open();
    const { create, rename, remove } = a;
    const ana = await create('ana');
    await rename(ana, 'anna');
    const other = await create('ana');
    await remove(ana);
    await rename(other, 'anna');
    expect(usersOf(events).get(other)?.attributes['userName']).toBe('anna');
    const third = await create('ana');
    expect([ana, other]).not.toContain(third);
  });

  it('use a claim whose user never came, without making a second one', async () => {
    const { events, b } = open();
    const cut = () => (events.length > 0 ? Promise.reject(new Error('power cut')) : Promise.resolve());
    const broken = gateway(new SharedLog(cut, events), 'c');
    await expect(broken.create('ana')).rejects.toThrow('power cut');
    expect(events.map(({ type }) => type)).toEqual(['UserNameClaimed']);
    expect(await b.create('ana')).toBe((events[0]?.data as { userId: string }).userId);
  });

  it('give a name back when the rename is refused', async () => {
    const { events, a } = open();
    const { create, rename } = a;
    const [ana, bob] = [await create('ana'), await create('bob')];
    await expect(rename(ana, 'BOB')).rejects.toMatchObject({ kind: 'uniqueness' });
    expect(usersOf(events).get(ana)?.attributes['userName']).toBe('ana');
    expect(usersOf(events).get(bob)?.attributes['userName']).toBe('bob');
  });

  it('never let two living users bear one name, however the steps of two gateways interleave', async () => {
    const names = ['x', 'y', 'X', 'other'];
    const step = fc.record({
      gateway: fc.nat({ max: 1 }),
      act: fc.constantFrom('create', 'rename', 'remove', 'release', 'restore'),
      user: fc.nat({ max: 3 }),
      name: fc.constantFrom(...names),
    });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(step, { minLength: 2, maxLength: 7 }), async (scheduler, steps) => {
        // What is there before the race is not scheduled.
        let racing = false;
        const { events, a, b } = open(() => (racing ? scheduler.schedule(Promise.resolve()) : Promise.resolve()));
        const gateways = [a, b] as const;
        const users = [
          await gateways[0].create('x'),
          await gateways[1].create('other'),
          await gateways[0].create('third'),
        ];
        await gateways[0].remove(users[2] ?? '');
        await gateways[1].release(users[1] ?? '');
        racing = true;
        const outcomes = Promise.allSettled(
          steps.map(({ gateway: at, act, user, name }) => {
            const target = users[user % users.length] ?? '';
            const via = gateways[at] ?? gateways[0];
            if (act === 'create') return via.create(name);
            if (act === 'rename') return via.rename(target, name);
            if (act === 'restore') return via.restore(target);
            return act === 'remove' ? via.remove(target) : via.release(target);
          }),
        );
        await scheduler.waitFor(outcomes);
        for (const outcome of await outcomes) {
          if (outcome.status === 'rejected')
            expect(['uniqueness', 'notFound', 'unavailable']).toContain(kind(outcome.reason));
        }
        racing = false;
        const living = [...usersOf(events)].filter(([, user]) => isLive(user));
        const borne = living.map(([, user]) => foldUserName(user.attributes['userName'] as string));
        expect(new Set(borne).size).toBe(borne.length);
        for (const [id, user] of living) {
          const found = await gateways[1].claims.find('acme', user.attributes['userName'] as string);
          expect(found?.userId).toBe(id);
          expect(bears(user, user.attributes['userName'] as string)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('a creation where the store appends to several streams at once', () => {
  it('claims the name and provisions the user in one call', async () => {
    const log = new SharedLogWrittenTogether();
    log.append = () => Promise.reject(new Error('nothing is appended alone'));
    await gateway(log, 'a').create('ana');
    expect(log.events.map(({ type }) => type)).toEqual(['UserNameClaimed', 'UserProvisioned']);
  });

  it('leaves claim and user, or neither, when it is interrupted', async () => {
    const found: number[] = [];
    for (let calls = 0; calls < 2; calls++) {
      let left = calls;
      const log = new SharedLogWrittenTogether(() =>
        left-- > 0 ? Promise.resolve() : Promise.reject(new Error('cut')),
      );
      await expect(gateway(log, 'a').create('ana')).rejects.toThrow('cut');
      found.push(log.events.length);
    }
    expect(found).toEqual([0, 2]); // cut off before the append, after it
  });
});
