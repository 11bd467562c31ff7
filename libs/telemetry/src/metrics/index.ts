export * from './catalogue.js';
export * from './distribution.js';
export * from './metrics.js';
export * from './request-meter.js';
