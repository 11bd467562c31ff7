import { isObject, ScimError, type ScimErrorKind } from '#scim';
import { IsArray, IsInt, IsOptional, IsString, validateSync } from 'class-validator';
import type { ScimQuery } from '../scim-request.js';

/** Clients that build the body from their query string send numbers as text and lists with commas. */
const toInt = (value: unknown): unknown =>
  typeof value === 'string' && /^\s*[+-]?\d{1,15}\s*$/.test(value) ? Number(value) : value;
const toList = (value: unknown): unknown => (typeof value === 'string' ? [value] : value);

/** The body of a POST to `.search`, RFC 7644 §3.4.3, and `cursor` of RFC 9865 §3. */
class SearchRequest {
  @IsOptional() @IsArray() @IsString({ each: true }) attributes?: string[];
  @IsOptional() @IsArray() @IsString({ each: true }) excludedAttributes?: string[];
  @IsOptional() @IsString() filter?: string;
  @IsOptional() @IsString() sortBy?: string;
  @IsOptional() @IsString() sortOrder?: string;
  @IsOptional() @IsInt() startIndex?: number;
  @IsOptional() @IsInt() count?: number;
  @IsOptional() @IsString() cursor?: string;
}

const NAMES = [
  'attributes',
  'excludedAttributes',
  'filter',
  'sortBy',
  'sortOrder',
  'startIndex',
  'count',
  'cursor',
] as const satisfies readonly (keyof SearchRequest)[];

const READ: Readonly<Record<string, (value: unknown) => unknown>> = {
  attributes: toList,
  excludedAttributes: toList,
  startIndex: toInt,
  count: toInt,
};

const KINDS: Readonly<Record<string, ScimErrorKind>> = { filter: 'invalidFilter', cursor: 'invalidCursor' };

/**
 * The parameters that a GET would have carried. Names count in any case, null is as good as absent, and what the RFC does not
 * name is passed over, schema URNs included.
 * @throws ScimError `invalidSyntax` for a body that is no object; `invalidValue`, `invalidFilter` or `invalidCursor` naming
 *   the member at fault
 */
export function parseSearchRequest(body: unknown): ScimQuery {
  if (!isObject(body)) throw new ScimError('invalidSyntax', 'The body must be a JSON object, a SearchRequest.');
  // Filled by hand: class-transformer walks into values, and stumbles over a name such as "constructor" in them.
  const search = new SearchRequest();
  const given = search as Partial<Record<(typeof NAMES)[number], unknown>>;
  for (const key of Object.keys(body)) {
    const name = NAMES.find((known) => known.toLowerCase() === key.toLowerCase());
    if (name !== undefined && given[name] === undefined) given[name] = (READ[name] ?? same)(body[key] ?? undefined);
  }
  const [fault] = validateSync(search, { validationError: { target: false, value: false } });
  if (fault) {
    const [reason] = Object.values(fault.constraints ?? {});
    throw new ScimError(KINDS[fault.property] ?? 'invalidValue', `SearchRequest: ${reason ?? fault.property}.`);
  }
  return Object.fromEntries(
    NAMES.flatMap((name) => {
      const value = search[name];
      return value === undefined ? [] : [[name, Array.isArray(value) ? value.join(',') : String(value)]];
    }),
  );
}

const same = (value: unknown): unknown => value;
