export * from './event-store.port.js';
export * from './transfer/import-log.js';
export * from './transfer/log-lines.js';
