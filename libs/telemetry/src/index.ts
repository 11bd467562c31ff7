export * from './logger.js';
export * from './health.controller.js';
