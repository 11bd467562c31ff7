import { DIALECT, digits, id, instant, object, type Schema } from './json-schema.js';

const attributes = {
  ce_specversion: { type: 'string', const: '1.0' },
  ce_id: id('Id of what caused the message; with `ce_source` and `ce_subject` it tells a repetition.'),
  ce_type: id('What the message is; pass over types that you do not know.'),
  ce_source: id('`/tenants/{tenant}`, or `/products/{product}` of an acknowledgement.'),
  ce_subject: id('Id of the person or group; the place, of an acknowledgement of a place.'),
  ce_time: instant('When it happened, UTC.'),
  'content-type': { type: 'string', const: 'application/json', description: 'Absent on a tombstone.' },
} satisfies Record<string, Schema>;

const subject = {
  ce_tenant: id('Slug of the tenant.'),
  ce_revision: digits('Place in the history of the subject, from 0: tells apart its messages.'),
  ce_position: digits('Place in the whole log as of which the message is true: the higher one is the newer one.'),
};

const TRACE_FORM = '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$';
const traceContext = (description: string): Schema => ({ type: 'string', pattern: TRACE_FORM, description });

/** W3C Trace Context. */
const trace = {
  ce_traceparent: traceContext(
    'The piece of a trace that recorded the event (CloudEvents Distributed Tracing); absent where it belongs to none.',
  ),
  traceparent: traceContext('The piece of a trace that published the message; absent where nobody collects them.'),
};

/** CloudEvents 1.0 in Kafka's binary mode: attributes are headers, the value is the data. */
export const HEADERS: Readonly<Record<string, Schema>> = {
  'change-headers.v1': {
    $schema: DIALECT,
    $id: 'urn:rollcall:schema:change-headers.v1',
    title: 'Headers of whatever tells of a person or group',
    ...object({ ...attributes, ...subject, ...trace }, { optional: ['content-type', ...Object.keys(trace)] }),
  },
  'acknowledgement-headers.v1': {
    $schema: DIALECT,
    $id: 'urn:rollcall:schema:acknowledgement-headers.v1',
    title: 'Headers of an acknowledgement',
    ...object({ ...attributes, ...subject }, { optional: ['content-type', ...Object.keys(subject)] }),
  },
  'dead-letter-headers.v1': {
    $schema: DIALECT,
    $id: 'urn:rollcall:schema:dead-letter-headers.v1',
    title: 'Headers of a dead letter: those it came with, and why it was given up',
    ...object(
      {
        dl_error: id('Name and message of the error. Holds no values.'),
        dl_group: id('The consumer group that gave it up.'),
        dl_topic: id('Where it came from.'),
        dl_partition: digits('Its partition.'),
        dl_offset: digits('Its offset.'),
        dl_time: instant('When it was given up, UTC.'),
      },
      {},
    ),
    additionalProperties: true,
  },
};
