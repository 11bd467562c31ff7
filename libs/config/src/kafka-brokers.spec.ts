import { parseKafkaBrokers } from './kafka-brokers.js';

describe('parseKafkaBrokers', () => {
  it('takes brokers, TLS and SASL', () => {
    expect(parseKafkaBrokers('kafka-1:9092, kafka-2:9092,[::1]:9094')).toEqual({
      brokers: ['kafka-1:9092', 'kafka-2:9092', '[::1]:9094'],
      ssl: false,
    });
    expect(parseKafkaBrokers('ssl://us%40er:p%3As@kafka:9093')).toEqual({
      brokers: ['kafka:9093'],
      ssl: true,
      sasl: { mechanism: 'scram-sha-512', username: 'us@er', password: 'p:s' },
    });
    expect(parseKafkaBrokers('u:p@kafka:9093?sasl=plain')).toMatchObject({ ssl: false, sasl: { mechanism: 'plain' } });
  });

  it.each([
    'kafka',
    'kafka:',
    'kafka:0',
    'kafka:70000',
    'kafka:9092,',
    'http://kafka:9092',
    'kafka:9092/path',
    'user@kafka:9092',
    ':p@kafka:9092',
    'user:@kafka:9092',
    'u:%zz@kafka:9092',
    'u:p@kafka:9092?sasl=kerberos',
    'u:p@kafka:9092?acks=0',
    'kafka:9092?sasl=plain',
  ])('refuses %s', (text) => {
    expect(parseKafkaBrokers(text)).toBeUndefined();
  });
});
