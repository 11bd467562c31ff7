import type { User } from '#domain';
import { Command } from '@nestjs/cqrs';
import type { ResourceAttributes } from '#scim';
import type { Executed } from '../aggregates/aggregate-repository.js';
import type { RequestContext } from '../request-context.js';

/** The user after a command, and where the command's last event stands (undefined: nothing changed). */
export interface WrittenUser extends Executed<User> {
  readonly id: string;
}

export class ProvisionUser extends Command<WrittenUser> {
  constructor(
    readonly context: RequestContext,
    /** Canonical attributes of the new user. */
    readonly attributes: ResourceAttributes,
  ) {
    super();
  }
}

export class ReplaceUser extends Command<WrittenUser> {
  constructor(
    readonly context: RequestContext,
    readonly id: string,
    readonly attributes: ResourceAttributes,
    readonly ifMatch?: string,
  ) {
    super();
  }
}

export class PatchUser extends Command<WrittenUser> {
  constructor(
    readonly context: RequestContext,
    readonly id: string,
    /** PatchOp message as it came. */
    readonly body: unknown,
    readonly ifMatch?: string,
  ) {
    super();
  }
}

export class DeprovisionUser extends Command<WrittenUser> {
  constructor(
    readonly context: RequestContext,
    readonly id: string,
    readonly ifMatch?: string,
  ) {
    super();
  }
}
