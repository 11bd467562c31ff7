import type { ProductEvent } from '#domain';
import { compileProfile, type CompiledProfile, isEnabled, type ProductProfile, productTopic } from '#products';
import type { CollectionDefinition, Document, ReadModels } from '#read-models';
import { LRUCache } from 'lru-cache';
import type { RelayState } from './relay-state.js';
import { evolveServing, finish, isUnderWay, type Serving, servingByDefault, type ServingRules } from './serving.js';

/** `_id` is `tenant/product`; none where everything is as the profile has it. */
export interface ServingDocument extends Document, Serving {
  readonly tenant: string;
  readonly product: string;
}

export const SERVINGS: CollectionDefinition = {
  name: 'relay-servings',
  indexes: [{ name: 'tenant', fields: ['tenant', '_id'] }],
};

export interface Served {
  readonly profile: ProductProfile;
  readonly topic: string;
  readonly serving: Serving;
}

/** Compiled mappings kept; tenants without one share the profile's. */
const COMPILED = 1_000;

/** Which rules each tenant's products are served by, as of the relay's place in the log. */
export class ServingBook {
  private readonly byDefault: readonly Served[];
  private readonly profiles: ReadonlyMap<string, { profile: ProductProfile; compiled: CompiledProfile }>;
  private readonly compiled = new LRUCache<ServingRules, CompiledProfile>({ max: COMPILED });
  private tenants = new Map<string, readonly Served[]>();
  private readonly changed = new Map<string, readonly Served[]>();

  constructor(
    products: readonly ProductProfile[],
    private readonly state: RelayState,
  ) {
    this.profiles = new Map(products.map((profile) => [profile.id, { profile, compiled: compileProfile(profile) }]));
    this.byDefault = products.map((profile) => ({
      profile,
      topic: productTopic(profile.id),
      serving: servingByDefault(isEnabled(profile, {})),
    }));
  }

  async load(readModels: ReadModels): Promise<void> {
    const documents = await readModels.find<ServingDocument>(SERVINGS.name, { filter: {}, sort: { _id: 1 } });
    this.tenants = new Map();
    for (const { _id, tenant, product, ...serving } of documents) {
      this.tenants.set(tenant, this.with(this.of(tenant), product, serving));
    }
  }

  /** Every product of the installation, with the rules for this tenant. */
  of(tenant: string): readonly Served[] {
    return this.changed.get(tenant) ?? this.tenants.get(tenant) ?? this.byDefault;
  }

  /** The profile under the mapping of `rules`. */
  compile({ id }: ProductProfile, rules: ServingRules): CompiledProfile {
    const known = this.profiles.get(id);
    if (!known) throw new Error(`There is no product ${id}`);
    if (!rules.mapping) return known.compiled;
    let compiled = this.compiled.get(rules);
    if (!compiled) {
      compiled = compileProfile(known.profile, { product: id, ...rules.mapping });
      this.compiled.set(rules, compiled);
    }
    return compiled;
  }

  /** @param atOnce the rules hold for everybody; whoever is to be told is told for another reason */
  hear(tenant: string, event: ProductEvent, id: string, occurredAt: string, atOnce = false): void {
    const { product } = event.data;
    const served = this.of(tenant).find(({ profile }) => profile.id === product);
    // A product of another release of ours: its settings wait in the tenant's own stream.
    if (!served) return;
    const next = evolveServing(served.serving, event, id, occurredAt);
    this.put(tenant, product, atOnce ? finish(next, occurredAt) : next);
  }

  /** The tenant is gone: nobody is told anything of it any more. */
  forget(tenant: string, occurredAt: string): void {
    for (const { profile, serving } of this.of(tenant)) {
      if (isUnderWay(serving)) this.put(tenant, profile.id, finish(serving, occurredAt));
    }
  }

  put(tenant: string, product: string, serving: Serving): void {
    this.changed.set(tenant, this.with(this.of(tenant), product, serving));
    const document: ServingDocument = { _id: `${tenant}/${product}`, tenant, product, ...serving };
    this.state.put(SERVINGS.name, document);
  }

  /** Re-derivations that have not reached everybody. */
  underWay(): { tenant: string; served: Served }[] {
    return [...this.tenants].flatMap(([tenant, all]) =>
      all.filter(({ serving }) => isUnderWay(serving)).map((served) => ({ tenant, served })),
    );
  }

  commit(): void {
    for (const [tenant, served] of this.changed) this.tenants.set(tenant, served);
    this.changed.clear();
  }

  rollback(): void {
    this.changed.clear();
  }

  private with(all: readonly Served[], product: string, serving: Serving): readonly Served[] {
    return all.map((served) => (served.profile.id === product ? { ...served, serving } : served));
  }
}
