import { commonAttributes } from '../schema/common-attributes.js';
import type { ResourceModel } from '../schema/resource-model.js';
import type { AttributeDefinition } from '../schema/schema.types.js';
import { compileReader, type ReadValue } from './normalize-value.js';

/** Where the value of a name goes. */
export interface AttributeSlot {
  readonly name: string;
  /** Full path for error messages. */
  readonly path: string;
  readonly role: 'kept' | 'ignored' | 'password';
  readonly required: boolean;
  readonly complex: boolean;
  /** A single object, to which dotted keys may add. */
  readonly mergeable: boolean;
  /** A list to one of whose elements dotted keys may add. Members are told apart by their values alone. */
  readonly overlaid: boolean;
  readonly read: ReadValue;
}

/** Slots by name, both as the schema writes it and in lower case. */
export type NameTable = ReadonlyMap<string, AttributeSlot>;

/** What a resource model means to a body, worked out once. */
export interface CompiledModel {
  readonly core: NameTable;
  /** By URN as the schema writes it. */
  readonly extensions: ReadonlyMap<string, NameTable>;
}

const compiledModels = new WeakMap<ResourceModel, CompiledModel>();

/** Worked out at the first use of a model, then kept as long as the model is. */
export function compileModel(model: ResourceModel): CompiledModel {
  let compiled = compiledModels.get(model);
  if (!compiled) {
    compiled = {
      core: tableOf([...commonAttributes, ...model.coreSchema.attributes]),
      extensions: new Map(model.extensions.map((schema) => [schema.id, tableOf(schema.attributes, schema.id)])),
    };
    compiledModels.set(model, compiled);
  }
  return compiled;
}

function tableOf(attributes: readonly AttributeDefinition[], extension?: string): NameTable {
  const table = new Map<string, AttributeSlot>();
  for (const definition of attributes) {
    const slot = slotFor(definition, extension);
    table.set(definition.name, slot).set(definition.name.toLowerCase(), slot);
  }
  return table;
}

function slotFor(definition: AttributeDefinition, extension?: string): AttributeSlot {
  const { name, multiValued, mutability, returned, required, subAttributes } = definition;
  const complex = definition.type === 'complex';
  return {
    name,
    path: extension === undefined ? name : `${extension}:${name}`,
    role: roleOf(name, mutability, returned),
    required,
    complex,
    mergeable: complex && !multiValued,
    overlaid: multiValued && !!subAttributes?.every((sub) => sub.name !== 'value' || sub.mutability !== 'immutable'),
    read: compileReader(definition, '', extension !== undefined),
  };
}

function roleOf(
  name: string,
  mutability: AttributeDefinition['mutability'],
  returned: AttributeDefinition['returned'],
): AttributeSlot['role'] {
  if (mutability === 'writeOnly' || returned === 'never') return 'password';
  // What a resource has attributes of is seen from its attributes; providers list too little or too much.
  return mutability === 'readOnly' || name === 'schemas' ? 'ignored' : 'kept';
}
