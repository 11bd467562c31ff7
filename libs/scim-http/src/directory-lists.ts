import { groupStream } from '#domain';
import { type Aggregates, type ReadYourWrites } from '#handlers';
import {
  documentId,
  type GroupDocument,
  MEMBERSHIPS,
  type MembershipDocument,
  type UserDocument,
  USERS,
} from '#projections';
import {
  collectRelationTerms,
  compileScimFilter,
  type Filter,
  foldForType,
  type QueryBudget,
  QueryTooCostly,
  type ReadModels,
  type RelationIds,
} from '#read-models';
import { type CompareNode, type FilterNode, parseFilter } from '#scim';
import type { CurrentUsers } from './current-users.js';
import { type ListQuery, listResponse, type PageFacts, pageSizesFor, parseListQuery } from './list-query.js';
import { CursorCodec } from './lists/cursor-codec.js';
import { layOut, type Source } from './lists/list-runs.js';
import { GROUP_TYPE, type ListedType, USER_TYPE } from './lists/listed-type.js';
import { type ListedItem, PageReader } from './lists/page-reader.js';
import { tooCostly } from './lists/too-costly.js';
import { type Audience, type Described, DESCRIBED_FIELDS, type ResourceRenderer } from './resource-renderer.js';
import type { ScimHttpOptions } from './scim-http.options.js';
import type { ScimQuery } from './scim-request.js';
import { TenantTurns } from './tenant-turns.js';

/** For whom a list is, by resource type, since each type has its own projector. */
export type ListAudience = ReadonlyMap<ListedType, Audience>;

interface Page extends PageFacts {
  readonly items: readonly ListedItem[];
}

/** Whoever is found by an externalId is one person, or a few after a mistake at the IdP; more are a list like any other. */
const MAX_KNOWN = 15;

/**
 * Lists and searches of one tenant under way at a time. They share one thread, so more of them at once are no faster; but each
 * takes its slices of it in turn with the requests of others.
 */
const LISTS_AT_ONCE = 2;
const LISTS_WAITING = 200;

/** Answers the list requests of RFC 7644 §3.4.2: by id and by userName from the log, all others from the read models. */
export class DirectoryLists {
  private readonly cursors: CursorCodec;
  private readonly turns = new TenantTurns({ atOnce: LISTS_AT_ONCE, waiting: LISTS_WAITING, what: 'searches' });

  constructor(
    private readonly aggregates: Aggregates,
    private readonly currentUsers: CurrentUsers,
    private readonly readModels: ReadModels,
    private readonly readYourWrites: ReadYourWrites,
    private readonly renderer: ResourceRenderer,
    private readonly options: ScimHttpOptions,
  ) {
    this.cursors = new CursorCodec(options.cursors.key, options.cursors.timeoutSeconds);
  }

  async users(audience: Audience, parameters: ScimQuery): Promise<string> {
    const query = this.queryOf(audience, parameters);
    const node = parsed(query, USER_TYPE, audience);
    const known = node && isTextEquality(node) ? await this.knownUsers(audience, query, node) : undefined;
    if (!known) return this.list(new Map([[USER_TYPE, audience]]), query, new Map([[USER_TYPE, node]]));
    const { startIndex, count, cursor } = query;
    const texts: string[] = [];
    for (const user of known.slice(startIndex - 1, startIndex - 1 + count)) {
      texts.push(await this.renderer.user(audience, user));
    }
    const facts = { totalResults: known.length, startIndex: cursor === undefined ? startIndex : undefined };
    return listResponse(texts, facts);
  }

  async groups(audience: Audience, parameters: ScimQuery): Promise<string> {
    const query = this.queryOf(audience, parameters);
    const node = parsed(query, GROUP_TYPE, audience);
    return this.list(new Map([[GROUP_TYPE, audience]]), query, new Map([[GROUP_TYPE, node]]));
  }

  /** Over several resource types, RFC 7644 §3.4.2.1; what one of them does not know is false of it. */
  async everything(audience: ListAudience, parameters: ScimQuery): Promise<string> {
    const [[, anyone]] = [...audience] as [[ListedType, Audience]];
    const query = this.queryOf(anyone, parameters);
    const nodes = new Map([...audience].map(([type, each]) => [type, parsed(query, type, each)] as const));
    return this.list(audience, query, nodes);
  }

  private queryOf({ settings }: Audience, parameters: ScimQuery): ListQuery {
    return parseListQuery(parameters, pageSizesFor(settings, this.options.page));
  }

  /**
   * All who match what identity providers look people up by: `userName eq` and `id eq`, which must see every acknowledged
   * write, and `externalId eq`. Undefined: another filter, or not so plain a question.
   */
  private async knownUsers(
    audience: Audience,
    query: ListQuery,
    node: TextEquality,
  ): Promise<readonly Described[] | undefined> {
    const { schema, attribute, subAttribute } = node.path;
    if (query.cursor || schema !== undefined || subAttribute !== undefined) return undefined;
    if (attribute === 'externalId') return this.withExternalId(audience, query, node);
    if (attribute !== 'userName' && attribute !== 'id') return undefined;
    const found = await (attribute === 'id'
      ? this.currentUsers.byId(audience.tenant, node.value)
      : this.currentUsers.byUserName(audience.tenant, node.value));
    return found ? [found] : [];
  }

  /** Undefined where nobody is found, which the list has more to say about, or more than a look-up is about. */
  private async withExternalId(
    { tenant, remarkable }: Audience,
    { cursor, sortBy }: ListQuery,
    node: TextEquality,
  ): Promise<readonly Described[] | undefined> {
    if (cursor !== undefined || sortBy !== undefined || node.value === '') return undefined;
    if (!this.readYourWrites.current) await this.readYourWrites.requireCurrent();
    const filter = { scope: tenant, ...compileScimFilter(node) };
    const asked = { filter, limit: MAX_KNOWN + 1, fields: DESCRIBED_FIELDS };
    const found = await this.readModels.find<UserDocument>(USERS.name, asked);
    if (found.length > 1) remarkable?.(node, 'several');
    return found.length === 0 || found.length > MAX_KNOWN ? undefined : found;
  }

  private list(
    audience: ListAudience,
    query: ListQuery,
    nodes: ReadonlyMap<ListedType, FilterNode | undefined>,
  ): Promise<string> {
    const [[, { tenant }]] = [...audience] as [[ListedType, Audience]];
    return this.turns.run(tenant, () => this.search(tenant, audience, query, nodes));
  }

  private async search(
    tenant: string,
    audience: ListAudience,
    query: ListQuery,
    nodes: ReadonlyMap<ListedType, FilterNode | undefined>,
  ): Promise<string> {
    await this.readYourWrites.requireCurrent();
    const sources: Source[] = [];
    for (const [type, node] of nodes) {
      const filter = await this.filterOf(tenant, type, node);
      if (filter) sources.push({ type, filter });
    }
    const { items, ...facts } = await this.read(tenant, [...audience.keys()], sources, query, nodes);
    if (facts.totalResults === 0) {
      for (const [type, node] of nodes) if (node) audience.get(type)?.remarkable?.(node, 'none');
    }
    const texts: string[] = [];
    for (const item of items) texts.push(await this.render(audience, item));
    return listResponse(texts, facts);
  }

  /** Undefined: the filter holds for nothing of this type. */
  private async filterOf(tenant: string, type: ListedType, node: FilterNode | undefined): Promise<Filter | undefined> {
    const folded = node === undefined || foldForType(node, type.model);
    if (folded === false) return undefined;
    if (folded === true) return { scope: tenant };
    const relations = await this.relations(tenant, folded);
    const compiled = compileScimFilter(folded, { relations, documentId: (id) => documentId(tenant, id) });
    return { $and: [{ scope: tenant }, compiled] };
  }

  private async read(
    tenant: string,
    types: readonly ListedType[],
    sources: readonly Source[],
    query: ListQuery,
    nodes: ReadonlyMap<ListedType, FilterNode | undefined>,
  ): Promise<Page> {
    const { startIndex, count, cursor, filter, sortBy, sortOrder } = query;
    const budget: QueryBudget = { leftMs: this.options.searchMs };
    const reader = new PageReader(this.readModels, layOut(sources, query), budget, documentId(tenant, ''));
    try {
      if (cursor === undefined) {
        const { total, items } = await reader.byIndex(startIndex, count);
        return { items, totalResults: total, startIndex };
      }
      const names = types.map(({ collection }) => collection.name);
      const list = JSON.stringify([tenant, names, filter ?? null, sortBy ?? null, sortOrder]);
      const place = cursor === '' ? undefined : this.cursors.open(list, cursor);
      const { total, items, next, previous } = await reader.byCursor(place, count);
      return {
        items,
        totalResults: total,
        startIndex: undefined,
        nextCursor: next && this.cursors.seal(list, next),
        previousCursor: previous && this.cursors.seal(list, previous),
      };
    } catch (error) {
      if (error instanceof QueryTooCostly) throw tooCostly(types, nodes, sortBy, this.options.searchMs, error);
      throw error;
    }
  }

  private async render(audience: ListAudience, { type, document }: ListedItem): Promise<string> {
    const reader = audience.get(type);
    if (!reader) throw new Error(`nobody asked for ${type.collection.name}`);
    if (type === USER_TYPE) return this.renderer.user(reader, document);
    const group = document as GroupDocument;
    if (!reader.projector.shows('members')) return this.renderer.group(reader, group, noMembers);
    const { state } = await this.aggregates.groups.load(groupStream(reader.tenant, group.id));
    return this.renderer.group(reader, group, () => state.members);
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

const parsed = ({ filter }: ListQuery, type: ListedType, { tolerances }: Audience): FilterNode | undefined =>
  filter === undefined ? undefined : parseFilter(filter, type.model, tolerances);

type TextEquality = CompareNode & { readonly value: string };

const isTextEquality = (node: FilterNode): node is TextEquality =>
  node.type === 'compare' && node.operator === 'eq' && typeof node.value === 'string';

const noMembers = (): never => {
  throw new Error('members are not to be shown');
};
