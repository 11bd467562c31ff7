import { decideTenant, type Tenant, tenantStream } from '#domain';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Executed } from '../aggregates/aggregate-repository.js';
import { Aggregates } from '../aggregates/aggregates.js';
import { ReadYourWrites } from '../read-your-writes.js';
import { ChangeTenant } from './tenant.commands.js';

@CommandHandler(ChangeTenant)
export class ChangeTenantHandler implements ICommandHandler<ChangeTenant> {
  constructor(
    private readonly aggregates: Aggregates,
    private readonly readYourWrites: ReadYourWrites,
  ) {}

  async execute({ context, command }: ChangeTenant): Promise<Executed<Tenant>> {
    const stream = tenantStream(context.tenant);
    const executed = await this.aggregates.tenants.execute(stream, context, ({ state }) =>
      decideTenant(state, command),
    );
    await this.readYourWrites.acknowledge(executed.position);
    return executed;
  }
}

export const TENANT_HANDLERS = [ChangeTenantHandler];
