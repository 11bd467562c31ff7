import {
  absentUser,
  claimUserName,
  decideUser,
  isLive,
  isRestorable,
  releaseUserName,
  unclaimed,
  type User,
  type UserEvent,
  type UserNameClaim,
  userNameStream,
  userNameTaken,
  userStream,
} from '#domain';
import { WrongExpectedRevision } from '#event-store';
import { foldUserName, ScimError } from '#scim';
import type { Aggregates } from '../aggregates/aggregates.js';
import type { Loaded } from '../aggregates/aggregate-repository.js';
import { KeyedLock } from '../aggregates/keyed-lock.js';
import type { IdentitySource } from '../identity-source.js';
import type { RequestContext } from '../request-context.js';
import type { WrittenUser } from './user.commands.js';

/** Ends the memberships of a deleted user before they are brought back; `MembershipCleanup` does. */
export interface EndsMemberships {
  finish(context: RequestContext, userId: string, loaded: Loaded<User>): Promise<void>;
}

/** A claim at the revision at which it was read or made. */
export interface HeldClaim {
  readonly stream: string;
  readonly loaded: Loaded<UserNameClaim>;
}

const NEVER_CLAIMED: Loaded<UserNameClaim> = { state: unclaimed, revision: -1 };
const MAX_ATTEMPTS = 50;

/** Whether this user goes by that name now. */
export const bears = (user: User, userName: string): boolean =>
  typeof user.attributes['userName'] === 'string' &&
  foldUserName(user.attributes['userName']) === foldUserName(userName);

/**
 * Uniqueness of userName by claim streams, across any number of processes and without clocks or locks between them.
 *
 * Whoever makes a user live under a name appends to the name's stream at the revision they read, then to the user's
 * stream at the revision they read before; whoever takes a name from a user first appends a fence to that user's stream.
 * So of two who want the same name, one meets a conflict and looks again. See docs/adr/0004-user-name-claims.md.
 */
export class UserNameClaims {
  private readonly lock = new KeyedLock();

  constructor(
    private readonly aggregates: Aggregates,
    private readonly source: IdentitySource,
    private readonly memberships: EndsMemberships,
  ) {}

  /**
   * Makes a user live under this name: a new one, the one whose creation was left half way, or the one who was deleted
   * under it.
   * @param decide what happens to that user as they stand; asked again when another writer came first
   * @throws ScimError `uniqueness` when a living user has the name
   */
  provisionUnder(
    context: RequestContext,
    userName: string,
    decide: (user: User) => readonly UserEvent[],
  ): Promise<WrittenUser> {
    const stream = userNameStream(context.tenant, userName);
    return this.attempt(stream, async (attempt) => {
      const { userNames } = this.aggregates;
      // Nearly every name is new. Where this one is not, the append says so, and only then the log is read.
      const claim = attempt === 1 ? (userNames.peek(stream) ?? NEVER_CLAIMED) : await userNames.load(stream);
      const { holder } = claim.state;
      if (holder === undefined) return this.provisionNew(context, { stream, loaded: claim }, 'claimed', decide);
      const user = userStream(context.tenant, holder);
      const loaded = await this.aggregates.users.load(user);
      if (isLive(loaded.state) && bears(loaded.state, userName)) throw userNameTaken({ userName }, holder);
      const deletedUnderIt = isRestorable(loaded.state) && bears(loaded.state, userName);
      // Neither awaited (claimed, and nobody came) nor to be brought back: the name goes to somebody new.
      if (loaded.revision >= 0 && !deletedUnderIt) {
        if (loaded.state.status !== 'absent') await this.fence(context, holder, loaded);
        return this.provisionNew(context, { stream, loaded: claim }, 'abandoned', decide);
      }
      const events = decide(loaded.state);
      if (deletedUnderIt) {
        await this.memberships.finish(context, holder, loaded);
        // The claim is told again, so that somebody who wants to take the name meets a conflict.
        const again = [{ type: 'UserNameClaimed' as const, data: { userId: holder } }];
        await userNames.append(stream, claim, again, context);
      }
      // Where nobody came, whoever appends first to the empty stream is the user, without a second claim.
      return { id: holder, ...(await this.aggregates.users.append(user, loaded, events, context)) };
    });
  }

  /**
   * Makes a user who exists live again, under the name they had: claims it where they were deleted. As everybody who does so,
   * it appends at the revision that was read before the claim, so that a fence which has come meanwhile is met.
   * @throws ScimError `uniqueness` when another living user has the name
   */
  async restore(context: RequestContext, userId: string, reason: string): Promise<WrittenUser> {
    const executed = await this.aggregates.users.execute(
      userStream(context.tenant, userId),
      context,
      async (loaded) => {
        const events = decideUser(loaded.state, { type: 'RestoreUser', userId, reason });
        const { userName } = loaded.state.attributes;
        if (events.length > 0 && !isLive(loaded.state) && typeof userName === 'string') {
          await this.memberships.finish(context, userId, loaded);
          await this.claimFor(context, userName, userId);
        }
        return events;
      },
    );
    return { id: userId, ...executed };
  }

  /**
   * Claims a name that a user is about to take, a living one or one who comes back.
   * @returns the claim as it stands then, for {@link release} should the user not take it after all
   * @throws ScimError `uniqueness` when another living user has it
   */
  claimFor(context: RequestContext, userName: string, userId: string): Promise<HeldClaim> {
    const stream = userNameStream(context.tenant, userName);
    return this.attempt(stream, async () => {
      const claim = await this.aggregates.userNames.load(stream);
      const { holder } = claim.state;
      if (holder !== undefined && holder !== userId) {
        const loaded = await this.aggregates.users.load(userStream(context.tenant, holder));
        if (isLive(loaded.state) && bears(loaded.state, userName)) throw userNameTaken({ userName }, holder);
        await this.fence(context, holder, loaded);
      }
      // Told again even when it is ours: a claim without its rename may be about to be taken over or given back.
      const events =
        holder === userId
          ? [{ type: 'UserNameClaimed' as const, data: { userId } }]
          : claimUserName(claim.state, userId, 'taken over');
      const { loaded } = await this.aggregates.userNames.append(stream, claim, events, context);
      return { stream, loaded };
    });
  }

  /** The claim of a name that a user bears now. */
  async held(tenant: string, userName: string): Promise<HeldClaim> {
    const stream = userNameStream(tenant, userName);
    return { stream, loaded: await this.aggregates.userNames.load(stream) };
  }

  /**
   * Gives up a claim as it stood when the user still bore the name, or was about to. Whoever has told the claim again
   * since then relies on it, the user coming back to the name among them: it stays.
   */
  async release(context: RequestContext, { stream, loaded }: HeldClaim, userId: string, reason: string): Promise<void> {
    const events = releaseUserName(loaded.state, userId, reason);
    if (events.length === 0) return;
    try {
      await this.aggregates.userNames.append(stream, loaded, events, context);
    } catch (error) {
      if (!(error instanceof WrongExpectedRevision)) throw error;
    }
  }

  /** Id of the living user with this name, read from the log itself. */
  async find(tenant: string, userName: string): Promise<{ userId: string; loaded: Loaded<User> } | undefined> {
    const { holder } = (await this.aggregates.userNames.load(userNameStream(tenant, userName))).state;
    if (holder === undefined) return undefined;
    const loaded = await this.aggregates.users.load(userStream(tenant, holder));
    return isLive(loaded.state) && bears(loaded.state, userName) ? { userId: holder, loaded } : undefined;
  }

  /** Claims the name for a new id and appends its user, at once where the store can. */
  private async provisionNew(
    context: RequestContext,
    { stream, loaded }: HeldClaim,
    reason: string,
    decide: (user: User) => readonly UserEvent[],
  ): Promise<WrittenUser> {
    const { users, userNames } = this.aggregates;
    const id = this.source.newResourceId();
    // Not loaded: a fence that has come meanwhile must meet the append at "no stream", not be built upon.
    const nobody = { state: absentUser, revision: -1 };
    const claim = userNames.stage(stream, loaded, claimUserName(loaded.state, id, reason), context);
    const user = users.stage(userStream(context.tenant, id), nobody, decide(absentUser), context);
    return { id, ...(await users.appendBoth(claim, user)) };
  }

  private async fence(context: RequestContext, userId: string, loaded: Loaded<User>): Promise<void> {
    const fence = [{ type: 'UserNameClaimFenced' as const, data: { reason: 'userName taken over' } }];
    await this.aggregates.users.append(userStream(context.tenant, userId), loaded, fence, context);
  }

  private attempt<T>(stream: string, task: (attempt: number) => Promise<T>): Promise<T> {
    return this.lock.run(stream, async () => {
      for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
        try {
          return await task(attempt);
        } catch (error) {
          if (!(error instanceof WrongExpectedRevision)) throw error;
        }
      }
      throw new ScimError('unavailable', 'Too many writers want this userName at once; try again', {
        retryAfterSeconds: 1,
      });
    });
  }
}
