import { type GroupEvent, type GroupMember, groupStream, isLive, parseStream, userStream } from '#domain';
import type { RecordedEvent } from '#event-store';
import { ScimError } from '#scim';
import { documentId, MEMBERSHIPS, type MembershipDocument } from '#projections';
import { type ReadModels, ReadModelsUnavailable } from '#read-models';
import type { Aggregates } from '../aggregates/aggregates.js';
import type { ReadModelProgress } from '../read-your-writes.js';
import type { RequestContext } from '../request-context.js';
import type { GroupUpdates } from './group-updates.js';

/**
 * Whoever leaves SCIM leaves every group. The handler that deletes does it before it answers; following the log does it
 * again for what a crash cut short or another gateway added at the same moment. Both are harmless when there is nothing
 * left to do.
 */
export class MembershipCleanup {
  /** By group and cause: the removal under way, and whom the next one takes. */
  private readonly underWay = new Map<string, Promise<unknown>>();
  private readonly gathering = new Map<string, { ids: string[]; done: Promise<bigint | undefined> }>();

  constructor(
    private readonly aggregates: Aggregates,
    private readonly updates: GroupUpdates,
    private readonly readModels: ReadModels,
    private readonly progress: ReadModelProgress,
  ) {}

  /** Takes a user or group out of all groups. @returns position of the last event, undefined when it was in none */
  async removeEverywhere(context: RequestContext, memberId: string): Promise<bigint | undefined> {
    const id = documentId(context.tenant, memberId);
    const document = await this.readModels.get<MembershipDocument>(MEMBERSHIPS.name, id);
    let last: bigint | undefined;
    for (const groupId of document?.groups ?? []) {
      const position = await this.removeWithOthers(context, groupId, memberId);
      if (position !== undefined && (last === undefined || position > last)) last = position;
    }
    return last;
  }

  /** As {@link removeEverywhere}; where the read models are away it is left to whoever follows the log. */
  async removeNow(context: RequestContext, memberId: string): Promise<bigint | undefined> {
    try {
      return await this.removeEverywhere(context, memberId);
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
      // What the member was in is known once the read model has come as far as this event.
      // Whoever follows the log tries again after a failure, and stops when it is told to.
      if (!(await this.progress.waitFor(event.position, 10_000))) throw new Error('The read model is behind');
      await this.removeEverywhere(context, id);
      return true;
    }
    if (event.type !== 'GroupMembershipChanged') return false;
    const { added } = (event as unknown as Extract<GroupEvent, { type: 'GroupMembershipChanged' }>).data;
    const gone: string[] = [];
    for (const { value, type } of added) {
      if (!(await this.isThere(tenant, value, type))) gone.push(value);
    }
    if (gone.length > 0) await this.remove(context, id, gone);
    return gone.length > 0;
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
  private removeWithOthers(context: RequestContext, groupId: string, id: string): Promise<bigint | undefined> {
    const key = `${groupStream(context.tenant, groupId)} ${context.correlationId} ${context.actor}`;
    const gathered = this.gathering.get(key);
    if (gathered) {
      gathered.ids.push(id);
      return gathered.done;
    }
    const ids = [id];
    const start = (): Promise<bigint | undefined> => {
      this.gathering.delete(key);
      return this.remove(context, groupId, ids);
    };
    const before = this.underWay.get(key);
    const done = before ? before.then(start, start) : start();
    if (before) this.gathering.set(key, { ids, done });
    this.underWay.set(key, done);
    const leave = (): void => {
      if (this.underWay.get(key) === done) this.underWay.delete(key);
    };
    done.then(leave, leave);
    return done;
  }

  private async remove(context: RequestContext, groupId: string, ids: string[]): Promise<bigint | undefined> {
    const { state } = await this.aggregates.groups.load(groupStream(context.tenant, groupId));
    if (state.status !== 'present') return undefined;
    const members = [{ op: 'remove' as const, ids }];
    try {
      return (await this.updates.execute(context, groupId, { type: 'ChangeGroupMembership', groupId, members }))
        .position;
    } catch (error) {
      // Deleted since it was looked at: nobody is in it any more.
      if (error instanceof ScimError && error.kind === 'notFound') return undefined;
      throw error;
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
