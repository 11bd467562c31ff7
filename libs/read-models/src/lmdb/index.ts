export { openLmdbReadModels, type LmdbReadModelsOptions } from './lmdb.read-models.js';
export type { QueryCost } from './query-run.js';
