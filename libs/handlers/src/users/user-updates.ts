import { decideUser, isLive, type User, type UserCommand, type UserEvent, userStream } from '#domain';
import { foldUserName } from '#scim';
import type { Aggregates } from '../aggregates/aggregates.js';
import type { RequestContext } from '../request-context.js';
import { requireVersion } from '../version-precondition.js';
import type { WrittenUser } from './user.commands.js';
import { bears, type HeldClaim, type UserNameClaims } from './user-name-claims.js';

/** Changes to users that exist: load, decide, claim a new userName if there is one, append, give up the old one. */
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
    let claims: { from: HeldClaim; to: HeldClaim; userName: string } | undefined;
    let released: HeldClaim | undefined;
    try {
      const executed = await this.aggregates.users.execute(stream, context, async ({ state, revision }) => {
        if (isLive(state)) requireVersion(ifMatch, revision);
        const events = decideUser(state, command);
        const rename = renameIn(state, events);
        // The old claim is read while the user bears the name, so that it can be given up as it stands now or not at all.
        claims = rename && {
          from: await this.claims.held(context.tenant, rename.from),
          to: await this.claims.claimFor(context, rename.to, id),
          userName: rename.to,
        };
        const name = nameReleasedBy(state, events);
        released = name === undefined ? undefined : await this.claims.held(context.tenant, name);
        return events;
      });
      if (claims) await this.claims.release(context, claims.from, id, 'renamed');
      // The fact on the user's stream has freed the name already; without this, whoever wants it would have to look there.
      if (released) await this.claims.release(context, released, id, 'deleted');
      return { id, ...executed };
    } catch (error) {
      if (claims) await this.giveBack(context, id, claims.userName, claims.to);
      throw error;
    }
  }

  /** Frees a name that was claimed for a rename which then failed, unless the user bears it after all. */
  private async giveBack(context: RequestContext, id: string, userName: string, claim: HeldClaim): Promise<void> {
    const { state } = await this.aggregates.users.load(userStream(context.tenant, id));
    if (!bears(state, userName)) await this.claims.release(context, claim, id, 'rename failed');
  }
}

interface Rename {
  readonly from: string;
  readonly to: string;
}

/** The userName that `events` give up because they end the user, if they do. */
function nameReleasedBy({ attributes }: User, events: readonly UserEvent[]): string | undefined {
  const last = events.at(-1);
  if (last?.type !== 'UserDeprovisioned' || !last.data.nameReleased) return undefined;
  const name = attributes['userName'];
  return typeof name === 'string' ? name : undefined;
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
