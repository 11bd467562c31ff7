export * from './read-models.port.js';
