import { ENTERPRISE_USER_SCHEMA, USER_SCHEMA } from '#scim';
import type { AttributeSource, KeyNamespace, ElementPick, Source } from './product-profile.js';

/** A source taken apart. */
export interface ParsedSource {
  /** As it is shown to an admin. */
  readonly path: string;
  /** URN of the extension; absent for the core schema. */
  readonly schema?: string;
  /** Absent when the whole extension is meant. */
  readonly attribute?: string;
  readonly sub?: string;
  readonly pick?: readonly ElementPick[];
  readonly among?: readonly string[];
  readonly onlyWithAt: boolean;
}

/** RFC 7643 §2.1, ATTRNAME, with one `$` allowed in front as in `$ref`. */
const NAME = String.raw`\$?[A-Za-z][A-Za-z0-9_$-]*`;
const PATH = new RegExp(`^(?:(urn:[^\\s[\\]"]+):)?(${NAME})(?:\\[([^\\]]*)\\])?(?:\\.(${NAME}))?$`, 'i');
const URN = /^urn:[a-z0-9][a-z0-9-]*:[^\s[\]"]+$/i;
/** The two forms of value filter that name one element; RFC 7644 §3.5.2. */
const BY_TYPE = /^\s*type\s+eq\s+"([^"\\]+)"\s*$/i;
const BY_PRIMARY = /^\s*primary\s+eq\s+(?:true|"true")\s*$/i;

/** @returns the parts, or undefined when the source is not a path this library can read. */
export function parseSource(source: Source): ParsedSource | undefined {
  if (typeof source !== 'string' && 'extension' in source) {
    const { extension } = source;
    return URN.test(extension) ? { path: extension, schema: extension, onlyWithAt: false } : undefined;
  }
  const { path, pick, among, onlyWithAt }: AttributeSource = typeof source === 'string' ? { path: source } : source;
  const [, urn, attribute, filter, sub] = PATH.exec(path) ?? [];
  if (attribute === undefined || (urn !== undefined && !isSchema(urn, attribute))) return undefined;
  const picks = filter === undefined ? pick : parseFilter(filter);
  // A filter and a list of choices together would be two answers to one question.
  if (filter !== undefined && (picks === undefined || pick !== undefined)) return undefined;
  const isCore = urn === undefined || urn.toLowerCase() === USER_SCHEMA.toLowerCase();
  return {
    path,
    ...(isCore ? {} : { schema: urn }),
    attribute,
    ...(sub === undefined ? {} : { sub }),
    ...(picks === undefined ? {} : { pick: picks }),
    ...(among === undefined ? {} : { among }),
    onlyWithAt: onlyWithAt ?? false,
  };
}

/** A URN that ends in its version may be whole. Where a resource type follows, the path was a bare extension. */
function isSchema(urn: string, attribute: string): boolean {
  return URN.test(urn) && !(/:\d+(\.\d+)*$/.test(urn) && /^(?:user|group)$/i.test(attribute));
}

function parseFilter(filter: string): ElementPick[] | undefined {
  if (BY_PRIMARY.test(filter)) return ['primary'];
  const type = BY_TYPE.exec(filter)?.[1];
  return type === undefined ? undefined : [{ type }];
}

export function namespaceOf(source: ParsedSource): KeyNamespace {
  if (source.schema === undefined) return 'core';
  return source.schema.toLowerCase() === ENTERPRISE_USER_SCHEMA.toLowerCase() ? 'enterprise' : 'extension';
}
