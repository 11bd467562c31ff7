import { groupStream, userStream } from '#domain';
import type { ReadModels } from '#read-models';
import { Aggregates } from '../aggregates/aggregates.js';
import { SharedLog } from '../fakes/shared-log.fake.js';
import type { IdentitySource } from '../identity-source.js';
import type { ReadModelProgress } from '../read-your-writes.js';
import { GroupUpdates } from './group-updates.js';
import { MembershipCleanup } from './membership-cleanup.js';

const GROUPS = ['g1', 'g2'];
const PEOPLE = Array.from({ length: 100 }, (_, n) => `u${n}`);

const context = (correlationId: string) => ({ tenant: 'acme', correlationId });

/** Everybody is in every group and deleted, and the next append is under way until `release` is called. */
async function crowd(): Promise<{ cleanup: MembershipCleanup; log: SharedLog; release: () => void }> {
  let held = Promise.resolve();
  const log = new SharedLog(() => held);
  let next = 0;
  const newId = () => `${next++}`;
  const source: IdentitySource = { now: () => '2026-01-01T00:00:00.000Z', newResourceId: newId, newEventId: newId };
  const readModels = {
    get: async (collection: string) => (collection === 'memberships' ? { groups: GROUPS } : undefined),
    write: async () => undefined,
  } as unknown as ReadModels;
  const aggregates = new Aggregates(log, readModels, source);
  const updates = new GroupUpdates(aggregates);
  for (const id of PEOPLE) {
    await aggregates.users.execute(userStream('acme', id), context('before'), async () => [
      { type: 'UserProvisioned', data: { resource: { userName: id } } },
    ]);
  }
  for (const groupId of GROUPS) {
    const attributes = { displayName: groupId };
    const members = [{ op: 'add' as const, members: PEOPLE.map((value) => ({ value })) }];
    await updates.execute(context('before'), groupId, { type: 'CreateGroup', attributes, members });
  }
  for (const id of PEOPLE) {
    await aggregates.users.execute(userStream('acme', id), context('before'), async () => [
      { type: 'UserDeprovisioned', data: { reason: 'deleted' } },
    ]);
  }
  let release = (): void => undefined;
  held = new Promise((resolve) => (release = resolve));
  return { cleanup: new MembershipCleanup(aggregates, log, readModels, {} as ReadModelProgress, 0), log, release };
}

const removals = (log: SharedLog): readonly (readonly [stream: string, request: string, ids: readonly string[]])[] =>
  log.events.flatMap(({ type, stream, metadata, data }) => {
    const { removed } = data as { removed?: { value: string }[] };
    if (type !== 'GroupMembershipChanged' || !removed?.length) return [];
    return [[stream, metadata.correlationId, removed.map(({ value }) => value)] as const];
  });

describe('MembershipCleanup', () => {
  it('takes all whom a request deletes while one leaves out of their group with one event', async () => {
    const { cleanup, log, release } = await crowd();
    const left = PEOPLE.map((id) => cleanup.removeEverywhere(context('bulk'), id));
    release();
    await Promise.all(left);
    const [first, ...others] = PEOPLE;
    expect(removals(log).filter(([stream]) => stream === groupStream('acme', 'g1'))).toEqual([
      [groupStream('acme', 'g1'), 'bulk', [first]],
      [groupStream('acme', 'g1'), 'bulk', others],
    ]);
    expect(removals(log).flatMap(([, , ids]) => ids)).toHaveLength(PEOPLE.length * GROUPS.length);
  });

  it('answers nobody before the event that takes them out is there', async () => {
    const { cleanup, log, release } = await crowd();
    const positions = PEOPLE.slice(0, 3).map((id) => cleanup.removeEverywhere(context('bulk'), id));
    release();
    for (const [n, position] of (await Promise.all(positions)).entries()) {
      const of = log.events.findLast(({ data }) => JSON.stringify(data).includes(`"u${n}"`));
      expect(position).toBe(of?.position);
    }
  });

  it('names the request by which each left', async () => {
    const { cleanup, log, release } = await crowd();
    const left = PEOPLE.slice(0, 4).map((id, n) => cleanup.removeEverywhere(context(`r${n % 2}`), id));
    release();
    await Promise.all(left);
    for (const [, request, ids] of removals(log)) {
      expect(ids.map((id) => `r${Number(id.slice(1)) % 2}`)).toEqual(ids.map(() => request));
    }
  });
});
