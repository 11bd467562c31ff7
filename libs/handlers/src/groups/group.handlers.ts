import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { IDENTITY_SOURCE, type IdentitySource } from '../identity-source.js';
import { ReadYourWrites } from '../read-your-writes.js';
import { CreateGroup, DeleteGroup, PatchGroup, ReplaceGroup, type WrittenGroup } from './group.commands.js';
import { GroupUpdates } from './group-updates.js';
import { MembershipCleanup } from './membership-cleanup.js';

@CommandHandler(CreateGroup)
export class CreateGroupHandler implements ICommandHandler<CreateGroup> {
  constructor(
    private readonly updates: GroupUpdates,
    private readonly readYourWrites: ReadYourWrites,
    @Inject(IDENTITY_SOURCE) private readonly source: IdentitySource,
  ) {}

  async execute({ context, attributes, members }: CreateGroup): Promise<WrittenGroup> {
    const id = this.source.newResourceId();
    const written = await this.updates.execute(context, id, { type: 'CreateGroup', attributes, members });
    await this.readYourWrites.acknowledge(written.position);
    return written;
  }
}

@CommandHandler(ReplaceGroup)
export class ReplaceGroupHandler implements ICommandHandler<ReplaceGroup> {
  constructor(
    private readonly updates: GroupUpdates,
    private readonly readYourWrites: ReadYourWrites,
  ) {}

  async execute({ context, id, attributes, members, ifMatch }: ReplaceGroup): Promise<WrittenGroup> {
    const command = { type: 'ReplaceGroup', groupId: id, attributes, members } as const;
    const written = await this.updates.execute(context, id, command, ifMatch);
    await this.readYourWrites.acknowledge(written.position);
    return written;
  }
}

@CommandHandler(PatchGroup)
export class PatchGroupHandler implements ICommandHandler<PatchGroup> {
  constructor(
    private readonly updates: GroupUpdates,
    private readonly readYourWrites: ReadYourWrites,
  ) {}

  async execute({ context, id, body, ifMatch }: PatchGroup): Promise<WrittenGroup> {
    const command = { type: 'PatchGroup', groupId: id, body, tolerances: context.tolerances } as const;
    const written = await this.updates.execute(context, id, command, ifMatch);
    await this.readYourWrites.acknowledge(written.position);
    return written;
  }
}

@CommandHandler(DeleteGroup)
export class DeleteGroupHandler implements ICommandHandler<DeleteGroup> {
  constructor(
    private readonly updates: GroupUpdates,
    private readonly readYourWrites: ReadYourWrites,
    private readonly cleanup: MembershipCleanup,
  ) {}

  async execute({ context, id, ifMatch }: DeleteGroup): Promise<WrittenGroup> {
    const written = await this.updates.execute(context, id, { type: 'DeleteGroup', groupId: id }, ifMatch);
    await this.readYourWrites.acknowledge(written.position);
    await this.readYourWrites.acknowledge(await this.cleanup.removeNow(context, id));
    return written;
  }
}

export const GROUP_HANDLERS = [CreateGroupHandler, ReplaceGroupHandler, PatchGroupHandler, DeleteGroupHandler];
