import type { Admin, AdminCommand } from '#domain';
import { Command } from '@nestjs/cqrs';
import type { Executed } from '../aggregates/aggregate-repository.js';
import type { RequestContext } from '../request-context.js';

/** A change of one admin of the installation. */
export class ChangeAdmin extends Command<Executed<Admin>> {
  constructor(
    /** Without a tenant: admins are the installation's. */
    readonly context: RequestContext,
    readonly adminId: string,
    readonly command: AdminCommand,
  ) {
    super();
  }
}
