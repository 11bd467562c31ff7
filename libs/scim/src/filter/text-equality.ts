import type { ResourceModel } from '../schema/resource-model.js';
import type { AttributeDefinition, AttributePath } from '../schema/schema.types.js';
import type { CompareNode } from './filter.types.js';
import { resolvePath } from './resolve-path.js';

const BEFORE = ' eq "';
/** Longer values are parsed like any other filter, and find its limits. */
const MAX_VALUE_LENGTH = 500;
/** What JSON would write in another way, or not at all, and halves of characters. */
// eslint-disable-next-line no-control-regex -- JSON forbids control characters in a string
const NOT_LITERAL = /["\\\u0000-\u001f\ud800-\udfff]/;

/**
 * `userName eq "ana@example.com"`: what identity providers ask far more often than all else, taken apart without tokens.
 * @returns the very node that the parser would make; undefined for any other filter, or one with a fault
 */
export function parseTextEquality(text: string, model: ResourceModel): CompareNode | undefined {
  const nameEnd = text.indexOf(BEFORE);
  const start = nameEnd + BEFORE.length;
  const end = text.length - 1;
  if (nameEnd < 0 || end < start || end - start > MAX_VALUE_LENGTH || text.charCodeAt(end) !== 0x22) return undefined;
  const path = textPathsOf(model).get(text.slice(0, nameEnd));
  if (!path) return undefined;
  const value = text.slice(start, end);
  return NOT_LITERAL.test(value) ? undefined : { type: 'compare', path, operator: 'eq', value };
}

const known = new WeakMap<ResourceModel, ReadonlyMap<string, AttributePath>>();

/** Names that lead to one plain text: those of the core schema and the common ones, in the schema's spelling. */
function textPathsOf(model: ResourceModel): ReadonlyMap<string, AttributePath> {
  let paths = known.get(model);
  if (!paths) {
    const names = ['id', 'externalId', ...model.coreSchema.attributes.map(({ name }) => name)];
    paths = new Map(
      names.flatMap((name) => {
        const path = resolvePath(model, name);
        return path.definition && isPlainText(path.definition) ? [[name, path] as const] : [];
      }),
    );
    known.set(model, paths);
  }
  return paths;
}

const isPlainText = ({ type, multiValued, returned }: AttributeDefinition): boolean =>
  type === 'string' && !multiValued && returned !== 'never';
