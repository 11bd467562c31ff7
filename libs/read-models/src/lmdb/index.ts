export { openLmdbReadModels, type LmdbReadModelsOptions, type SearchesOptions } from './lmdb.read-models.js';
export type { QueryCost } from './query-run.js';
export { serveSearches } from './searches/serve-searches.js';
