import type { AttributeDefinition } from '#scim';
import type { Answer } from './http-client.js';
import type { TenantClient } from './tenant-client.js';

/** An attribute as `/Schemas` declares it, RFC 7643 §7. */
export type Declared = AttributeDefinition;

export interface DeclaredSchema {
  readonly id: string;
  readonly attributes: readonly Declared[];
}

export async function schemasOf(tenant: TenantClient): Promise<DeclaredSchema[]> {
  const { body } = await tenant.get('/Schemas');
  return body.Resources as DeclaredSchema[];
}

/** A value such as the declaration promises to accept; different for every `n`, with letters of both cases in texts. */
export function sampleOf(attribute: Declared, n = 1): unknown {
  const value = attribute.type === 'complex' ? sampleObject(attribute, n) : sampleValue(attribute, n);
  return attribute.multiValued ? [value] : value;
}

function sampleObject({ subAttributes = [], mutability }: Declared, n: number): Record<string, unknown> {
  return Object.fromEntries(
    subAttributes
      .filter((sub) => mutability === 'readOnly' || sub.mutability !== 'readOnly')
      .map((sub) => [sub.name, sampleOf(sub, n)]),
  );
}

function sampleValue({ type, name, canonicalValues }: Declared, n: number): unknown {
  switch (type) {
    case 'boolean':
      return true;
    case 'integer':
      return n;
    case 'decimal':
      return n + 0.5;
    case 'dateTime':
      return `2026-01-${String(n).padStart(2, '0')}T08:00:00Z`;
    case 'binary':
      return Buffer.from(`Bytes ${n}`).toString('base64');
    case 'reference':
      return `https://example.com/Some/${name}/${n}`;
    default:
      return canonicalValues?.[0] ?? `Some ${name} ${n}`;
  }
}

const COMMON = new Set(['schemas', 'id', 'externalId', 'meta']);

/** Paths of what a resource holds and none of `schemas` declares; the common attributes of RFC 7643 §3.1 aside. */
export function undeclaredIn(resource: Answer['body'], core: string, schemas: readonly DeclaredSchema[]): string[] {
  const declaredBy = (urn: string) => schemas.find(({ id }) => id === urn)?.attributes ?? [];
  return Object.entries(resource as Record<string, unknown>).flatMap(([name, value]) => {
    if (COMMON.has(name)) return [];
    if (!name.includes(':')) return undeclaredBelow({ [name]: value }, declaredBy(core), '');
    return undeclaredBelow(value as object, declaredBy(name), `${name}:`);
  });
}

function undeclaredBelow(object: object, declared: readonly Declared[], above: string): string[] {
  return Object.entries(object).flatMap(([name, value]) => {
    const path = `${above}${name}`;
    const attribute = declared.find((one) => one.name === name);
    if (!attribute) return [path];
    const values: unknown[] = Array.isArray(value) ? value : [value];
    if (Array.isArray(value) && !attribute.multiValued) return [`${path} (a list)`];
    return values.flatMap((one) => {
      if (typeof one !== 'object' || one === null) return [];
      if (attribute.type !== 'complex') return [`${path} (an object)`];
      return attribute.subAttributes?.length ? undeclaredBelow(one, attribute.subAttributes, `${path}.`) : [];
    });
  });
}
