import { absentUser, decideUser, evolveUser, isLive, parseStream, type User, userStream } from '#domain';
import type { ReadModels } from '#read-models';
import { foldUserName, ScimError } from '#scim';
import fc from 'fast-check';
import { Aggregates } from '../aggregates/aggregates.js';
import { SharedLog } from '../fakes/shared-log.fake.js';
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

function gateway(log: SharedLog, name: string) {
  const ids = source(name);
  const aggregates = new Aggregates(log, noSnapshots, ids);
  const claims = new UserNameClaims(aggregates, ids);
  const updates = new UserUpdates(aggregates, claims);
  return {
    claims,
    create: (userName: string) =>
      claims.provisionUnder(context, userName, async ({ userId, loaded }) => {
        const events = decideUser(loaded.state, { type: 'ProvisionUser', attributes: { userName } });
        await aggregates.users.append(userStream('acme', userId), loaded, events, context);
        return userId;
      }),
    rename: (userId: string, userName: string) =>
      updates.execute(context, userId, { type: 'ReplaceUser', userId, attributes: { userName } }, undefined),
    remove: (userId: string) => updates.execute(context, userId, { type: 'DeprovisionUser', userId }, undefined),
  };
}

/** Everybody the log knows, folded from its events. */
function usersOf(log: SharedLog): Map<string, User> {
  const users = new Map<string, User>();
  for (const event of log.events) {
    if (!event.stream.startsWith('user-')) continue;
    const { id } = parseStream(event.stream);
    users.set(id, evolveUser(users.get(id) ?? absentUser, event as unknown as Parameters<typeof evolveUser>[1]));
  }
  return users;
}

const kind = (error: unknown): string => (error instanceof ScimError ? error.kind : String(error));

describe('claims of userNames', () => {
  it('let one of fifty parallel creations win, in any case of letters', async () => {
    const log = new SharedLog();
    const [a, b] = [gateway(log, 'a'), gateway(log, 'b')];
    const names = Array.from({ length: 50 }, (_, i) => (i % 3 === 0 ? 'ANA@example.com' : 'ana@example.com'));
    const results = await Promise.allSettled(names.map((name, i) => (i % 2 === 0 ? a : b).create(name)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) if (result.status === 'rejected') expect(kind(result.reason)).toBe('uniqueness');
  });

  it('bring the deleted person back under the same id', async () => {
    const log = new SharedLog();
    const { create, remove } = gateway(log, 'a');
    const first = await create('ana');
    await remove(first);
    expect(await create('Ana')).toBe(first);
  });

  it('free the old name of a renamed user at once, and the name of a deleted one for whoever takes it', async () => {
    const log = new SharedLog();
    const { create, rename, remove } = gateway(log, 'a');
    const ana = await create('ana');
    await rename(ana, 'anna');
    const other = await create('ana');
    await remove(ana);
    await rename(other, 'anna');
    expect(usersOf(log).get(other)?.attributes['userName']).toBe('anna');
    const third = await create('ana');
    expect([ana, other]).not.toContain(third);
  });

  it('use a claim whose user never came, without making a second one', async () => {
    const log = new SharedLog();
    const [a, b] = [gateway(log, 'a'), gateway(log, 'b')];
    const slow = a.claims.provisionUnder(context, 'ana', () => Promise.reject(new Error('power cut')));
    await expect(slow).rejects.toThrow('power cut');
    const claimed = log.events.find(({ type }) => type === 'UserNameClaimed')?.data as { userId: string };
    expect(await b.create('ana')).toBe(claimed.userId);
  });

  it('give a name back when the rename is refused', async () => {
    const log = new SharedLog();
    const { create, rename } = gateway(log, 'a');
    const [ana, bob] = [await create('ana'), await create('bob')];
    await expect(rename(ana, 'BOB')).rejects.toMatchObject({ kind: 'uniqueness' });
    expect(usersOf(log).get(ana)?.attributes['userName']).toBe('ana');
    expect(usersOf(log).get(bob)?.attributes['userName']).toBe('bob');
  });

  it('never let two living users bear one name, however the steps of two gateways interleave', async () => {
    const names = ['x', 'y', 'X'];
    const step = fc.record({
      gateway: fc.nat({ max: 1 }),
      act: fc.constantFrom('create', 'rename', 'remove'),
      user: fc.nat({ max: 3 }),
      name: fc.constantFrom(...names),
    });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(step, { minLength: 2, maxLength: 7 }), async (scheduler, steps) => {
        // What is there before the race is not scheduled.
        let racing = false;
        const log = new SharedLog(() => (racing ? scheduler.schedule(Promise.resolve()) : Promise.resolve()));
        const gateways = [gateway(log, 'a'), gateway(log, 'b')] as const;
        const users = [
          await gateways[0].create('x'),
          await gateways[1].create('other'),
          await gateways[0].create('third'),
        ];
        await gateways[0].remove(users[2] ?? '');
        racing = true;
        const outcomes = Promise.allSettled(
          steps.map(({ gateway: at, act, user, name }) => {
            const target = users[user % users.length] ?? '';
            const via = gateways[at] ?? gateways[0];
            if (act === 'create') return via.create(name);
            return act === 'rename' ? via.rename(target, name) : via.remove(target);
          }),
        );
        await scheduler.waitFor(outcomes);
        for (const outcome of await outcomes) {
          if (outcome.status === 'rejected')
            expect(['uniqueness', 'notFound', 'unavailable']).toContain(kind(outcome.reason));
        }
        racing = false;
        const living = [...usersOf(log)].filter(([, user]) => isLive(user));
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
  }, 60_000);
});
