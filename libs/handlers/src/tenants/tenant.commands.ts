import type { Tenant, TenantCommand } from '#domain';
import { Command } from '@nestjs/cqrs';
import type { Executed } from '../aggregates/aggregate-repository.js';
import type { RequestContext } from '../request-context.js';

/** A change of one tenant's settings; `context.tenant` names the tenant. */
export class ChangeTenant extends Command<Executed<Tenant>> {
  constructor(
    readonly context: RequestContext,
    readonly command: TenantCommand,
  ) {
    super();
  }
}
