export { type EventStoreDbOptions, openEventStoreDb } from './eventstoredb.event-store.js';
