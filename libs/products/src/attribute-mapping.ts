import type { AttributeSource, ProductKey, ProductProfile } from './product-profile.js';
import { namespaceOf, parseSource } from './source-path.js';

/** A tenant's changes to a profile: this attribute of ours is that key of yours. */
export interface AttributeMapping {
  readonly product: string;
  /** Counts from 1; 0 is the profile as it comes. */
  readonly version: number;
  readonly overrides: readonly MappingOverride[];
}

export interface MappingOverride {
  /** The product's key. */
  readonly key: string;
  /**
   * Where the tenant sends it: a path, or a bare client key. A bare name is an attribute of the profile's client
   * namespace where it has one, of the core schema otherwise.
   */
  readonly path: string;
}

export interface MappingFault {
  /** Index of the line among the overrides, and the half of it that is wrong; absent for the mapping as a whole. */
  readonly line?: number;
  readonly field?: 'key' | 'path';
  readonly key: string;
  readonly path: string;
  /** Tells an admin what to change. */
  readonly fault: string;
}

/** The wellness guide asks to avoid spaces and special characters. `extension_{GUID}_{name}`, as Entra ID makes it, fits. */
const CLIENT_KEY = /^[A-Za-z][A-Za-z0-9_-]*$/;

/** A key that a tenant gives a product which takes such keys. */
const OWN_KEY = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;

/** All faults at once. A mapping without faults is one that `compileProfile` follows to the letter. */
export function checkMapping(profile: ProductProfile, mapping: AttributeMapping): MappingFault[] {
  const whole: MappingFault[] = [];
  if (mapping.product !== profile.id) {
    whole.push({ key: '', path: '', fault: `the mapping is for "${mapping.product}", not for "${profile.id}"` });
  }
  if (!Number.isSafeInteger(mapping.version) || mapping.version < 1) {
    whole.push({ key: '', path: '', fault: 'the version must be a whole number from 1' });
  }
  return [...whole, ...checkOverrides(profile, mapping.overrides)];
}

/** All faults of the lines of a mapping, in their order. */
export function checkOverrides(profile: ProductProfile, overrides: readonly MappingOverride[]): MappingFault[] {
  const faults: MappingFault[] = [];
  const keysSeen = new Map<string, number>();
  const pathsSeen = new Map<string, { key: string; line: number }>();
  for (const [line, { key, path }] of overrides.entries()) {
    const report = (field: 'key' | 'path', fault: string): void => void faults.push({ line, field, key, path, fault });
    const first = keysSeen.get(key);
    if (first !== undefined) report('key', `"${key}" is mapped in line ${first + 1} already; keep one of the two`);
    else keysSeen.set(key, line);
    const unusable = keyFault(profile, key);
    if (unusable !== undefined) report('key', unusable);
    const fault = pathFault(profile, path);
    if (fault !== undefined) {
      report('path', fault);
      continue;
    }
    // Attribute names and URNs are alike without regard to case, RFC 7643 §2.1.
    const place = fullPath(profile, path).toLowerCase();
    const other = pathsSeen.get(place);
    if (other && other.key !== key) {
      report('path', `"${path}" is mapped to "${other.key}" in line ${other.line + 1} already; map it to one key`);
    }
    if (!other) pathsSeen.set(place, { key, line });
  }
  return faults;
}

function keyFault({ title, keys, ownKeys, roles }: ProductProfile, key: string): string | undefined {
  const known = keys.find((one) => one.key === key);
  if (known?.type === 'object') return `"${key}" takes a whole extension and cannot be mapped`;
  if (known) return undefined;
  if (key === 'active' || key === roles?.key) return `"${key}" comes by itself and cannot be mapped`;
  if (!ownKeys) return `the ${title} has no key "${key}"; ${offer(keys)}`;
  if (OWN_KEY.test(key)) return undefined;
  return `"${key}" cannot be a key: begin with a letter, then use up to 63 letters, digits and "_"`;
}

/** As many keys as somebody would read. */
const offer = (keys: readonly ProductKey[]): string =>
  keys.length > 15 ? `choose one of its ${keys.length} keys` : `it has ${keys.map(({ key }) => key).join(', ')}`;

function pathFault({ clientNamespace }: ProductProfile, path: string): string | undefined {
  if (clientNamespace === undefined) {
    if (parseSource(path)) return undefined;
    return `"${path}" is not an attribute path such as title, name.givenName or urn:example:2.0:User:badge`;
  }
  const prefix = `${clientNamespace}:`.toLowerCase();
  const isUrn = /^urn:/i.test(path);
  if (isUrn && !path.toLowerCase().startsWith(prefix)) {
    return `"${path}" is in another namespace; custom attributes must be under ${clientNamespace}`;
  }
  const clientKey = isUrn ? path.slice(prefix.length) : path;
  if (CLIENT_KEY.test(clientKey)) return undefined;
  return clientKey === ''
    ? 'the client key is empty; name the attribute that your identity provider sends'
    : `"${clientKey}" has spaces or special characters; begin with a letter, then use letters, digits, "_" and "-"`;
}

/** The path that an override reads, with the namespace that a bare client key leaves out. */
export function fullPath({ clientNamespace }: Pick<ProductProfile, 'clientNamespace'>, path: string): string {
  return clientNamespace === undefined || /^urn:/i.test(path) ? path : `${clientNamespace}:${path}`;
}

/** The keys that a mapping adds to a profile which lets it. */
export function ownKeysOf(profile: ProductProfile, mapping: Pick<AttributeMapping, 'overrides'> | undefined) {
  if (!profile.ownKeys || !mapping) return [];
  const names = new Set(profile.keys.map(({ key }) => key));
  return mapping.overrides.flatMap(({ key, path }): ProductKey[] => {
    const source = parseSource(path);
    if (names.has(key) || !source || keyFault(profile, key) !== undefined) return [];
    names.add(key);
    const namespace = namespaceOf(source);
    // What a customer puts here is unknown, so it is guarded like the worst that it may be.
    const guarded = { level: 'optional', sensitive: true } as const;
    return [{ key, namespace, sources: [path], type: 'any', ...guarded, description: 'A key of the tenant’s own.' }];
  });
}

/** The source an override puts in place of all of the key's own. */
export function overriddenSource(profile: ProductProfile, key: ProductKey, path: string): AttributeSource {
  const full = fullPath(profile, path);
  // A list is chosen from in the key's usual way wherever it comes from, unless the path itself chooses.
  const usual = key.sources.flatMap((source) =>
    typeof source === 'object' && 'path' in source ? (source.pick ?? []) : [],
  );
  return usual.length === 0 || path.includes('[') ? { path: full } : { path: full, pick: [...usual, 'any'] };
}
