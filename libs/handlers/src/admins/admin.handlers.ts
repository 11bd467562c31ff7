import { type Admin, adminStream, decideAdmin } from '#domain';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Executed } from '../aggregates/aggregate-repository.js';
import { Aggregates } from '../aggregates/aggregates.js';
import { ReadYourWrites } from '../read-your-writes.js';
import { ChangeAdmin } from './admin.commands.js';

@CommandHandler(ChangeAdmin)
export class ChangeAdminHandler implements ICommandHandler<ChangeAdmin> {
  constructor(
    private readonly aggregates: Aggregates,
    private readonly readYourWrites: ReadYourWrites,
  ) {}

  async execute({ context, adminId, command }: ChangeAdmin): Promise<Executed<Admin>> {
    const executed = await this.aggregates.admins.execute(adminStream(adminId), context, ({ state }) =>
      decideAdmin(state, command),
    );
    await this.readYourWrites.acknowledge(executed.position);
    return executed;
  }
}

export const ADMIN_HANDLERS = [ChangeAdminHandler];
