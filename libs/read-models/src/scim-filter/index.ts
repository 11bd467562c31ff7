export { type CompileOptions, compileScimFilter } from './compile-scim-filter.js';
export { type CompiledSort, compileSort } from './compile-sort.js';
export {
  collectRelationTerms,
  type RelationIds,
  relationKey,
  type RelationPath,
  type RelationTerm,
} from './relations.js';
export { searchShadow, type SearchShadow, type ShadowSource } from './search-shadow.js';
