export * from './logger.js';
export * from './health.controller.js';
export * from './metrics/index.js';
export * from './traces/index.js';
