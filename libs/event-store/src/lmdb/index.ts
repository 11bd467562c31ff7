export { type LmdbEventStoreOptions, openLmdbEventStore } from './lmdb.event-store.js';
