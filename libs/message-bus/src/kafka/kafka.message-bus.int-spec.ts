import { messageBusContract } from '../message-bus.contract.js';
import { openKafkaMessageBus } from './index.js';

/** Runs against the cluster that KAFKA_BROKERS names; every test has topics and groups of its own. */
const brokers = process.env['KAFKA_BROKERS']?.split(',');

if (brokers === undefined) {
  process.stdout.write('Skipped: the contract on Kafka, as KAFKA_BROKERS is not set\n');
  it.skip('KAFKA_BROKERS is not set', () => undefined);
} else {
  messageBusContract('Kafka', async () => ({
    open: async () => openKafkaMessageBus({ brokers }),
    [Symbol.asyncDispose]: async () => undefined,
  }));
}
