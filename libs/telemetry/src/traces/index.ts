export * from './export-traces.js';
export * from './traces.js';
