export { type Comparand, comparandOf } from './comparand.js';
export { compileMatcher, type Matcher, matchesFilter } from './filter-matcher.js';
export { MAX_FILTER_DEPTH, MAX_FILTER_LENGTH, MAX_FILTER_TERMS, parseFilter } from './filter-parser.js';
export { printFilter } from './filter-printer.js';
export type {
  CompareNode,
  CompareOperator,
  FilterLiteral,
  FilterNode,
  JunctionNode,
  NotNode,
  PresentNode,
  ValuePathNode,
} from './filter.types.js';
export { isObject } from './read-value.js';
export { leafDefinition, printPath, resolvePath } from './resolve-path.js';
export { canonicalInstant, compareText, type Scalar, searchable } from './searchable.js';
