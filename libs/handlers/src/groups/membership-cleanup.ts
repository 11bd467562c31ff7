import {
  type Group,
  type GroupEvent,
  type GroupMember,
  groupStream,
  isLive,
  membershipEvents,
  parseStream,
  type User,
  userStream,
} from '#domain';
import { type EventStore, type RecordedEvent, WrongExpectedRevision } from '#event-store';
import { ScimError } from '#scim';
import { documentId, MEMBERSHIPS, type MembershipDocument } from '#projections';
import { type ReadModels, ReadModelsUnavailable } from '#read-models';
import type { Loaded } from '../aggregates/aggregate-repository.js';
import type { Aggregates } from '../aggregates/aggregates.js';
import { positionOf } from '../position-of.js';
import type { ReadModelProgress } from '../read-your-writes.js';
import type { RequestContext } from '../request-context.js';

/** Longest that whoever follows the log waits at a time for the read models to show what the person was in, milliseconds. */
const SHOWN_WAIT_MS = 10_000;

/** Who leaves, and a position of the log at which they had left SCIM; undefined: not known, or a group, which never returns. */
type Leaving = Map<string, bigint | undefined>;

/**
 * A membership ends with its member: whoever leaves SCIM leaves every group, for good. The handler that deletes sees to it
 * before it answers, whoever brings a person back before it does, and following the log does it again for what a crash cut
 * short or another gateway added at the same moment.
 *
 * Nobody is taken out who is there again, so doing it again, years later, changes nothing. What makes that safe is told in
 * docs/adr/0046-memberships-end-with-their-members.md.
 */
export class MembershipCleanup {
  /** By group and cause: the removal under way, and whom the next one takes. */
  private readonly underWay = new Map<string, Promise<unknown>>();
  private readonly gathering = new Map<string, { leaving: Leaving; done: Promise<bigint | undefined> }>();

  /** @param finishWaitMs longest that bringing somebody back waits for the read models, milliseconds */
  constructor(
    private readonly aggregates: Aggregates,
    private readonly store: EventStore,
    private readonly readModels: ReadModels,
    private readonly progress: ReadModelProgress,
    private readonly finishWaitMs: number,
  ) {}

  /**
   * Takes a user or group that is gone out of all groups.
   * @param goneAt a position of the log at which the user was gone
   * @returns position of the last event, undefined when it was in none
   */
  async removeEverywhere(context: RequestContext, memberId: string, goneAt?: bigint): Promise<bigint | undefined> {
    const id = documentId(context.tenant, memberId);
    const document = await this.readModels.get<MembershipDocument>(MEMBERSHIPS.name, id);
    let last: bigint | undefined;
    for (const groupId of document?.groups ?? []) {
      const position = await this.removeWithOthers(context, groupId, memberId, goneAt);
      if (position !== undefined && (last === undefined || position > last)) last = position;
    }
    return last;
  }

  /**
   * Ends what a deletion has left of somebody's memberships. Whoever makes a deleted user live again does this first, and
   * then appends to the user's stream at `revision`, whatever they find there: what ends later would end a membership of
   * the new life.
   * @throws ScimError `unavailable` when it cannot be told now what the user was in
   * @throws ReadModelsUnavailable
   */
  async finish(context: RequestContext, userId: string, { revision }: Loaded<User>): Promise<void> {
    const goneAt = await positionOf(this.store, userStream(context.tenant, userId), revision);
    if (!(await this.progress.waitFor(goneAt, this.finishWaitMs))) {
      throw new ScimError('unavailable', 'The groups that this person has left cannot be looked up yet; try again', {
        retryAfterSeconds: 5,
      });
    }
    await this.removeEverywhere(context, userId, goneAt);
  }

  /** As {@link removeEverywhere}; where the read models are away it is left to whoever follows the log. */
  async removeNow(context: RequestContext, memberId: string, goneAt?: bigint): Promise<bigint | undefined> {
    try {
      return await this.removeEverywhere(context, memberId, goneAt);
    } catch (error) {
      if (error instanceof ReadModelsUnavailable) return undefined;
      throw error;
    }
  }

  /** Whether an event of this type may call for anything. */
  concerns({ type }: RecordedEvent): boolean {
    return type === 'UserDeprovisioned' || type === 'GroupDeleted' || type === 'GroupMembershipChanged';
  }

  /** Finishes what `event` calls for. @returns whether it called for something to be looked at */
  async follow(event: RecordedEvent): Promise<boolean> {
    const context = contextAfter(event);
    const { id, tenant } = parseStream(event.stream);
    if (event.type === 'UserDeprovisioned' || event.type === 'GroupDeleted') {
      const type = event.type === 'GroupDeleted' ? 'Group' : 'User';
      // Whoever has come back was taken out of their groups before.
      if (await this.isThere(tenant, id, type)) return false;
      // What the member was in is known once the read model has come as far as this event.
      // Whoever follows the log tries again after a failure, and stops when it is told to.
      if (!(await this.progress.waitFor(event.position, SHOWN_WAIT_MS))) throw new Error('The read model is behind');
      await this.removeEverywhere(context, id, event.position);
      return true;
    }
    if (event.type !== 'GroupMembershipChanged') return false;
    const { added } = (event as unknown as Extract<GroupEvent, { type: 'GroupMembershipChanged' }>).data;
    const gone: Leaving = new Map();
    for (const { value, type } of added) {
      if (!(await this.isThere(tenant, value, type))) gone.set(value, undefined);
    }
    if (gone.size > 0) await this.remove(context, id, gone);
    return gone.size > 0;
  }

  private async isThere(tenant: string, id: string, type: GroupMember['type']): Promise<boolean> {
    return type === 'User'
      ? isLive((await this.aggregates.users.load(userStream(tenant, id))).state)
      : (await this.aggregates.groups.load(groupStream(tenant, id))).state.status === 'present';
  }

  /**
   * Many whom one request deletes leave a group they share together: whoever comes while a removal is under way goes with
   * the next. Others' requests are kept apart, because an event names the request that caused it.
   */
  private removeWithOthers(
    context: RequestContext,
    groupId: string,
    id: string,
    goneAt: bigint | undefined,
  ): Promise<bigint | undefined> {
    const key = `${groupStream(context.tenant, groupId)} ${context.correlationId} ${context.actor}`;
    const gathered = this.gathering.get(key);
    if (gathered) {
      gathered.leaving.set(id, goneAt);
      return gathered.done;
    }
    const leaving: Leaving = new Map([[id, goneAt]]);
    const start = (): Promise<bigint | undefined> => {
      this.gathering.delete(key);
      return this.remove(context, groupId, leaving);
    };
    const before = this.underWay.get(key);
    const done = before ? before.then(start, start) : start();
    if (before) this.gathering.set(key, { leaving, done });
    this.underWay.set(key, done);
    const leave = (): void => {
      if (this.underWay.get(key) === done) this.underWay.delete(key);
    };
    done.then(leave, leave);
    return done;
  }

  private async remove(context: RequestContext, groupId: string, leaving: Leaving): Promise<bigint | undefined> {
    const stream = groupStream(context.tenant, groupId);
    const { position } = await this.aggregates.groups.execute(stream, context, async (group) => {
      const removed = await this.whoLeaves(context, stream, group, leaving);
      return membershipEvents(group.state, { added: [], removed }, () => 'User');
    });
    return position;
  }

  /**
   * Who of `leaving` is in the group and gone. The group is loaded before: a person who comes back after they were looked at
   * has been taken out of it by then, and the removal meets a conflict. That holds for memberships which whoever brings them
   * back can see; a later one, by somebody who had found them there before they were deleted, is put behind a fence first.
   */
  private async whoLeaves(
    context: RequestContext,
    stream: string,
    { state, revision }: Loaded<Group>,
    leaving: Leaving,
  ): Promise<string[]> {
    const gone: string[] = [];
    const people = new Map<string, bigint>();
    for (const [id, goneAt] of leaving) {
      const type = state.members.get(id);
      if (type === undefined) continue;
      if (type === 'Group') {
        if (!(await this.isThere(context.tenant, id, type))) gone.push(id);
        continue;
      }
      const user = userStream(context.tenant, id);
      const loaded = await this.aggregates.users.load(user);
      if (!isLive(loaded.state)) people.set(id, goneAt ?? (await positionOf(this.store, user, loaded.revision)));
    }
    const late = await this.addedAfter(stream, revision, people);
    for (const id of people.keys()) if (!late.has(id) || (await this.fence(context, id))) gone.push(id);
    return gone;
  }

  /** Who of `people` joined the group after they were gone. */
  private async addedAfter(
    stream: string,
    revision: number,
    people: ReadonlyMap<string, bigint>,
  ): Promise<ReadonlySet<string>> {
    const late = new Set<string>();
    let earliest: bigint | undefined;
    for (const goneAt of people.values()) if (earliest === undefined || goneAt < earliest) earliest = goneAt;
    if (earliest === undefined) return late;
    for await (const event of this.store.read(stream, { from: revision, direction: 'backwards' })) {
      if (event.position <= earliest) break;
      if (event.type !== 'GroupMembershipChanged') continue;
      const { added } = (event as unknown as Extract<GroupEvent, { type: 'GroupMembershipChanged' }>).data;
      for (const { value } of added) if (event.position > (people.get(value) ?? event.position)) late.add(value);
    }
    return late;
  }

  /** Lets whoever is about to bring the user back look again. @returns false: they are back already */
  private async fence(context: RequestContext, userId: string): Promise<boolean> {
    const stream = userStream(context.tenant, userId);
    const fence = [{ type: 'UserNameClaimFenced' as const, data: { reason: 'added to a group after the deletion' } }];
    for (;;) {
      const loaded = await this.aggregates.users.load(stream);
      if (isLive(loaded.state)) return false;
      try {
        await this.aggregates.users.append(stream, loaded, fence, context);
        return true;
      } catch (error) {
        if (!(error instanceof WrongExpectedRevision)) throw error;
      }
    }
  }
}

function contextAfter({ id, metadata }: RecordedEvent): RequestContext {
  const { tenant, connection, credential, idp, correlationId } = metadata;
  return {
    tenant,
    ...(connection && { connection }),
    ...(credential && { credential }),
    ...(idp && { idp }),
    actor: 'membership-cleanup',
    correlationId,
    causationId: id,
  };
}
