import { decideUser } from '#domain';
import { userModel, validateResource } from '#scim';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { MembershipCleanup } from '../groups/membership-cleanup.js';
import { ReadYourWrites } from '../read-your-writes.js';
import { DeprovisionUser, PatchUser, ProvisionUser, ReplaceUser, type WrittenUser } from './user.commands.js';
import { UserNameClaims } from './user-name-claims.js';
import { UserUpdates } from './user-updates.js';

@CommandHandler(ProvisionUser)
export class ProvisionUserHandler implements ICommandHandler<ProvisionUser> {
  constructor(
    private readonly claims: UserNameClaims,
    private readonly readYourWrites: ReadYourWrites,
  ) {}

  async execute({ context, attributes }: ProvisionUser): Promise<WrittenUser> {
    validateResource(userModel, attributes);
    const written = await this.claims.provisionUnder(context, attributes['userName'] as string, (user) =>
      decideUser(user, { type: 'ProvisionUser', attributes }),
    );
    await this.readYourWrites.acknowledgeListed(written.position);
    return written;
  }
}

@CommandHandler(ReplaceUser)
export class ReplaceUserHandler implements ICommandHandler<ReplaceUser> {
  constructor(
    private readonly updates: UserUpdates,
    private readonly readYourWrites: ReadYourWrites,
  ) {}

  async execute({ context, id, attributes, ifMatch }: ReplaceUser): Promise<WrittenUser> {
    const written = await this.updates.execute(context, id, { type: 'ReplaceUser', userId: id, attributes }, ifMatch);
    await this.readYourWrites.acknowledgeListed(written.position);
    return written;
  }
}

@CommandHandler(PatchUser)
export class PatchUserHandler implements ICommandHandler<PatchUser> {
  constructor(
    private readonly updates: UserUpdates,
    private readonly readYourWrites: ReadYourWrites,
  ) {}

  async execute({ context, id, body, ifMatch }: PatchUser): Promise<WrittenUser> {
    const command = { type: 'PatchUser', userId: id, body, tolerances: context.tolerances } as const;
    const written = await this.updates.execute(context, id, command, ifMatch);
    await this.readYourWrites.acknowledgeListed(written.position);
    return written;
  }
}

@CommandHandler(DeprovisionUser)
export class DeprovisionUserHandler implements ICommandHandler<DeprovisionUser> {
  constructor(
    private readonly updates: UserUpdates,
    private readonly readYourWrites: ReadYourWrites,
    private readonly cleanup: MembershipCleanup,
  ) {}

  async execute({ context, id, ifMatch }: DeprovisionUser): Promise<WrittenUser> {
    const deletion = context.settings?.userDeletion;
    const command = { type: 'DeprovisionUser', userId: id, ...(deletion && { deletion }) } as const;
    const written = await this.updates.execute(context, id, command, ifMatch);
    // Everything before it is in the memberships then, an add of a moment ago too.
    await this.readYourWrites.acknowledge(written.position);
    await this.readYourWrites.acknowledge(await this.cleanup.removeNow(context, id, written.position));
    return written;
  }
}

export const USER_HANDLERS = [ProvisionUserHandler, ReplaceUserHandler, PatchUserHandler, DeprovisionUserHandler];
