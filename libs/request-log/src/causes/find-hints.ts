import {
  ENTERPRISE_USER_SCHEMA,
  type FilterNode,
  leafDefinition,
  printPath,
  type ResourceAttributes,
  type ResourceModel,
} from '#scim';
import type { CauseCode } from './causes.js';

/** Something that was done as asked, yet hardly as meant. */
export interface Hint {
  readonly cause: CauseCode;
  readonly detail: string;
}

/** Attributes a filter asks for that no schema knows. */
export function unknownAttributesIn(node: FilterNode): string[] {
  switch (node.type) {
    case 'compare':
    case 'present':
      return leafDefinition(node.path) || node.path.attribute === undefined ? [] : [printPath(node.path)];
    case 'valuePath':
      return node.path.definition ? [] : [printPath(node.path)];
    case 'not':
      return unknownAttributesIn(node.filter);
    case 'and':
    case 'or':
      return node.children.flatMap(unknownAttributesIn);
  }
}

/** What is at the wrong place in an accepted resource: a core attribute under a URN, an extension's without one. */
export function hintsIn(model: ResourceModel, attributes: ResourceAttributes): Hint[] {
  return Object.keys(attributes).flatMap((name) => {
    const value = attributes[name];
    if (!name.includes(':')) return hintForCore(model, name);
    const extension = model.extensions.find(({ id }) => id === name);
    if (!extension) {
      return [{ cause: 'undeclaredExtension', detail: `No schema is declared for ${quoted(name)}.` } as const];
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
    return Object.keys(value).flatMap((inner): Hint[] => {
      const core = model.findAttribute(inner, name) ? undefined : model.findAttribute(inner);
      // The wellness guide (its row 22) reads the manager's name from this one.
      if (!core || (core.name === 'displayName' && name === ENTERPRISE_USER_SCHEMA)) return [];
      return [
        {
          cause: 'wrongNamespace',
          detail: `Attribute ${quoted(core.name)} belongs to ${model.coreSchema.id}, not under ${name}.`,
        },
      ];
    });
  });
}

function hintForCore(model: ResourceModel, name: string): Hint[] {
  if (model.findAttribute(name)) return [];
  const owner = model.extensions.find(({ id }) => model.findAttribute(name, id));
  if (!owner) return [];
  return [
    { cause: 'wrongNamespace', detail: `Attribute ${quoted(name)} belongs under ${owner.id}, not at the top level.` },
  ];
}

const quoted = (name: string): string => JSON.stringify(name.slice(0, 200));
