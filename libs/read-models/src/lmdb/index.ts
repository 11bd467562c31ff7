export { openLmdbReadModels, type LmdbReadModelsOptions } from './lmdb.read-models.js';
