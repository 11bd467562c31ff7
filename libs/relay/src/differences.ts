import { asksForNames, deriveRoles, givesRoles, sameMessage, type ViewMessage } from '#products';
import type { CollectionDefinition, Document } from '#read-models';
import { incompleteId, INCOMPLETE, type IncompleteDocument } from './incomplete-people.js';
import type { Memberships } from './memberships.js';
import { type ViewedPerson, viewOf } from './relay-messages.js';
import type { RelayState } from './relay-state.js';
import type { ServingRules } from './serving.js';
import type { Served, ServingBook } from './serving-book.js';

/** The roles each product was told of a person; `_id` is `tenant/userId`. */
export interface RolesDocument extends Document {
  readonly roles: Readonly<Record<string, readonly string[]>>;
  /** Products that were about to be told something: whether they were, nobody knows. */
  readonly unsure?: readonly string[];
}

export const TOLD_ROLES: CollectionDefinition = { name: 'relay-roles', indexes: [] };

/** Whether roles of the product follow the tenant's groups, under any rules that are in force or coming. */
export const followsGroups = ({ profile, serving }: Served): boolean =>
  profile.roles !== undefined &&
  serving.layers.some(({ rules }) => rules.enabled && givesRoles(profile.roles, rules.roles?.rules));

/** Whether what a group is called may matter to the product. */
export const asksForGroupNames = ({ profile, serving }: Served): boolean =>
  serving.layers.some(({ rules }) => rules.enabled && asksForNames(profile.roles, rules.roles?.rules));

/** Finds out what a product has to be told, and remembers what it was told. */
export class Differences {
  /** Whose documents are unsure only until the messages in hand are on the bus. */
  private readonly announced = new Set<string>();

  constructor(
    private readonly book: ServingBook,
    private readonly state: RelayState,
    private readonly memberships: Memberships,
  ) {}

  /**
   * What the product has to be told, undefined where it knows it already. What it was told is `before` under `former`; roles
   * are what they were when it was last told, whatever became of the groups since.
   * @param former undefined: it was told nothing
   */
  async find(
    { profile }: Served,
    former: ServingRules | undefined,
    rules: ServingRules,
    before: ViewedPerson,
    after: ViewedPerson,
  ): Promise<ViewMessage | undefined> {
    const roles = profile.roles && {
      key: profile.roles.key,
      ...(await this.told(profile.id, after)),
      now: await this.rolesNow(profile.roles, rules, after),
    };
    const known = former?.enabled && !roles?.unsure ? former : undefined;
    const was =
      known && viewOf(this.book.compile(profile, known), known.settingsVersion, before, roles?.key, roles?.was);
    const now = viewOf(this.book.compile(profile, rules), rules.settingsVersion, after, roles?.key, roles?.now);
    if (!now || (was && sameMessage(was, now))) return undefined;
    if (roles && (roles.unsure || !sameRoles(roles.was, roles.now))) await this.tell(profile.id, after, roles.now);
    await this.noteCompleteness(profile.id, now, was, known === rules);
    return now;
  }

  /** Whether other roles than the ones told would follow from the person's groups, were they active. */
  async mayDiffer(
    { profile }: Served,
    rules: ServingRules,
    person: Omit<ViewedPerson, 'user' | 'revision'>,
  ): Promise<boolean> {
    if (!profile.roles || !rules.enabled) return false;
    const { was, unsure } = await this.told(profile.id, person);
    return unsure || !sameRoles(was, deriveRoles(profile.roles, rules.roles?.rules, await this.groupsOf(person)));
  }

  /** Whether the product gave the person mapped roles when it was told last, and would give none now. */
  async strips(
    { profile }: Served,
    rules: ServingRules,
    person: Omit<ViewedPerson, 'user' | 'revision'>,
  ): Promise<boolean> {
    if (!profile.roles || !rules.enabled || (rules.roles?.rules ?? []).length === 0) return false;
    const { was } = await this.told(profile.id, person);
    if (was.length === 0) return false;
    return deriveRoles(profile.roles, rules.roles?.rules, await this.groupsOf(person)).length === 0;
  }

  /** Products are about to be told something of this person. */
  async announce(tenant: string, userId: string, products: readonly string[]): Promise<void> {
    const _id = `${tenant}/${userId}`;
    const { roles = {}, unsure = [] } = (await this.state.get<RolesDocument>(TOLD_ROLES.name, _id)) ?? {};
    // Of somebody about whom nobody was sure before, nobody is sure now.
    if (unsure.length === 0) this.announced.add(_id);
    this.state.put(TOLD_ROLES.name, { _id, roles, unsure: [...new Set([...unsure, ...products])] } as RolesDocument);
  }

  /** The messages in hand are on the bus. */
  commit(): void {
    this.announced.clear();
  }

  /** Nobody knows. */
  rollback(): void {
    this.announced.clear();
  }

  private async rolesNow(
    from: NonNullable<Served['profile']['roles']>,
    rules: ServingRules,
    person: ViewedPerson,
  ): Promise<readonly string[]> {
    // Whoever may not sign in has no role; the groups give them back with the person.
    if (person.user.status !== 'active' || !givesRoles(from, rules.roles?.rules)) return [];
    return deriveRoles(from, rules.roles?.rules, await this.groupsOf(person));
  }

  private groupsOf({ tenant, userId }: Pick<ViewedPerson, 'tenant' | 'userId'>) {
    return this.memberships.groupsOf(tenant, userId);
  }

  private async told(
    product: string,
    { tenant, userId }: Pick<ViewedPerson, 'tenant' | 'userId'>,
  ): Promise<{ was: readonly string[]; unsure: boolean }> {
    const _id = `${tenant}/${userId}`;
    const document = await this.state.get<RolesDocument>(TOLD_ROLES.name, _id);
    const unsure = (document?.unsure?.includes(product) ?? false) && !this.announced.has(_id);
    return { was: document?.roles[product] ?? [], unsure };
  }

  private async tell(product: string, { tenant, userId }: ViewedPerson, told: readonly string[]): Promise<void> {
    const _id = `${tenant}/${userId}`;
    const document = await this.state.get<RolesDocument>(TOLD_ROLES.name, _id);
    const { [product]: _before, ...others } = document?.roles ?? {};
    const roles = { ...others, ...(told.length > 0 && { [product]: told }) };
    const unsure = document?.unsure?.filter((id) => id !== product) ?? [];
    if (Object.keys(roles).length === 0 && unsure.length === 0) this.state.delete(TOLD_ROLES.name, _id);
    else this.state.put(TOLD_ROLES.name, { _id, roles, ...(unsure.length > 0 && { unsure }) } as RolesDocument);
  }

  /** @param known whether `was` is what the list of incomplete people was last written from */
  private async noteCompleteness(
    product: string,
    now: ViewMessage,
    was: ViewMessage | undefined | false,
    known: boolean,
  ): Promise<void> {
    const { tenant, userId, missing, problems, mappingVersion } = now;
    const _id = incompleteId(tenant, product, userId);
    if (isIncomplete(now)) {
      const scope = `${tenant}/${product}`;
      this.state.put(INCOMPLETE.name, { _id, scope, userId, mappingVersion, missing, problems } as IncompleteDocument);
    } else if (known ? was && isIncomplete(was) : await this.state.get(INCOMPLETE.name, _id)) {
      this.state.delete(INCOMPLETE.name, _id);
    }
  }
}

/** Of somebody who is away nothing is asked. */
const isIncomplete = ({ active, missing, problems }: ViewMessage): boolean =>
  active && (missing.length > 0 || problems.length > 0);

const sameRoles = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((role, i) => role === b[i]);
