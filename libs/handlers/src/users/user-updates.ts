import { decideUser, isLive, type User, type UserCommand, type UserEvent, userStream } from '#domain';
import { foldUserName } from '#scim';
import type { Aggregates } from '../aggregates/aggregates.js';
import type { RequestContext } from '../request-context.js';
import { requireVersion } from '../version-precondition.js';
import type { WrittenUser } from './user.commands.js';
import { bears, type UserNameClaims } from './user-name-claims.js';

/** Changes to users that exist: load, decide, claim a new userName if there is one, append. */
export class UserUpdates {
  constructor(
    private readonly aggregates: Aggregates,
    private readonly claims: UserNameClaims,
  ) {}

  async execute(
    context: RequestContext,
    id: string,
    command: UserCommand,
    ifMatch: string | undefined,
  ): Promise<WrittenUser> {
    const stream = userStream(context.tenant, id);
    let rename: Rename | undefined;
    try {
      const executed = await this.aggregates.users.execute(stream, context, async ({ state, revision }) => {
        if (isLive(state)) requireVersion(ifMatch, revision);
        const events = decideUser(state, command);
        rename = renameIn(state, events);
        if (rename) await this.claims.claimFor(context, rename.to, id);
        return events;
      });
      if (rename) await this.claims.release(context, rename.from, id, 'renamed');
      return { id, ...executed };
    } catch (error) {
      if (rename) await this.giveBack(context, id, rename.to);
      throw error;
    }
  }

  /** Frees a name that was claimed for a rename which then failed, unless the rename came through after all. */
  private async giveBack(context: RequestContext, id: string, userName: string): Promise<void> {
    const { state } = await this.aggregates.users.load(userStream(context.tenant, id));
    if (!bears(state, userName)) await this.claims.release(context, userName, id, 'rename failed');
  }
}

interface Rename {
  readonly from: string;
  readonly to: string;
}

/** The change of userName among `events`, if they change more of it than its case. */
function renameIn(user: User, events: readonly UserEvent[]): Rename | undefined {
  for (const event of events) {
    if (event.type !== 'UserUpdated') continue;
    const to = event.data.changes['userName'];
    const from = user.attributes['userName'];
    if (typeof to === 'string' && typeof from === 'string' && foldUserName(to) !== foldUserName(from))
      return { from, to };
  }
  return undefined;
}
