import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { PRODUCT_PROFILE_SCHEMA } from './product-profile.schema.js';
import type { ProductKey, ProductProfile } from './product-profile.js';
import { namespaceOf, parseSource } from './source-path.js';

export interface ProfileFault {
  /** Where in the profile, e.g. `keys[3].sources[0]`; empty for the profile as a whole. */
  readonly at: string;
  /** The key it concerns, where it concerns one. */
  readonly key?: string;
  readonly fault: string;
}

/**
 * Everything wrong with a profile at once, so that its writer need not find the faults one by one. What it means is looked at
 * once it has the right shape.
 */
export function checkProfile(profile: unknown): ProfileFault[] {
  const faults = shapeFaults(profile);
  return faults.length > 0 ? faults : meaningFaults(profile as ProductProfile);
}

/** One line for each fault, with where it is. */
export function describeFaults(faults: readonly ProfileFault[]): string[] {
  return faults.map(({ at, key, fault }) => {
    const where = key === undefined ? at : `${at} (${key})`;
    return where === '' ? fault : `${where}: ${fault}`;
  });
}

let validate: ValidateFunction | undefined;

function shapeFaults(profile: unknown): ProfileFault[] {
  validate ??= new Ajv2020({ allErrors: true, strict: false, verbose: true }).compile(PRODUCT_PROFILE_SCHEMA);
  if (validate(profile)) return [];
  // An "if" only repeats that its branch has faults of its own.
  const errors = (validate.errors ?? []).filter(({ keyword }) => keyword !== 'if');
  return errors.map((error) => {
    const at = error.instancePath.split('/').slice(1);
    const key = at[0] === 'keys' ? keyAt(profile, Number(at[1])) : undefined;
    return { at: printPath(at), ...(key !== undefined && { key }), fault: explain(error) };
  });
}

function explain({ keyword, params, parentSchema, message }: ErrorObject): string {
  const { missingProperty, additionalProperty, allowedValues } = params as {
    missingProperty?: string;
    additionalProperty?: string;
    allowedValues?: readonly string[];
  };
  const { description, properties } = (parentSchema ?? {}) as { description?: string; properties?: object };
  switch (keyword) {
    case 'required':
      return `"${missingProperty}" is missing`;
    case 'additionalProperties':
      return `"${additionalProperty}" is not known here; there are ${Object.keys(properties ?? {}).join(', ')}`;
    case 'enum':
      return `must be one of ${allowedValues?.join(', ') ?? ''}`;
    default:
      return description === undefined ? (message ?? keyword) : `must be ${description}`;
  }
}

const printPath = (parts: readonly string[]): string =>
  parts.reduce((path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : path === '' ? part : `${path}.${part}`), '');

/** The name of a key in something that may hardly be a profile. */
function keyAt(profile: unknown, index: number): string | undefined {
  const name = (profile as { keys?: readonly ({ key?: unknown } | null)[] }).keys?.[index]?.key;
  return typeof name === 'string' ? name : undefined;
}

function meaningFaults({ keys, identityKey, clientNamespace, roles }: ProductProfile): ProfileFault[] {
  const faults: ProfileFault[] = [];
  const seen = new Set<string>();
  for (const [index, key] of keys.entries()) {
    const report = (below: string, fault: string): void =>
      void faults.push({ at: `keys[${index}]${below}`, key: key.key, fault });
    if (seen.has(key.key)) report('', 'the key is listed twice');
    seen.add(key.key);
    for (const [below, fault] of keyFaults(key)) report(below, fault);
  }
  const identity = keys.find(({ key }) => key === identityKey);
  if (!identity) faults.push({ at: 'identityKey', fault: `there is no key "${identityKey}"` });
  else if (identity.level !== 'required') {
    faults.push({ at: 'identityKey', key: identity.key, fault: 'the identity key must be required' });
  }
  if (clientNamespace !== undefined && !parseSource({ extension: clientNamespace })) {
    faults.push({ at: 'clientNamespace', fault: `"${clientNamespace}" is not a URN` });
  }
  if (roles && (roles.key === 'active' || seen.has(roles.key))) {
    faults.push({ at: 'roles.key', fault: `"${roles.key}" is taken by a key` });
  }
  return faults;
}

function* keyFaults({ key, sources, namespace, type, literals }: ProductKey): Generator<[at: string, fault: string]> {
  if (key === 'active') yield ['.key', '"active" stands beside the keys of every view and cannot be one'];
  if (literals?.length && type !== 'string') yield ['.literals', 'literals are for keys of type string'];
  for (const [index, source] of sources.entries()) {
    const at = `.sources[${index}]`;
    const parsed = parseSource(source);
    if (!parsed) {
      const shown = typeof source === 'string' ? source : 'extension' in source ? source.extension : source.path;
      yield [at, `"${shown}" is not a path that can be read`];
      continue;
    }
    if ((parsed.attribute === undefined) !== (type === 'object')) {
      yield [at, 'type object and a source that is a whole extension belong together'];
    }
    if (index === 0 && namespaceOf(parsed) !== namespace) {
      yield ['.namespace', `its first source is in namespace ${namespaceOf(parsed)}, not ${namespace}`];
    }
  }
}
