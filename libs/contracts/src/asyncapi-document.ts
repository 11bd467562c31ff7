import type { Contract, MessageContract, TopicContract } from './contract.js';

const JSON_SCHEMA = 'application/schema+json;version=draft-2020-12';

/** Where the document finds a schema. */
export const schemaFile = (name: string): string => `schemas/${name}.schema.json`;

/** The contract as an AsyncAPI 3.0 document, from Rollcall's side: it sends what goes out and receives acknowledgements. */
export function asyncApiDocument({ topics }: Contract): object {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Rollcall topics',
      version: '1.0.0',
      description: [
        'What Rollcall tells products of people and groups, and what products tell in return.',
        'Messages are CloudEvents 1.0 in binary mode: attributes in headers `ce_…`, the JSON data as the value.',
        'Messages are partitioned by key, so those about one person or group stay in one partition and in order, however many ' +
          'partitions there are. An embedded topic has one.',
        'Readers pass over headers, members and message types that they do not know: those are how the contract grows. ' +
          'Whatever would break a reader comes as a new version beside the old one.',
      ].join('\n\n'),
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(Object.entries(topics).map(([address, topic]) => [address, channel(address, topic)])),
    operations: Object.fromEntries(
      Object.entries(topics).flatMap(([address, { direction, title }]) =>
        direction === 'own' ? [] : [operation(address, direction === 'out' ? 'send' : 'receive', title)],
      ),
    ),
  };
}

function channel(address: string, { title, description, key, compacted, messages }: TopicContract): object {
  return {
    address,
    title,
    description,
    messages: Object.fromEntries(
      Object.entries(messages).map(([name, contract]) => [name, message(name, contract, key)]),
    ),
    bindings: {
      kafka: {
        topic: address,
        topicConfiguration: { 'cleanup.policy': [compacted ? 'compact' : 'delete'] },
        bindingVersion: '0.5.0',
      },
    },
  };
}

function message(name: string, { type, headers, payload }: MessageContract, key: string): object {
  return {
    name,
    ...(type !== undefined && { title: type }),
    contentType: 'application/json',
    headers: { schemaFormat: JSON_SCHEMA, schema: { $ref: `./${schemaFile(headers)}` } },
    ...(payload !== undefined && {
      payload: { schemaFormat: JSON_SCHEMA, schema: { $ref: `./${schemaFile(payload)}` } },
    }),
    bindings: { kafka: { key: { type: 'string', description: key }, bindingVersion: '0.5.0' } },
  };
}

function operation(address: string, action: 'send' | 'receive', title: string): [string, object] {
  const pointer = address.replaceAll('~', '~0').replaceAll('/', '~1');
  return [`${action}.${address}`, { action, channel: { $ref: `#/channels/${pointer}` }, summary: title }];
}
