import { GROUP_STREAMS, groupStream, type GroupEvent, applyChanges, parseStream } from '#domain';
import type { EventBatch, EventStore, RecordedEvent } from '#event-store';
import type { RoleGroup } from '#products';
import type { CollectionDefinition, Document } from '#read-models';
import type { ResourceAttributes } from '#scim';
import type { RelayState } from './relay-state.js';

/** The groups that one user, or one nested group, is directly in; `_id` is `tenant/memberId`. */
interface MemberDocument extends Document {
  readonly groups: readonly string[];
}

/** What a group is called; `_id` is `tenant/groupId`. */
interface GroupDocument extends Document {
  readonly displayName?: string;
  readonly externalId?: string;
}

/**
 * How far the tenant's groups have been folded in; `_id` is the tenant. A tenant's groups are folded once one of its
 * products asks for roles, from the beginning of the log, and with every batch from then on.
 */
interface FoldDocument extends Document {
  /** Decimal digits; absent: as far as the relay is. */
  readonly position?: string;
}

export const MEMBERS: CollectionDefinition = { name: 'relay-members', indexes: [] };
export const GROUP_NAMES: CollectionDefinition = { name: 'relay-groups', indexes: [] };
export const FOLDS: CollectionDefinition = { name: 'relay-group-folds', indexes: [] };

/** Events of groups folded in one turn. Each names 5,000 members at most. */
const TURN_EVENTS = 16;

/** What an event of a group means to those who may have roles by it. */
export interface MembershipChange {
  /** People who joined or left the group itself. */
  readonly users: readonly string[];
  /** Groups whose people may have other roles now. */
  readonly groups: readonly string[];
}

const nothing: MembershipChange = { users: [], groups: [] };

/** Who is in which group, as of the relay's place in the log: what a member is in costs the same in groups of any size. */
export class Memberships {
  private readonly folding = new Map<string, AsyncIterator<EventBatch, undefined>>();
  private readonly stopping = new AbortController();

  constructor(
    private readonly store: EventStore,
    private readonly state: RelayState,
  ) {}

  /** Whether the tenant's groups are known as of the relay's place. */
  async isLive(tenant: string): Promise<boolean> {
    const fold = await this.state.get<FoldDocument>(FOLDS.name, tenant);
    return fold !== undefined && fold.position === undefined;
  }

  /** Folds the next events of the tenant's groups that stand at or before `position`. */
  async foldOn(tenant: string, position: bigint): Promise<void> {
    const fold = await this.state.get<FoldDocument>(FOLDS.name, tenant);
    const since = fold ? BigInt(fold.position ?? position) : -1n;
    if (since >= position) {
      this.end(tenant);
      return;
    }
    let batches = this.folding.get(tenant);
    if (!batches) {
      const options = { streamPrefixes: [`${GROUP_STREAMS}${tenant}.`], maxBatchSize: TURN_EVENTS };
      const signal = this.stopping.signal;
      batches = this.store.subscribeToAll(since < 0n ? 'start' : since, { ...options, signal })[Symbol.asyncIterator]();
      this.folding.set(tenant, batches);
    }
    const next = await batches.next();
    if (next.done) throw new Error('The log ended before the groups were folded');
    const { events, position: reached } = next.value;
    for (const event of events) if (event.position <= position) await this.fold(event);
    if (reached >= position) this.end(tenant);
    else this.state.put(FOLDS.name, { _id: tenant, position: `${reached}` } as FoldDocument);
  }

  /** What was folded may not count; begins again at what does. */
  rollback(): void {
    for (const batches of this.folding.values()) void batches.return?.();
    this.folding.clear();
  }

  stop(): void {
    this.stopping.abort();
    this.rollback();
  }

  async fold(event: RecordedEvent): Promise<MembershipChange> {
    const fact = event as unknown as GroupEvent;
    const { tenant, id } = parseStream(event.stream);
    switch (fact.type) {
      case 'GroupCreated':
        this.state.put(GROUP_NAMES.name, named(tenant, id, fact.data.resource));
        return nothing;
      case 'GroupUpdated': {
        const { displayName, externalId } = fact.data.changes;
        if (displayName === undefined && externalId === undefined) return nothing;
        const before = await this.state.get<GroupDocument>(GROUP_NAMES.name, keyOf(tenant, id));
        const { _id, ...names } = before ?? { _id: '' };
        this.state.put(GROUP_NAMES.name, named(tenant, id, applyChanges(names, fact.data.changes)));
        return { users: [], groups: [id] };
      }
      case 'GroupMembershipChanged': {
        const { added, removed } = fact.data;
        for (const { value } of removed) await this.leave(tenant, value, id);
        for (const { value } of added) await this.join(tenant, value, id);
        const both = [...removed, ...added];
        const ofType = (wanted: 'User' | 'Group') =>
          both.flatMap(({ value, type }) => (type === wanted ? [value] : []));
        return { users: ofType('User'), groups: ofType('Group') };
      }
      case 'GroupDeleted':
        this.state.delete(GROUP_NAMES.name, keyOf(tenant, id));
        return nothing;
    }
  }

  /** Every group that the member is in, directly or through a nested one. */
  async groupsOf(tenant: string, memberId: string): Promise<RoleGroup[]> {
    const found = new Map<string, RoleGroup>();
    const waiting = [memberId];
    for (let member = waiting.pop(); member !== undefined; member = waiting.pop()) {
      const document = await this.state.get<MemberDocument>(MEMBERS.name, keyOf(tenant, member));
      for (const id of document?.groups ?? []) {
        if (found.has(id)) continue;
        const names = await this.state.get<GroupDocument>(GROUP_NAMES.name, keyOf(tenant, id));
        const { _id, ...rest } = names ?? { _id: '' };
        found.set(id, { id, ...rest });
        waiting.push(id);
      }
    }
    return [...found.values()];
  }

  /** Everybody in these groups, directly or through nested ones, as of `position`, in the order of their ids. */
  async peopleIn(tenant: string, groups: readonly string[], position: bigint): Promise<string[]> {
    const people = new Set<string>();
    const seen = new Set(groups);
    const waiting = [...groups];
    for (let group = waiting.pop(); group !== undefined; group = waiting.pop()) {
      const members = new Map<string, 'User' | 'Group'>();
      for await (const event of this.store.read(groupStream(tenant, group))) {
        if (event.position > position) break;
        const fact = event as unknown as GroupEvent;
        if (fact.type !== 'GroupMembershipChanged') continue;
        for (const { value } of fact.data.removed) members.delete(value);
        for (const { value, type } of fact.data.added) members.set(value, type);
      }
      for (const [id, type] of members) {
        if (type === 'User') people.add(id);
        else if (!seen.has(id)) {
          seen.add(id);
          waiting.push(id);
        }
      }
    }
    return [...people].sort();
  }

  private end(tenant: string): void {
    void this.folding.get(tenant)?.return?.();
    this.folding.delete(tenant);
    this.state.put(FOLDS.name, { _id: tenant });
  }

  private async join(tenant: string, member: string, group: string): Promise<void> {
    const _id = keyOf(tenant, member);
    const { groups = [] } = (await this.state.get<MemberDocument>(MEMBERS.name, _id)) ?? {};
    if (!groups.includes(group)) this.state.put(MEMBERS.name, { _id, groups: [...groups, group] } as MemberDocument);
  }

  private async leave(tenant: string, member: string, group: string): Promise<void> {
    const _id = keyOf(tenant, member);
    const { groups = [] } = (await this.state.get<MemberDocument>(MEMBERS.name, _id)) ?? {};
    const rest = groups.filter((one) => one !== group);
    if (rest.length === 0) this.state.delete(MEMBERS.name, _id);
    else this.state.put(MEMBERS.name, { _id, groups: rest } as MemberDocument);
  }
}

const keyOf = (tenant: string, id: string): string => `${tenant}/${id}`;

function named(tenant: string, id: string, { displayName, externalId }: ResourceAttributes): GroupDocument {
  return {
    _id: keyOf(tenant, id),
    ...(typeof displayName === 'string' && { displayName }),
    ...(typeof externalId === 'string' && { externalId }),
  };
}
