import {
  acksTopic,
  CHANGE_TYPES,
  DEACTIVATION_TAKEN_IN,
  deadLetterTopic,
  GROUPS_TOPIC,
  type ProductProfile,
  productTopic,
  TAKEN_IN,
  USERS_TOPIC,
  VIEW_CHANGED,
} from '#products';
import { ACKNOWLEDGEMENTS, DEACTIVATION_SCHEMA, TAKEN_IN_SCHEMA } from './acknowledgement-schemas.js';
import { changeSchema, changeSchemaName } from './change-schemas.js';
import { HEADERS } from './header-schemas.js';
import type { Schema } from './json-schema.js';
import { viewSchema, viewSchemaName } from './view-schema.js';

/** A kind of message on a topic. */
export interface MessageContract {
  /** CloudEvents `type`; absent of a dead letter, which has that of the message. */
  readonly type?: string;
  /** Names of schemas. A tombstone has no payload. */
  readonly headers: string;
  readonly payload?: string;
}

export interface TopicContract {
  readonly title: string;
  readonly description: string;
  /** `out`: Rollcall writes and products read; `in`: products write and Rollcall reads; `own`: a product's consumer does both. */
  readonly direction: 'out' | 'in' | 'own';
  readonly key: string;
  readonly compacted: boolean;
  /** By name. */
  readonly messages: Readonly<Record<string, MessageContract>>;
}

/** Everything that somebody at the other end of a topic may rely on. */
export interface Contract {
  readonly topics: Readonly<Record<string, TopicContract>>;
  readonly schemas: Readonly<Record<string, Schema>>;
}

const CHANGE_HEADERS = 'change-headers.v1';
const ACK_HEADERS = 'acknowledgement-headers.v1';

/** The contract of an installation with these products. */
export function contractOf(profiles: readonly ProductProfile[]): Contract {
  const changes = Object.keys(CHANGE_TYPES) as (keyof typeof CHANGE_TYPES)[];
  const topics: Record<string, TopicContract> = {
    [USERS_TOPIC]: changeTopic('people', 'userId', changes.filter((type) => type.startsWith('User'))), // prettier-ignore
    [GROUPS_TOPIC]: changeTopic('groups', 'groupId', changes.filter((type) => type.startsWith('Group'))), // prettier-ignore
  };
  const schemas: Record<string, Schema> = { ...HEADERS, ...ACKNOWLEDGEMENTS };
  for (const type of changes) schemas[changeSchemaName(type)] = changeSchema(type);
  for (const profile of profiles) {
    schemas[viewSchemaName(profile)] = viewSchema(profile);
    topics[productTopic(profile.id)] = viewTopic(profile);
    topics[acksTopic(profile.id)] = acks(profile);
    topics[deadLetterTopic(productTopic(profile.id))] = deadLetters(profile);
  }
  return { topics, schemas };
}

const REPETITION =
  'At least once, and in order for each key. A repetition has the position and the settings version of one seen before.';

function changeTopic(subjects: string, subject: string, types: readonly (keyof typeof CHANGE_TYPES)[]): TopicContract {
  return {
    title: `Every change of ${subjects}`,
    description:
      `One message for each event, as the log holds it, for whoever keeps an own copy of ${subjects}. At least once, and in ` +
      'order for each key: a repetition has a revision that is not higher than one seen before.',
    direction: 'out',
    key: `{tenant}/{${subject}}`,
    compacted: false,
    messages: Object.fromEntries(
      types.map((type) => [
        changeSchemaName(type),
        { type: CHANGE_TYPES[type], headers: CHANGE_HEADERS, payload: changeSchemaName(type) },
      ]),
    ),
  };
}

function viewTopic(profile: ProductProfile): TopicContract {
  const view = { type: VIEW_CHANGED, headers: CHANGE_HEADERS };
  return {
    title: `People as ${profile.title} is told of them`,
    description:
      'Each message is the whole picture of one person, sent when it really differs from the one before, also after a ' +
      `change of the tenant’s mapping. ${REPETITION} The newest message of each person is always there, so a consumer can ` +
      'begin anew at the start of the topic. A message without a value erases the person; none is published yet.',
    direction: 'out',
    key: '{tenant}/{userId}',
    compacted: true,
    messages: { view: { ...view, payload: viewSchemaName(profile) }, erasure: view },
  };
}

function acks({ title }: ProductProfile): TopicContract {
  return {
    title: `What ${title} has taken in`,
    description:
      'Written by the product. A place (key `{topic}/{partition}`) says that everything before it is in the product’s store; ' +
      'it is told at start and then a few times a second at most. A deactivation (key `{tenant}/{userId}/{eventId}`) is told ' +
      'for each message with `active: false`, before its offset is committed, so it may be repeated and is never left out.',
    direction: 'in',
    key: '{topic}/{partition} or {tenant}/{userId}/{eventId}',
    compacted: true,
    messages: {
      place: { type: TAKEN_IN, headers: ACK_HEADERS, payload: TAKEN_IN_SCHEMA },
      deactivation: { type: DEACTIVATION_TAKEN_IN, headers: ACK_HEADERS, payload: DEACTIVATION_SCHEMA },
    },
  };
}

function deadLetters({ title }: ProductProfile): TopicContract {
  return {
    title: `What ${title} could not take in`,
    description:
      'Written and replayed by the product’s consumer: the message as it came, with the reason and its place in headers ' +
      '`dl_…`. A leaver who ends here is not acknowledged. Never republish one on its topic: an old view would be the newest.',
    direction: 'own',
    key: '{tenant}/{userId}',
    compacted: false,
    messages: { letter: { headers: 'dead-letter-headers.v1' } },
  };
}
