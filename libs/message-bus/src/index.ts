export * from './cloud-events.js';
export * from './message-bus.port.js';
