import {
  decideGroup,
  type GroupCommand,
  type GroupEvent,
  type GroupMember,
  groupStream,
  isLive,
  membershipEvents,
  userStream,
} from '#domain';
import { ScimError } from '#scim';
import type { Aggregates } from '../aggregates/aggregates.js';
import type { RequestContext } from '../request-context.js';
import { requireVersion } from '../version-precondition.js';
import type { WrittenGroup } from './group.commands.js';

/** Changes to groups: load, decide, look up who joins, append. */
export class GroupUpdates {
  constructor(private readonly aggregates: Aggregates) {}

  async execute(context: RequestContext, id: string, command: GroupCommand, ifMatch?: string): Promise<WrittenGroup> {
    const executed = await this.aggregates.groups.execute(
      groupStream(context.tenant, id),
      context,
      async ({ state, revision }): Promise<GroupEvent[]> => {
        if (state.status === 'present') requireVersion(ifMatch, revision);
        const { events, membership, closing = [] } = decideGroup(state, command);
        const types = await this.resolve(context.tenant, id, membership.added);
        const changed = membershipEvents(state, membership, (member) => types.get(member) ?? 'User');
        return [...events, ...changed, ...closing];
      },
    );
    return { id, ...executed };
  }

  /**
   * What the ids that join stand for.
   * @throws ScimError `invalidValue` when an id is neither a user nor a group of the tenant
   */
  private async resolve(
    tenant: string,
    groupId: string,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, GroupMember['type']>> {
    const types = new Map<string, GroupMember['type']>();
    for (const id of ids) {
      if (isLive((await this.aggregates.users.load(userStream(tenant, id))).state)) {
        types.set(id, 'User');
      } else if ((await this.aggregates.groups.load(groupStream(tenant, id))).state.status === 'present') {
        if (id === groupId) throw new ScimError('invalidValue', `members: group ${id} cannot be a member of itself`);
        types.set(id, 'Group');
      } else {
        throw new ScimError(
          'invalidValue',
          `members.value: "${id}" is no user or group of this tenant; provision the member before adding it.`,
        );
      }
    }
    return types;
  }
}
