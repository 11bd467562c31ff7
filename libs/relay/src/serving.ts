import type { AttributeOverride, ProductEvent, RoleRule } from '#domain';

/** How a product is to see a tenant's people, as some event of its settings left it. */
export interface ServingRules {
  readonly enabled: boolean;
  /** How many events of these settings there have been: of two views as of one position, the higher is the newer one. */
  readonly settingsVersion: number;
  readonly mapping?: { readonly version: number; readonly overrides: readonly AttributeOverride[] };
  readonly roles?: { readonly version: number; readonly rules: readonly RoleRule[] };
  /** The event that said so, and when it happened; absent before the first one. */
  readonly eventId?: string;
  readonly changedAt?: string;
}

export interface Layer {
  readonly rules: ServingRules;
  /** Id of the last person who has been given these rules, empty while nobody has; absent: everybody. */
  readonly upTo?: string;
  /** People behind `upTo` and up to here were about to be told: whether they were is known only once `upTo` is here. */
  readonly reaching?: string;
}

/** The derivation of everybody's view under the rules of the top layer. */
export interface Rederivation {
  /** UTC with milliseconds, of the event that called for it. */
  readonly startedAt: string;
  readonly finishedAt?: string;
  /** People looked at, and those among them whose view differed. */
  readonly done: number;
  readonly published: number;
  /** How many people there were at the beginning; absent until they have been counted. */
  readonly total?: number;
}

/**
 * The rules in force for one tenant and product, newest first. While a re-derivation goes through the people in the order
 * of their ids, those it has reached live under the top layer and the others under what was in force before. A change that
 * comes meanwhile goes on top: the derivation under way stops where it is, and a new one begins.
 */
export interface Serving {
  readonly layers: readonly [Layer, ...Layer[]];
  /** The latest, under way or finished. */
  readonly rederivation?: Rederivation;
}

export const servingByDefault = (enabled: boolean): Serving => ({
  layers: [{ rules: { enabled, settingsVersion: 0 } }],
});

export function rulesFor({ layers }: Serving, userId: string): ServingRules {
  for (const { rules, upTo } of layers) if (upTo === undefined || userId <= upTo) return rules;
  throw new Error('the lowest layer is for everybody');
}

/** Whether nobody knows what the product was told last of this person. */
export function isUncertain({ layers }: Serving, userId: string): boolean {
  for (const { upTo, reaching } of layers) {
    if (upTo === undefined || userId <= upTo) return false;
    if (reaching !== undefined && userId <= reaching) return true;
  }
  return false;
}

export const isUnderWay = ({ layers }: Serving): boolean => layers[0].upTo !== undefined;

/** What is so once `event` has happened. */
export function evolveServing(serving: Serving, event: ProductEvent, id: string, occurredAt: string): Serving {
  const before = serving.layers[0].rules;
  const rules: ServingRules = {
    ...before,
    ...changeOf(event),
    settingsVersion: before.settingsVersion + 1,
    eventId: id,
    changedAt: occurredAt,
  };
  // Nobody is told anything, or what they know stays right: it holds for everybody at once.
  if (!rules.enabled) return { layers: [{ rules }] };
  if (event.type === 'ProductEnabled' && before.enabled) {
    const [top, ...lower] = serving.layers;
    return { ...serving, layers: [{ ...top, rules }, ...lower] };
  }
  const reached = serving.layers.filter(({ upTo, reaching }) => upTo !== '' || reaching !== undefined);
  return {
    layers: [{ rules, upTo: '' }, ...reached],
    rederivation: { startedAt: occurredAt, done: 0, published: 0 },
  };
}

/** Goes through everybody again under the same rules. */
export function again(serving: Serving, eventId: string, changedAt: string): Serving {
  const { rules } = serving.layers[0];
  return {
    layers: [
      { rules: { ...rules, settingsVersion: rules.settingsVersion + 1, eventId, changedAt }, upTo: '' },
      ...serving.layers,
    ],
    rederivation: { startedAt: changedAt, done: 0, published: 0 },
  };
}

function changeOf(event: ProductEvent): Partial<ServingRules> {
  switch (event.type) {
    case 'ProductEnabled':
      return { enabled: true };
    case 'ProductDisabled':
      return { enabled: false };
    case 'AttributeMappingChanged':
      return { mapping: { version: event.data.version, overrides: event.data.overrides } };
    case 'RoleMappingChanged':
      return { roles: { version: event.data.version, rules: event.data.rules } };
  }
}

/** People up to `reaching` are about to be told. */
export function announce({ layers: [top, ...lower], ...serving }: Serving, reaching: string): Serving {
  return { ...serving, layers: [{ ...top, reaching }, ...lower] };
}

/** The derivation has reached `upTo`. */
export function advance(serving: Serving, upTo: string, done: number, published: number, total?: number): Serving {
  const [top, ...lower] = serving.layers;
  const { rederivation } = serving;
  if (!rederivation) return serving;
  return {
    layers: [{ rules: top.rules, upTo }, ...lower.filter((layer) => coversBehind(layer, upTo))],
    rederivation: {
      ...rederivation,
      done: rederivation.done + done,
      published: rederivation.published + published,
      ...(total !== undefined && { total }),
    },
  };
}

const coversBehind = ({ upTo, reaching = upTo }: Layer, mark: string): boolean =>
  upTo === undefined || reaching === undefined || reaching > mark;

/** The derivation has reached everybody. */
export function finish({ layers: [{ rules }], rederivation }: Serving, finishedAt: string): Serving {
  return { layers: [{ rules }], ...(rederivation && { rederivation: { ...rederivation, finishedAt } }) };
}
