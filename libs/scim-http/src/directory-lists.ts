import { groupStream } from '#domain';
import { type Aggregates, type ReadYourWrites } from '#handlers';
import {
  documentId,
  GROUPS,
  type GroupDocument,
  MEMBERSHIPS,
  type MembershipDocument,
  USERS,
  type UserDocument,
} from '#projections';
import {
  collectRelationTerms,
  compileScimFilter,
  compileSort,
  type Document,
  type Filter,
  type ReadModels,
  type RelationIds,
} from '#read-models';
import { type CompareNode, type FilterNode, groupModel, parseFilter, type ResourceModel, userModel } from '#scim';
import { type ListQuery, listResponse, parseListQuery } from './list-query.js';
import type { CurrentUsers } from './current-users.js';
import { type Audience, type Described, DESCRIBED_FIELDS, type ResourceRenderer } from './resource-renderer.js';
import type { ScimHttpOptions } from './scim-http.options.js';
import type { ScimQuery } from './scim-request.js';

interface Page<T> {
  readonly total: number;
  readonly items: readonly T[];
}

/** Answers the list requests of RFC 7644 §3.4.2: by id and by userName from the log, all others from the read models. */
export class DirectoryLists {
  constructor(
    private readonly aggregates: Aggregates,
    private readonly currentUsers: CurrentUsers,
    private readonly readModels: ReadModels,
    private readonly readYourWrites: ReadYourWrites,
    private readonly renderer: ResourceRenderer,
    private readonly options: ScimHttpOptions,
  ) {}

  async users(audience: Audience, parameters: ScimQuery): Promise<string> {
    const query = parseListQuery(parameters, this.options.page);
    const node = query.filter === undefined ? undefined : parseFilter(query.filter, userModel, audience.tolerances);
    const known = node && (await this.knownUser(audience.tenant, node));
    const page = known
      ? pageOf(known.found, query)
      : await this.search<UserDocument>(USERS.name, audience.tenant, userModel, query, node);
    const texts: string[] = [];
    for (const user of page.items) texts.push(await this.renderer.user(audience, user));
    return listResponse(texts, page.total, query.startIndex);
  }

  async groups(audience: Audience, parameters: ScimQuery): Promise<string> {
    const { tenant, projector } = audience;
    const query = parseListQuery(parameters, this.options.page);
    const node = query.filter === undefined ? undefined : parseFilter(query.filter, groupModel, audience.tolerances);
    const page = await this.search<GroupDocument>(GROUPS.name, tenant, groupModel, query, node);
    const texts: string[] = [];
    for (const group of page.items) {
      if (projector.shows('members')) {
        const { state } = await this.aggregates.groups.load(groupStream(tenant, group.id));
        texts.push(this.renderer.group(audience, group, () => state.members));
      } else {
        texts.push(this.renderer.group(audience, group, noMembers));
      }
    }
    return listResponse(texts, page.total, query.startIndex);
  }

  /** The answer to `userName eq` and `id eq`, which must see every acknowledged write; undefined: another filter. */
  private async knownUser(tenant: string, node: FilterNode): Promise<{ found: Described[] } | undefined> {
    if (!isTextEquality(node)) return undefined;
    const { schema, attribute, subAttribute } = node.path;
    if (schema !== undefined || subAttribute !== undefined) return undefined;
    if (attribute !== 'userName' && attribute !== 'id') return undefined;
    const found = await (attribute === 'id'
      ? this.currentUsers.byId(tenant, node.value)
      : this.currentUsers.byUserName(tenant, node));
    return { found: found ? [found] : [] };
  }

  private async search<T extends Document>(
    collection: string,
    scope: string,
    model: ResourceModel,
    query: ListQuery,
    node: FilterNode | undefined,
  ): Promise<Page<T>> {
    await this.readYourWrites.requireCurrent();
    const filter: Filter = node
      ? { $and: [{ scope }, compileScimFilter(node, { relations: await this.relations(scope, node) })] }
      : { scope };
    return query.sortBy === undefined
      ? this.page<T>(collection, filter, query)
      : this.sortedPage<T>(collection, filter, query, compileSort(query.sortBy, query.sortOrder, model));
  }

  private async page<T extends Document>(collection: string, filter: Filter, query: ListQuery): Promise<Page<T>> {
    const skip = query.startIndex - 1;
    const items =
      query.count === 0
        ? []
        : await this.readModels.find<T>(collection, { filter, skip, limit: query.count, fields: DESCRIBED_FIELDS });
    // A page that is not full shows where the end is; counting is for the others.
    const seen = items.length > 0 || skip === 0;
    if (seen && query.count > 0 && items.length < query.count) return { total: skip + items.length, items };
    return { total: await this.readModels.count(collection, filter), items };
  }

  /** Resources without a value come last ascending and first descending (RFC 7644 §3.4.2.3): two runs, one behind the other. */
  private async sortedPage<T extends Document>(
    collection: string,
    filter: Filter,
    { startIndex, count, sortOrder }: ListQuery,
    { present, missing, sort }: ReturnType<typeof compileSort>,
  ): Promise<Page<T>> {
    const withValue = { $and: [filter, present] };
    const without = { $and: [filter, missing] };
    const runs = sortOrder === 'ascending' ? [withValue, without] : [without, withValue];
    let skip = startIndex - 1;
    let total = 0;
    const items: T[] = [];
    for (const run of runs) {
      const size = await this.readModels.count(collection, run);
      total += size;
      const room = count - items.length;
      if (room > 0 && skip < size) {
        const query = { filter: run, ...(run === withValue && { sort }), skip, limit: room, fields: DESCRIBED_FIELDS };
        items.push(...(await this.readModels.find<T>(collection, query)));
      }
      skip = Math.max(0, skip - size);
    }
    return { total, items };
  }

  /** Filters on members and groups ask the memberships first: which groups, or which users, hold the ids they name. */
  private async relations(tenant: string, node: FilterNode): Promise<RelationIds> {
    const relations: RelationIds = new Map();
    for (const { path, value } of collectRelationTerms(node)) {
      const ids = path === 'members' ? await this.groupsHolding(tenant, value) : await this.usersIn(tenant, value);
      relations.set(`${path} ${value}`, ids);
    }
    return relations;
  }

  private async groupsHolding(tenant: string, memberId: string): Promise<readonly string[]> {
    const id = documentId(tenant, memberId);
    return (await this.readModels.get<MembershipDocument>(MEMBERSHIPS.name, id))?.groups ?? [];
  }

  private async usersIn(tenant: string, groupId: string): Promise<string[]> {
    const { state } = await this.aggregates.groups.load(groupStream(tenant, groupId));
    return [...state.members].flatMap(([id, type]) => (type === 'User' ? [id] : []));
  }
}

const isTextEquality = (node: FilterNode): node is CompareNode & { value: string } =>
  node.type === 'compare' && node.operator === 'eq' && typeof node.value === 'string';

const noMembers = (): never => {
  throw new Error('members are not to be shown');
};

function pageOf<T>(found: readonly T[], { startIndex, count }: ListQuery): Page<T> {
  return { total: found.length, items: found.slice(startIndex - 1, startIndex - 1 + count) };
}
