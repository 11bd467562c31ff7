import { type CoverageCount, ownKeysOf, productTopic, sourceInWords } from '#products';
import type { RederivationProgress } from '#relay';
import type { TenantProduct } from './product-reader.js';
import type {
  CompletenessView,
  ExtentView,
  KeyView,
  ProductSummary,
  ProductView,
  RederivationView,
} from './products.views.js';

/** What is known of a product besides its settings. */
export interface Known {
  readonly completeness?: CompletenessView | undefined;
  readonly rederivation?: RederivationProgress | undefined;
}

export function summarise(
  { profile, enabled, settings }: TenantProduct,
  { completeness, rederivation }: Known = {},
): ProductSummary {
  return {
    id: profile.id,
    title: profile.title,
    enabled,
    topic: productTopic(profile.id),
    mappingVersion: settings.mapping?.version ?? 0,
    ...(profile.roles && { rolesVersion: settings.roles?.version ?? 0 }),
    ...(completeness && { completeness }),
    ...(rederivation && { rederivation: describeRederivation(rederivation) }),
  };
}

function describeRederivation(progress: RederivationProgress): RederivationView {
  const { tenant: _tenant, product: _product, roleMappingVersion: rolesVersion, ...shown } = progress;
  return { ...shown, rolesVersion };
}

/** @param counted what people have, and how many of them were looked at */
export function describeProduct(
  product: TenantProduct,
  known: Known,
  counted?: { readonly count: CoverageCount; readonly extent: ExtentView },
): ProductView {
  const { identityKey, clientNamespace, ownKeys, roles, deactivation } = product.profile;
  return {
    ...summarise(product, known),
    identityKey,
    ...(clientNamespace !== undefined && { clientNamespace }),
    ownKeys: ownKeys ?? false,
    ...(roles && { roles: { ...roles } }),
    deactivation: { ...deactivation },
    ...(counted && { coverage: counted.extent }),
    keys: describeKeys(product, counted?.count),
  };
}

function describeKeys({ profile, mapping }: TenantProduct, count: CoverageCount | undefined): KeyView[] {
  const overrides = new Map(mapping?.overrides.map(({ key, path }) => [key, path]));
  const own = ownKeysOf(profile, mapping);
  return [...profile.keys, ...own].map((key) => {
    const isOwn = own.includes(key);
    const override = overrides.get(key.key);
    const { key: name, namespace, type, level, sensitive, description } = key;
    return {
      key: name,
      namespace,
      sources: isOwn ? [] : key.sources.map(sourceInWords),
      ...(override !== undefined && { override }),
      type,
      level,
      sensitive,
      own: isOwn,
      description,
      ...(count && { valued: 0, missing: 0, problems: 0, ...count.keys.get(name) }),
    };
  });
}
