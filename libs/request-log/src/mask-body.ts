import { isAttributeName } from '#scim';
import { isOurId, MASK, maskDetail, maskFilter } from './mask.js';

/** Values looked at of one body; what lies behind them is counted only. */
const MAX_VALUES = 400;
const MAX_DEPTH = 10;
/** Elements shown of one array. */
const MAX_ELEMENTS = 20;

/**
 * The JSON of a request or an answer with its shape and without its values: names stay, and so does what is the protocol's
 * or ours (ids, operations, schemas, counts, `active`, `primary`, canonical types). Of everything else only the type is
 * left, and whether it was empty, as these two are what mappings get wrong.
 */
export function maskBody(body: unknown): unknown {
  return new BodyMask().mask(body, '', undefined, 0);
}

class BodyMask {
  private left = MAX_VALUES;

  /** @param name key of the value, or of the array it is in, in lower case @param owner the object that has the key */
  mask(value: unknown, name: string, owner: object | undefined, depth: number): unknown {
    if (value === null || value === '') return value;
    if (this.left-- <= 0 || depth > MAX_DEPTH) return MASK;
    if (Array.isArray(value)) return this.array(value, name, owner, depth);
    if (typeof value === 'object') return this.object(value, depth);
    return isShown(name, value, owner)
      ? shown(name, value)
      : typeof value === 'string'
        ? MASK
        : `${MASK}${typeof value}`;
  }

  private array(values: readonly unknown[], name: string, owner: object | undefined, depth: number): unknown[] {
    const masked: unknown[] = [];
    for (const value of values) {
      if (masked.length === MAX_ELEMENTS || this.left <= 0) break;
      masked.push(this.mask(value, name, owner, depth + 1));
    }
    const more = values.length - masked.length;
    return more > 0 ? [...masked, `${MASK} ${more} more`] : masked;
  }

  private object(value: object, depth: number): Record<string, unknown> {
    const masked = Object.create(null) as Record<string, unknown>;
    for (const key in value) {
      if (this.left <= 0) {
        masked[MASK] = 'more';
        break;
      }
      const inner = (value as Readonly<Record<string, unknown>>)[key];
      masked[maskKey(key)] = this.mask(inner, key.toLowerCase(), value, depth + 1);
    }
    return masked;
  }
}

const WORD = /^(true|false)$/i;
const URN = /^urn:[\w:.-]{1,200}$|^http:\/\/schemas\.microsoft\.com\/[\w./-]{1,150}$/i;
const TIME = /^\d{4}-\d\d-\d\dT[\d:.]{5,12}(Z|[+-]\d\d:\d\d)$/;
const COUNT = /^\d{1,9}$/;

/** What a value must look like to be shown, by the name it stands under. */
const SHOWN: ReadonlyMap<string, RegExp> = new Map(
  Object.entries({
    schemas: URN,
    active: WORD,
    primary: WORD,
    op: /^(add|remove|replace)$/i,
    method: /^(POST|PUT|PATCH|DELETE|GET)$/i,
    type: /^(work|home|other|mobile|fax|pager|photo|thumbnail|User|Group|direct|indirect)$/,
    resourcetype: /^(User|Group)$/,
    created: TIME,
    lastmodified: TIME,
    version: /^W\/"\d+"$/,
    sortorder: /^(ascending|descending)$/i,
    scimtype: /^[a-zA-Z]{1,20}$/,
    status: COUNT,
    totalresults: COUNT,
    itemsperpage: COUNT,
    startindex: COUNT,
    count: COUNT,
    failonerrors: COUNT,
  }),
);

/** Names whose values are shown where they are ids, of resources or of people elsewhere. */
const IDS = /^(id|value|externalid|managerid)$/;

function isShown(name: string, value: unknown, owner: object | undefined): boolean {
  const text = String(value);
  if (name === 'path' || name === '$ref' || name === 'location') return true;
  if (name === 'detail') return isError(owner);
  if (SHOWN.get(name)?.test(text)) return true;
  if (name === 'value' && WORD.test(text) && isSwitch((owner as { path?: unknown } | undefined)?.path)) return true;
  return IDS.test(name) && isOurId(text);
}

function shown(name: string, value: unknown): unknown {
  const text = String(value);
  switch (name) {
    case 'path':
      return text.startsWith('/') ? maskReference(text) : maskKey(text);
    case 'detail':
      return maskDetail(text);
    case '$ref':
    case 'location':
      return maskReference(text);
    default:
      return value;
  }
}

/** Only in an error of ours (RFC 7644 §3.12) is a detail ours. */
function isError(owner: object | undefined): boolean {
  const { schemas } = (owner ?? {}) as { schemas?: unknown };
  return Array.isArray(schemas) && schemas[0] === 'urn:ietf:params:scim:api:messages:2.0:Error';
}

/** Whether a PATCH operation's path leads to something that is on or off and is shown elsewhere too. */
const isSwitch = (path: unknown): boolean => typeof path === 'string' && /(^|[:.])(active|primary)$/i.test(path);

/** Of an address what is ours: endpoint and id. */
function maskReference(text: string): string {
  const [, endpoint = '', id = ''] = /\/(Users|Groups)(?:\/([^/?#]*))?$/.exec(text) ?? [];
  if (endpoint === '') return MASK;
  return `/${endpoint}${id === '' ? '' : `/${isOurId(id) ? id : MASK}`}`;
}

/** The name of an attribute, or a path to one (RFC 7644 §3.5.2) with what its filter asks for masked; else no name. */
export function maskKey(key: string): string {
  if (isAttributeName(key)) return key.length <= 200 ? key : MASK;
  if (key.length > 500) return MASK;
  const [, name = '', filter, rest = ''] = /^([^[\]]*)(?:\[(.*)\](.*))?$/s.exec(key) ?? [];
  if (!NAME.test(name) || !/^(\.\$?[A-Za-z][\w-]*)?$/.test(rest)) return MASK;
  return filter === undefined ? name : `${name}[${isPlainFilter(filter) ? filter : maskFilter(filter)}]${rest}`;
}

const NAME = /^(urn:[\w:.-]+|(urn:[\w:.-]+:)?\$?[A-Za-z][\w-]*(\.\$?[A-Za-z][\w-]*)*)$/i;

/** Whether a filter asks only for what is shown anyway. */
function isPlainFilter(filter: string): boolean {
  const [, name = '', value = ''] = /^(\w+) eq "?([^"]*)"?$/i.exec(filter) ?? [];
  const shownName = name.toLowerCase();
  return (SHOWN.get(shownName)?.test(value) ?? false) || (shownName === 'value' && isOurId(value));
}
