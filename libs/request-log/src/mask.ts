import {
  type FilterNode,
  groupModel,
  isAttributeName,
  parseFilter,
  printPath,
  resolvePath,
  ScimError,
  userModel,
} from '#scim';

/** Stands where a value stood. */
export const MASK = '…';
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
export const isOurId = (text: string): boolean => ID.test(text);
/** Parameters whose values are numbers or words of the protocol. */
const PLAIN_PARAMETERS = /^(startIndex|count|sortOrder)$/i;
const PLAIN_VALUE = /^(\d{1,9}|ascending|descending)$/i;

/*
 * What nearly every request asks for, known at a glance: a resource by its id, the place of a new one, and a look-up by one
 * attribute, which comes out as below.
 */
const PLAIN_TARGET =
  /^\/scim\/v2\/[\w-]+\/(Users|Groups)(\/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})?$/;
const LOOK_UP =
  /^(\/scim\/v2\/[\w-]+\/(?:Users|Groups)\?filter=)(userName|externalId|displayName|id)(?:%20|\+)eq(?:%20|\+)%22(?:[\w.@-]|%(?!22))*%22(&startIndex=\d{1,9}&count=\d{1,9})?$/;

/**
 * The target of a request without anything that somebody could have typed about a person: ids of ours, names of parameters,
 * page numbers, and of a filter its attributes and operators.
 * @param target path and query as routes know them
 */
export function maskTarget(target: string): string {
  if (PLAIN_TARGET.test(target)) return target;
  const [, lookUp, attribute, page = ''] = LOOK_UP.exec(target) ?? [];
  if (lookUp !== undefined) return `${lookUp}${attribute} eq ${MASK}${page}`;
  const [path = '', query] = splitOnce(target, '?');
  const segments = path.split('/').map((segment, at) => (at <= 4 || ID.test(segment) ? segment : MASK));
  // After `/scim/v2/{tenant}` comes an endpoint of ours; another word there may be anything.
  if (
    segments[4] !== undefined &&
    !/^(Users|Groups|Me|Bulk|Schemas|ResourceTypes|ServiceProviderConfigs?|\.search)$/.test(segments[4])
  )
    segments[4] = MASK;
  if (segments[5] === MASK && path.endsWith('/.search')) segments[5] = '.search';
  const masked = segments.slice(0, 8).join('/');
  return query === undefined || query === ''
    ? masked
    : `${masked}?${query.split('&', 20).map(maskParameter).join('&')}`;
}

function maskParameter(parameter: string): string {
  const [name = '', value] = splitOnce(parameter, '=');
  const shown = /^[A-Za-z][A-Za-z0-9_]{0,39}$/.test(name) ? name : MASK;
  if (value === undefined || value === '') return shown;
  if (PLAIN_PARAMETERS.test(name) && PLAIN_VALUE.test(value)) return `${shown}=${value}`;
  return `${shown}=${name === 'filter' ? maskFilter(decoded(value)) : MASK}`;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value.replaceAll('+', ' '));
  } catch {
    return '';
  }
}

/** A filter with its values masked; of one that cannot be read, only the words that are ours. */
export function maskFilter(filter: string): string {
  try {
    return printMasked(parseFilter(filter, userModel, { lenientUnquoted: true }));
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
    const words = filter.slice(0, 500).match(/"(?:[^"\\]|\\.)*"?|[()[\]]|[^\s()[\]"]+/g) ?? [];
    return words.map((word) => (FILTER_WORD.test(word) || isKnownPath(word) ? word : MASK)).join(' ');
  }
}

const FILTER_WORD = /^([()[\]]|eq|ne|co|sw|ew|gt|ge|lt|le|pr|and|or|not)$/i;

function printMasked(node: FilterNode): string {
  switch (node.type) {
    case 'compare':
      return `${printPath(node.path)} ${node.operator} ${MASK}`;
    case 'present':
      return `${printPath(node.path)} pr`;
    case 'valuePath':
      return `${printPath(node.path)}[${printMasked(node.filter)}]`;
    case 'not':
      return `not (${printMasked(node.filter)})`;
    case 'and':
    case 'or':
      return node.children
        .map((child) => (child.type === 'or' ? `(${printMasked(child)})` : printMasked(child)))
        .join(` ${node.type} `);
  }
}

/**
 * A detail as the log keeps it. Details quote names and ids, seldom values; what is quoted and is neither a name that
 * stands where names stand, nor an id, is masked.
 */
export function maskDetail(detail: string): string {
  return detail
    .replace(/"((?:[^"\\]|\\.)*)"/g, (whole, quoted: string, at: number) => {
      const isName = /(?:Attribute|sub-attribute|^) ?$/.test(detail.slice(0, at)) && isPathLike(quoted);
      return isName || ID.test(quoted) || WORDS.test(quoted) || isKnownPath(quoted) ? whole : `"${MASK}"`;
    })
    .replace(
      /\b(User|Group|Schema|ResourceType|id) (\S+)( not found)/g,
      (whole, type: string, id: string, end: string) => (ID.test(id) ? whole : `${type} ${MASK}${end}`),
    )
    .replace(/(There is nothing at \S+ )(\S+)/, (_whole, start: string, path: string) => start + maskTarget(path))
    .replace(/[^\s"]+@[^\s"]+/g, MASK);
}

/** What our own details quote of the protocol. */
const WORDS =
  /^(op|path|value|Operations|add|remove|replace|attributes|excludedAttributes|ascending|descending|not|id|\[|\.|:|-|_|\\"|Authorization: Bearer …|User|Group|application\/[\w.+-]+|text\/[\w.+-]+)$/;

const isPathLike = (text: string): boolean =>
  text.length <= 200 &&
  text
    .replace(/^urn:[\w:.-]+:/i, '')
    .split('.')
    .every((name) => isAttributeName(name.replace(/\[\d+\]$/, '')));

function isKnownPath(text: string): boolean {
  const path = text.replace(/\[\d+\]/g, '').replace(/\[[^\]]*$/, '');
  return [userModel, groupModel].some((model) => {
    try {
      const { attribute, definition, schema } = resolvePath(model, path);
      return attribute === undefined ? schema !== undefined : definition !== undefined;
    } catch {
      return false;
    }
  });
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
