export * from './message-bus.port.js';
