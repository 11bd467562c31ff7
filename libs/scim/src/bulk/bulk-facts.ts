import { isObject } from '../filter/read-value.js';
import { foldUserName } from '../resource/fold-user-name.js';
import type { JsonValue } from '../schema/schema.types.js';
import { ScimError } from '../scim-error.js';
import { bulkIdIn, referencedBulkIds } from './bulk-references.js';
import type { BulkOperation } from './bulk-request.js';
import { type BulkTarget, bulkTarget } from './bulk-target.js';

/** What can be said of an operation before any is carried out. */
export interface OperationFacts {
  /** Undefined where nothing is served at the path. */
  readonly target: BulkTarget | undefined;
  /** The bulkId in the path, as in `/Groups/bulkId:g1`. */
  readonly targetBulkId: string | undefined;
  /** Every bulkId referred to, that of the path included. */
  readonly bulkIds: ReadonlySet<string>;
  /** Ids of resources that the body names, be it in a value, a `$ref` or a filter; others that look alike too. */
  readonly ids: ReadonlySet<string>;
  /** The userNames, folded, that a user may take through this operation; rather too many than too few. */
  readonly userNames: ReadonlySet<string>;
  /** Why it cannot be carried out at all. */
  readonly fault?: ScimError;
}

const NONE: ReadonlySet<string> = new Set();

export function factsOf(operation: BulkOperation): OperationFacts {
  const facts = { target: undefined, targetBulkId: undefined, bulkIds: NONE, ids: NONE, userNames: NONE };
  try {
    const target = bulkTarget(operation);
    const targetBulkId = target.id === undefined ? undefined : bulkIdIn(target.id);
    const body = operation.method === 'DELETE' ? undefined : operation.data;
    const bulkIds = referencedBulkIds(body);
    if (targetBulkId !== undefined) bulkIds.add(targetBulkId);
    const named = { ids: new Set<string>(), userNames: new Set<string>() };
    if (body !== undefined) readNames(body, false, named, 0);
    return {
      target,
      targetBulkId,
      bulkIds,
      ids: named.ids,
      userNames: target.endpoint === 'Users' ? named.userNames : NONE,
    };
  } catch (error) {
    if (error instanceof ScimError) return { ...facts, fault: error };
    throw error;
  }
}

/** The form of the ids that this service gives. */
const ID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const ID_LENGTH = 36;
const USER_NAME = /(?:^|[.:])userName$/i;
const JSON_TEXT = /^\s*[[{].*userName/is;
/** No shorter text than this names a userName in JSON. */
const JSON_TEXT_LENGTH = '{"userName":""}'.length;

const endsInUserName = (name: string): boolean => name.length >= 'userName'.length && USER_NAME.test(name);

interface Named {
  readonly ids: Set<string>;
  readonly userNames: Set<string>;
}

/** Deeper than a body that is accepted; JSON in a text may go deeper than the body around it. */
const MAX_DEPTH = 128;

/** @param isName whether the value stands where a userName does */
function readNames(value: JsonValue, isName: boolean, found: Named, depth: number): void {
  if (depth > MAX_DEPTH) return;
  if (typeof value === 'string') {
    if (isName && value !== '') found.userNames.add(foldUserName(value));
    if (value.length >= ID_LENGTH) for (const [id] of value.matchAll(ID)) found.ids.add(id);
    // PATCH takes a pathless value as JSON text too.
    if (value.length >= JSON_TEXT_LENGTH && JSON_TEXT.test(value)) readNames(parsed(value), isName, found, depth + 1);
  } else if (Array.isArray(value)) {
    for (const element of value) readNames(element, isName, found, depth + 1);
  } else if (isObject(value)) {
    const keys = Object.keys(value);
    const ofPath = keys.some((key) => {
      if (key.length !== 'path'.length || key.toLowerCase() !== 'path') return false;
      const path = value[key];
      return typeof path === 'string' && endsInUserName(path.trim());
    });
    for (const key of keys) {
      if (key.length >= ID_LENGTH) for (const [id] of key.matchAll(ID)) found.ids.add(id);
      readNames(value[key]!, isName || ofPath || endsInUserName(key), found, depth + 1);
    }
  } else if (isName && value !== null) found.userNames.add(foldUserName(String(value)));
}

function parsed(text: string): JsonValue {
  try {
    const value = JSON.parse(text) as JsonValue;
    return typeof value === 'string' ? null : value;
  } catch {
    return null;
  }
}
