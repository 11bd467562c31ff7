import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SCOPES, userStream } from '#domain';
import type { RecordedEvent } from '#event-store';
import { openLmdbEventStore } from '#event-store/lmdb';
import { startGateway, type TestGateway } from '../support/start-gateway.js';
import type { TenantClient } from '../support/tenant-client.js';

/** A membership ends with its member, and never again: not when the read models are built anew from the log either. */
describe('memberships of people who came back', () => {
  let gateway: TestGateway;
  let tenant: TenantClient;
  beforeAll(async () => {
    gateway = await startGateway();
    tenant = await gateway.newTenant({ idp: 'okta', scopes: SCOPES });
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  const add = async (groupId: string, id: string): Promise<void> => {
    const { status } = await tenant.patch(`/Groups/${groupId}`, { op: 'add', path: 'members', value: [{ value: id }] });
    expect([200, 204]).toContain(status);
  };

  /** As a process leaves it that dies between the deletion and seeing to the groups. */
  async function deleteAndDie(id: string): Promise<void> {
    await gateway.stop();
    const stream = userStream(tenant.slug, id);
    await using store = await openLmdbEventStore({ directory: join(gateway.directory, 'event-store') });
    const events: RecordedEvent[] = [];
    for await (const event of store.read(stream)) events.push(event);
    const last = events.at(-1);
    if (!last) throw new Error('nobody is there');
    const event = { id: randomUUID(), type: 'UserDeprovisioned', data: { reason: 'deleted' }, metadata: last.metadata };
    await store.append(stream, [event], last.revision);
  }

  /** Resolves with the removal of this person from a group, once it is in the log behind `position`. */
  async function removed(id: string, position: bigint): Promise<RecordedEvent> {
    const signal = AbortSignal.timeout(20_000);
    for await (const { events } of gateway.store.subscribeToAll(position, { signal })) {
      const found = events.find(({ data }) => (data as Removal).removed?.some(({ value }) => value === id));
      if (found) return found;
    }
    throw new Error('nobody took them out');
  }
  interface Removal {
    readonly removed?: readonly { value: string }[];
  }

  it('stay after a rebuild, and the log has not one event more but for what a crash left to do', async () => {
    const [ana, bo, cy] = await Promise.all(['ana', 'bo', 'cy'].map((name) => tenant.createUser(`${name}@x.test`)));
    const ids = [ana, bo, cy].map(({ id }) => id as string) as [string, string, string];
    const { id: groupId } = (await tenant.createGroup('Staff', ids.slice(0, 2))) as { id: string };
    for (const id of ids.slice(0, 2)) expect((await tenant.scim('DELETE', `/Users/${id}`)).status).toBe(204);
    for (const name of ['ana', 'bo']) expect(ids).toContain((await tenant.createUser(`${name}@x.test`)).id);
    expect(await tenant.membersOf(groupId)).toEqual([]);
    for (const id of ids) await add(groupId, id);
    await deleteAndDie(ids[2]);
    await rm(join(gateway.directory, 'read-models'), { recursive: true });
    await gateway.restart();
    const before = await gateway.eventsAfter(undefined);
    const left = before.findLast(({ type }) => type === 'UserDeprovisioned');
    if (!left) throw new Error('no deletion');
    // They were the last to join and to be deleted, so everybody else has been looked at by then.
    const found = await removed(ids[2], left.position);
    expect(found.metadata.actor).toBe('membership-cleanup');
    expect((await gateway.eventsAfter(left.position)).map(({ id }) => id)).toEqual([found.id]);
    expect(await tenant.membersOf(groupId)).toEqual(ids.slice(0, 2).sort());
  });

  it('begin anew for whom a crash left in the group', async () => {
    const { id } = (await tenant.createUser('dee@x.test')) as { id: string };
    const { id: groupId } = (await tenant.createGroup('Other', [id])) as { id: string };
    await deleteAndDie(id);
    await gateway.restart();
    expect((await tenant.createUser('dee@x.test')).id).toBe(id);
    expect(await tenant.membersOf(groupId)).toEqual([]);
    await add(groupId, id);
    expect(await tenant.membersOf(groupId)).toEqual([id]);
    expect((await tenant.get(`/Users/${id}`)).body.groups).toMatchObject([{ value: groupId }]);
  });
});
