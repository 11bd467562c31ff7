import type { Group, TenantSettings, User } from '#domain';
import { type Loaded, versionOf } from '#handlers';
import { documentId, type GroupDocument, GROUPS, MEMBERSHIPS, type MembershipDocument } from '#projections';
import { type ReadModels, ReadModelsUnavailable } from '#read-models';
import {
  completeJson,
  type FilterNode,
  groupModel,
  type JsonValue,
  type Projector,
  resourceJson,
  type ResourceModel,
  type Tolerances,
  userModel,
} from '#scim';

/** What of a resource lists and single reads both know. */
export interface Described {
  readonly id: string;
  /** See `resourceJson`. */
  readonly json: string;
  readonly version: number;
  readonly created: string;
  readonly lastModified: string;
}

/** All that a document must be read for. */
export const DESCRIBED_FIELDS = [
  'id',
  'json',
  'version',
  'created',
  'lastModified',
] satisfies readonly (keyof Described)[];

/** For whom a resource is written out: their tenant, the base URL they used, and what of it they asked for. */
export interface Audience {
  readonly tenant: string;
  readonly baseUrl: string;
  readonly projector: Projector;
  /** Told of a filter that found nobody, or several where it asks for one. */
  readonly remarkable?: ((filter: FilterNode, found: 'none' | 'several') => void) | undefined;
  /** What the connection that asks may write. */
  readonly tolerances?: Tolerances | undefined;
  /** How the tenant wants to be served. */
  readonly settings?: TenantSettings | undefined;
}

/** Writes resources out as JSON text. The part that does not depend on the reader is made once per version. */
export class ResourceRenderer {
  constructor(private readonly readModels: ReadModels) {}

  describeUser(id: string, { state, revision }: Loaded<User>): Described {
    return this.describe(userModel, id, state, revision);
  }

  describeGroup(id: string, { state, revision }: Loaded<Group>): Described {
    return this.describe(groupModel, id, state, revision);
  }

  /** A user who has just been provisioned: in no group yet, whoever they were before. */
  newUser(audience: Audience, user: Described): string {
    return this.complete(audience, userModel, user, '');
  }

  async user(audience: Audience, user: Described): Promise<string> {
    const { tenant, baseUrl, projector } = audience;
    const groups = projector.shows('groups') ? await this.groupsOfUser(tenant, user.id) : undefined;
    if (!groups) return this.complete(audience, userModel, user, '');
    const elements = groups.map(({ id, display, type }) => {
      const $ref = `${baseUrl}/Groups/${id}`;
      return JSON.stringify({ value: id, $ref, display, type });
    });
    const relations = elements.length === 0 ? '' : `"groups":[${elements.join(',')}]`;
    return this.complete(audience, userModel, user, relations);
  }

  /** @param members called only when members are to be shown */
  group(audience: Audience, group: Described, members: () => Group['members']): string {
    return this.complete(audience, groupModel, group, this.membersText(audience, members));
  }

  private membersText({ baseUrl, projector }: Audience, members: () => Group['members']): string {
    if (!projector.shows('members')) return '';
    const elements: string[] = [];
    const [user, group] = [
      JSON.stringify(`${baseUrl}/Users/`).slice(0, -1),
      JSON.stringify(`${baseUrl}/Groups/`).slice(0, -1),
    ];
    // Ids are ours and hold nothing that JSON would escape; a group of 100,000 is written in one pass over its members.
    members().forEach((type, id) => {
      elements.push(`{"value":"${id}","$ref":${type === 'User' ? user : group}${id}","type":"${type}"}`);
    });
    return elements.length === 0 ? '' : `"members":[${elements.join(',')}]`;
  }

  private describe(model: ResourceModel, id: string, state: User | Group, revision: number): Described {
    const json = resourceJson(model, id, state.attributes);
    return { id, json, version: revision, created: state.created, lastModified: state.lastModified };
  }

  private complete(
    { baseUrl, projector }: Audience,
    model: ResourceModel,
    resource: Described,
    relations: string,
  ): string {
    const text = completeJson(model, resource.json, relations, {
      created: resource.created,
      lastModified: resource.lastModified,
      location: `${baseUrl}${model.resourceType.endpoint}/${resource.id}`,
      version: versionOf(resource.version),
    });
    if (projector.isIdentity) return text;
    return JSON.stringify(projector.project(JSON.parse(text) as { [name: string]: JsonValue }));
  }

  /** Undefined where the user is in none, and where the read models, which alone know, are away: the user is there all the same. */
  private async groupsOfUser(tenant: string, id: string) {
    try {
      const membership = await this.membership(tenant, id);
      return membership && (await this.groupsOf(tenant, membership.groups));
    } catch (error) {
      if (error instanceof ReadModelsUnavailable) return undefined;
      throw error;
    }
  }

  /** The groups a user is in: those given, and those that these are nested in (RFC 7643 §4.1.2, `groups`). */
  private async groupsOf(
    tenant: string,
    direct: readonly string[],
  ): Promise<{ id: string; display: string; type: 'direct' | 'indirect' }[]> {
    const found = new Map<string, 'direct' | 'indirect'>(direct.map((id) => [id, 'direct']));
    // A map visits what is added while it is walked, and knows what it has seen: groups nested in a circle end too.
    for (const id of found.keys()) {
      for (const parent of (await this.membership(tenant, id))?.groups ?? []) {
        if (!found.has(parent)) found.set(parent, 'indirect');
      }
    }
    const ids = [...found.keys()];
    const documents = await this.readModels.getMany<GroupDocument>(
      GROUPS.name,
      ids.map((id) => documentId(tenant, id)),
    );
    return ids.flatMap((id, index) => {
      const document = documents[index];
      return document ? [{ id, display: document.displayName, type: found.get(id) ?? 'direct' }] : [];
    });
  }

  /** Undefined where somebody, or a group, is in no group. */
  private membership(tenant: string, memberId: string): Promise<MembershipDocument | undefined> {
    return this.readModels.get<MembershipDocument>(MEMBERSHIPS.name, documentId(tenant, memberId));
  }
}
