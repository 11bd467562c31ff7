export { type KafkaMessageBusOptions, openKafkaMessageBus } from './kafka.message-bus.js';
