import { count, DIALECT, digits, id, instant, object, type Schema } from './json-schema.js';

const place = {
  product: id('Id of the product.'),
  topic: id('The topic it consumes.'),
  partition: count('The partition.'),
};
const acknowledgedAt = instant('When its store had it, UTC, by its own clock.');

export const TAKEN_IN_SCHEMA = 'taken-in.v1';
export const DEACTIVATION_SCHEMA = 'deactivation.taken-in.v1';

export const ACKNOWLEDGEMENTS: Readonly<Record<string, Schema>> = {
  [TAKEN_IN_SCHEMA]: {
    $schema: DIALECT,
    $id: `urn:rollcall:schema:${TAKEN_IN_SCHEMA}`,
    title: 'Everything before a place is taken in, or was given up as a dead letter',
    ...object({ ...place, next: digits('Offset of the first message not yet taken in.'), acknowledgedAt }),
  },
  [DEACTIVATION_SCHEMA]: {
    $schema: DIALECT,
    $id: `urn:rollcall:schema:${DEACTIVATION_SCHEMA}`,
    title: 'A message that makes a person inactive is taken in',
    ...object({
      ...place,
      tenant: id('Slug of the tenant.'),
      userId: id('The person.'),
      eventId: id('`ce_id` of the message.'),
      revision: count('`ce_revision` of the message.'),
      position: digits('`ce_position` of the message.'),
      offset: digits('Where the message stood.'),
      acknowledgedAt,
    }),
  },
};
