import {
  CreateGroup,
  DeleteGroup,
  DeprovisionUser,
  PatchGroup,
  PatchUser,
  ProvisionUser,
  ReplaceGroup,
  ReplaceUser,
  type RequestContext,
  type WrittenGroup,
  type WrittenUser,
} from '#handlers';
import { groupModel, type MemberOperation, normalizeResource, type ResourceAttributes, userModel } from '#scim';
import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';

/**
 * The writes of one resource type with bodies as they came, RFC 7644 §3.3, §3.5 and §3.6. Single requests and the
 * operations of a bulk job come through here alike.
 */
export interface ResourceWrites<Written> {
  create(context: RequestContext, body: unknown): Promise<Written>;
  replace(context: RequestContext, id: string, body: unknown, ifMatch: string | undefined): Promise<Written>;
  patch(context: RequestContext, id: string, body: unknown, ifMatch: string | undefined): Promise<Written>;
  remove(context: RequestContext, id: string, ifMatch: string | undefined): Promise<Written>;
}

@Injectable()
export class UserWrites implements ResourceWrites<WrittenUser> {
  constructor(private readonly commands: CommandBus) {}

  async create(context: RequestContext, body: unknown): Promise<WrittenUser> {
    const { attributes } = normalizeResource(userModel, body, context.tolerances);
    return this.commands.execute(new ProvisionUser(context, attributes));
  }

  async replace(context: RequestContext, id: string, body: unknown, ifMatch: string | undefined): Promise<WrittenUser> {
    const { attributes } = normalizeResource(userModel, body, context.tolerances);
    return this.commands.execute(new ReplaceUser(context, id, attributes, ifMatch));
  }

  patch(context: RequestContext, id: string, body: unknown, ifMatch: string | undefined): Promise<WrittenUser> {
    return this.commands.execute(new PatchUser(context, id, body, ifMatch));
  }

  remove(context: RequestContext, id: string, ifMatch: string | undefined): Promise<WrittenUser> {
    return this.commands.execute(new DeprovisionUser(context, id, ifMatch));
  }
}

@Injectable()
export class GroupWrites implements ResourceWrites<WrittenGroup> {
  constructor(private readonly commands: CommandBus) {}

  async create(context: RequestContext, body: unknown): Promise<WrittenGroup> {
    const { attributes, members } = splitMembers(normalizeResource(groupModel, body, context.tolerances).attributes);
    return this.commands.execute(new CreateGroup(context, attributes, members));
  }

  async replace(
    context: RequestContext,
    id: string,
    body: unknown,
    ifMatch: string | undefined,
  ): Promise<WrittenGroup> {
    const { attributes, members } = splitMembers(normalizeResource(groupModel, body, context.tolerances).attributes);
    return this.commands.execute(new ReplaceGroup(context, id, attributes, members, ifMatch));
  }

  patch(context: RequestContext, id: string, body: unknown, ifMatch: string | undefined): Promise<WrittenGroup> {
    return this.commands.execute(new PatchGroup(context, id, body, ifMatch));
  }

  remove(context: RequestContext, id: string, ifMatch: string | undefined): Promise<WrittenGroup> {
    return this.commands.execute(new DeleteGroup(context, id, ifMatch));
  }
}

/** Membership is kept apart from the attributes. A body without members means none, RFC 7644 §3.5.1. */
function splitMembers(body: ResourceAttributes): { attributes: ResourceAttributes; members: MemberOperation[] } {
  const { members = [], ...attributes } = body;
  const wanted = (Array.isArray(members) ? members : [members]) as unknown as { value: string }[];
  return { attributes, members: [{ op: 'replace', members: wanted }] };
}
