import {
  decideTenant,
  GROUP_STREAMS,
  type GroupEvent,
  groupStream,
  type Hold,
  isLive,
  parseStream,
  tenantStream,
  USER_STREAMS,
  userStream,
} from '#domain';
import type { EventStore, RecordedEvent } from '#event-store';
import { ScimError } from '#scim';
import type { Aggregates } from '../aggregates/aggregates.js';
import type { GroupUpdates } from '../groups/group-updates.js';
import type { RequestContext } from '../request-context.js';
import type { UserNameClaims } from '../users/user-name-claims.js';
import { beforeFirstDeparture } from './first-departure.js';

/** What a mass departure took away, as the log tells it from its first departure until an admin asked for all of it back. */
interface Losses {
  /** Users who left, have not come back but by this and have not left once more since it was asked for. */
  readonly departed: ReadonlySet<string>;
  /** Groups → those who were taken out of them and have not come back; true: many at once, whether or not they left. */
  readonly memberships: ReadonlyMap<string, ReadonlyMap<string, boolean>>;
}

const REASON = 'mass deprovisioning undone';

/**
 * Brings back the people and memberships of a mass departure that an admin wants undone, all of them: those whom products
 * were told about before the rest was held too. Whoever has come back already is left alone, so it can be carried on
 * where it was interrupted.
 */
export class DeprovisioningUndo {
  private readonly running = new Map<string, Promise<void>>();

  constructor(
    private readonly store: EventStore,
    private readonly aggregates: Aggregates,
    private readonly claims: UserNameClaims,
    private readonly groups: GroupUpdates,
  ) {}

  /** Carries out what was started, on behalf of the admin who started it. One at a time per tenant. */
  run(tenant: string): Promise<void> {
    const underWay = this.running.get(tenant);
    if (underWay) return underWay;
    const run = this.undo(tenant).finally(() => this.running.delete(tenant));
    this.running.set(tenant, run);
    return run;
  }

  private async undo(tenant: string): Promise<void> {
    const stream = tenantStream(tenant);
    const { state } = await this.aggregates.tenants.load(stream);
    const hold = Object.values(state.holds).find(({ status }) => status === 'undoing');
    if (!hold) return;
    const started = await this.startOf(tenant, hold.id);
    const context = contextOf(tenant, started);
    const before = await beforeFirstDeparture(this.store, tenant, hold);
    const { departed } = await this.losses(tenant, hold, before, started);
    let restored = 0;
    let failed = 0;
    for (const userId of departed) {
      if (await this.restore(context, userId)) restored += 1;
      else failed += 1;
    }
    // Read again: what somebody was still in is ended before they come back, and is a loss too.
    const { memberships } = await this.losses(tenant, hold, before, started);
    for (const [groupId, members] of memberships) await this.rejoin(context, groupId, members, departed);
    await this.aggregates.tenants.execute(stream, context, (loaded) =>
      decideTenant(loaded.state, { type: 'FinishUndo', holdId: hold.id, restored, failed }),
    );
  }

  private async startOf(tenant: string, holdId: string): Promise<RecordedEvent> {
    let started: RecordedEvent | undefined;
    for await (const event of this.store.read(tenantStream(tenant))) {
      const { data } = event as unknown as { data: { holdId?: string } };
      if (event.type === 'DeprovisioningUndoStarted' && data.holdId === holdId) started = event;
    }
    if (!started) throw new Error('Nobody has started to undo it');
    return started;
  }

  private async losses(
    tenant: string,
    { settings }: Hold,
    before: bigint | 'start',
    started: RecordedEvent,
  ): Promise<Losses> {
    const departed = new Set<string>();
    const memberships = new Map<string, Map<string, boolean>>();
    const streamPrefixes = [`${USER_STREAMS}${tenant}.`, `${GROUP_STREAMS}${tenant}.`];
    for await (const event of this.store.readAll(before, { streamPrefixes })) {
      const { id } = parseStream(event.stream);
      const isAfter = event.position > started.position;
      if (event.type === 'UserDeactivated' || event.type === 'UserDeprovisioned') {
        // Whoever leaves once an admin has asked for the others is not one of them.
        if (isAfter) departed.delete(id);
        else departed.add(id);
      } else if (event.type === 'UserReactivated') {
        // Whom this brought back before it was interrupted may have groups to come back to.
        if (event.metadata.causationId !== started.id) departed.delete(id);
      } else if (event.type === 'GroupMembershipChanged') {
        const { added, removed } = (event as unknown as Extract<GroupEvent, { type: 'GroupMembershipChanged' }>).data;
        const lost = memberships.get(id) ?? new Map<string, boolean>();
        memberships.set(id, lost);
        // What the departed are still in is ended after that, too, before they come back.
        for (const { value } of removed) lost.set(value, !isAfter && removed.length >= settings.leastPeople);
        for (const { value } of added) lost.delete(value);
      }
    }
    return { departed, memberships };
  }

  /** @returns whether the person is there again; false: somebody else has the name */
  private async restore(context: RequestContext, userId: string): Promise<boolean> {
    try {
      await this.claims.restore(context, userId, REASON);
      return true;
    } catch (error) {
      if (error instanceof ScimError && error.kind !== 'unavailable') return false;
      throw error;
    }
  }

  private async rejoin(
    context: RequestContext,
    groupId: string,
    members: ReadonlyMap<string, boolean>,
    departed: ReadonlySet<string>,
  ): Promise<void> {
    const { state } = await this.aggregates.groups.load(groupStream(context.tenant, groupId));
    if (state.status !== 'present') return;
    const wanted: { value: string }[] = [];
    for (const [value, many] of members) {
      if (!many && !departed.has(value)) continue;
      if (isLive((await this.aggregates.users.load(userStream(context.tenant, value))).state)) wanted.push({ value });
    }
    if (wanted.length === 0) return;
    const command = {
      type: 'ChangeGroupMembership',
      groupId,
      members: [{ op: 'add' as const, members: wanted }],
    } as const;
    await this.groups.execute(context, groupId, { ...command, members: [...command.members] });
  }
}

function contextOf(tenant: string, { id, metadata }: RecordedEvent): RequestContext {
  const { correlationId, actor, admin } = metadata;
  return { tenant, correlationId, causationId: id, ...(actor && { actor }), ...(admin && { admin }) };
}
