import type { AttributeSource, ProductKey, ProductProfile } from './product-profile.js';
import { parseSource } from './source-path.js';

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

export interface MappingFault extends MappingOverride {
  /** Tells an admin what to change. */
  readonly fault: string;
}

/** The wellness guide asks to avoid spaces and special characters. `extension_{GUID}_{name}`, as Entra ID makes it, fits. */
const CLIENT_KEY = /^[A-Za-z][A-Za-z0-9_-]*$/;

/** All faults at once. A mapping without faults is one that `compileProfile` follows to the letter. */
export function checkMapping(profile: ProductProfile, mapping: AttributeMapping): MappingFault[] {
  const faults: MappingFault[] = [];
  if (mapping.product !== profile.id) {
    faults.push({ key: '', path: '', fault: `the mapping is for "${mapping.product}", not for "${profile.id}"` });
  }
  if (!Number.isSafeInteger(mapping.version) || mapping.version < 1) {
    faults.push({ key: '', path: '', fault: 'the version must be a whole number from 1' });
  }
  const keys = new Map(profile.keys.map((key) => [key.key, key]));
  const keysSeen = new Set<string>();
  const pathsSeen = new Map<string, string>();
  for (const { key, path } of mapping.overrides) {
    const report = (fault: string): void => void faults.push({ key, path, fault });
    if (keysSeen.has(key)) report(`"${key}" is mapped twice; keep one line`);
    keysSeen.add(key);
    const known = keys.get(key);
    if (!known) report(`${profile.title} has no key "${key}"`);
    else if (known.type === 'object') report(`"${key}" takes a whole extension and cannot be mapped`);
    const fault = pathFault(profile, path);
    if (fault !== undefined) {
      report(fault);
      continue;
    }
    // Attribute names and URNs are alike without regard to case, RFC 7643 §2.1.
    const place = fullPath(profile, path).toLowerCase();
    const other = pathsSeen.get(place);
    if (other !== undefined && other !== key) report(`"${path}" is mapped to "${other}" already; map it to one key`);
    pathsSeen.set(place, key);
  }
  return faults;
}

function pathFault({ clientNamespace }: ProductProfile, path: string): string | undefined {
  if (clientNamespace === undefined) {
    return parseSource(path) ? undefined : `"${path}" is not an attribute path such as title or name.givenName`;
  }
  const prefix = `${clientNamespace}:`.toLowerCase();
  const isUrn = /^urn:/i.test(path);
  if (isUrn && !path.toLowerCase().startsWith(prefix)) {
    return `"${path}" is in another namespace; custom attributes must be under ${clientNamespace}`;
  }
  const clientKey = isUrn ? path.slice(prefix.length) : path;
  if (CLIENT_KEY.test(clientKey)) return undefined;
  return clientKey === ''
    ? 'the client key is empty'
    : `"${clientKey}" has spaces or special characters; begin with a letter, then use letters, digits, "_" and "-"`;
}

function fullPath({ clientNamespace }: ProductProfile, path: string): string {
  return clientNamespace === undefined || /^urn:/i.test(path) ? path : `${clientNamespace}:${path}`;
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
