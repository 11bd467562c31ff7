import type { Group } from '#domain';
import { Command } from '@nestjs/cqrs';
import type { MemberOperation, ResourceAttributes } from '#scim';
import type { Executed } from '../aggregates/aggregate-repository.js';
import type { RequestContext } from '../request-context.js';

/** The group after a command, and where the command's last event stands (undefined: nothing changed). */
export interface WrittenGroup extends Executed<Group> {
  readonly id: string;
}

export class CreateGroup extends Command<WrittenGroup> {
  constructor(
    readonly context: RequestContext,
    /** Canonical attributes, without members. */
    readonly attributes: ResourceAttributes,
    readonly members: MemberOperation[],
  ) {
    super();
  }
}

export class ReplaceGroup extends Command<WrittenGroup> {
  constructor(
    readonly context: RequestContext,
    readonly id: string,
    readonly attributes: ResourceAttributes,
    readonly members: MemberOperation[],
    readonly ifMatch?: string,
  ) {
    super();
  }
}

export class PatchGroup extends Command<WrittenGroup> {
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

export class DeleteGroup extends Command<WrittenGroup> {
  constructor(
    readonly context: RequestContext,
    readonly id: string,
    readonly ifMatch?: string,
  ) {
    super();
  }
}
