export * from './asyncapi-document.js';
export * from './compare-contracts.js';
export * from './contract.js';
export * from './json-schema.js';
