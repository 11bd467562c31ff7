export { type CompileOptions, compileScimFilter } from './compile-scim-filter.js';
export { type CompiledSort, compileSort } from './compile-sort.js';
export { foldForType } from './fold-for-type.js';
export {
  collectRelationTerms,
  type RelationIds,
  relationKey,
  type RelationPath,
  type RelationTerm,
} from './relations.js';
export { SHADOW_FIELD } from './shadow-key.js';
export { searchShadow, type SearchShadow, type ShadowSource } from './search-shadow.js';
export { unindexedAttributes } from './unindexed-attributes.js';
