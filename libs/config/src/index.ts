export * from './certificate.js';
export * from './rollcall-config.js';
export { type KafkaBrokers, parseKafkaBrokers } from './kafka-brokers.js';
