import type { GroupEvent, UserEvent } from '#domain';
import { CHANGE_TYPES } from '#products';
import { count, DIALECT, id, instant, object, type Schema, text } from './json-schema.js';

type ChangeType = keyof typeof CHANGE_TYPES;
type Told = Extract<UserEvent | GroupEvent, { type: ChangeType }>['type'];

const anyValue: Schema = {};
const resource: Schema = {
  type: 'object',
  additionalProperties: anyValue,
  description: 'SCIM attributes by their canonical names, extensions under their URNs (RFC 7643). Never a password.',
};
const changes: Schema = {
  type: 'object',
  additionalProperties: anyValue,
  description:
    'Attribute path → its new value, null for removed: `title`, `name.givenName`, `emails` (whole), `urn:…:User:department`.',
};
const reason = text('`active=false`, `deleted` and the like.');
const members = (description: string): Schema => ({
  type: 'array',
  description,
  items: object({
    value: id('Id of the user or group.'),
    type: { type: 'string', enum: ['User', 'Group'] },
  }),
});

/** What happened, by the type of the event: exactly what the log holds. */
const DATA: Readonly<Record<Told, { title: string; data: Schema }>> = {
  UserProvisioned: { title: 'A person was created, or came back as another person', data: object({ resource }) },
  UserUpdated: { title: 'Attributes of a person changed', data: object({ changes }) },
  UserDeactivated: { title: 'A person was deactivated', data: object({ reason }) },
  UserReactivated: { title: 'A person was reactivated', data: object({ reason }) },
  UserDeprovisioned: {
    title: 'A person was deleted at the identity provider; their history stays',
    data: object(
      { reason, nameReleased: { type: 'boolean', const: true, description: 'Their userName is free again.' } },
      { optional: ['nameReleased'] },
    ),
  },
  GroupCreated: { title: 'A group was created, without members yet', data: object({ resource }) },
  GroupUpdated: { title: 'Attributes of a group changed', data: object({ changes }) },
  GroupDeleted: { title: 'A group was deleted', data: object({ reason }) },
  GroupMembershipChanged: {
    title: 'Members came or went',
    data: object({ added: members('Who came.'), removed: members('Who went.') }),
  },
};

/** JSON of a canonical change: who did it, and the event's own data. */
export function changeSchema(type: ChangeType): Schema {
  const { title, data } = DATA[type];
  const subject = type.startsWith('User') ? { userId: id('The person.') } : { groupId: id('The group.') };
  const message = object(
    {
      tenant: id('Slug of the tenant.'),
      ...subject,
      revision: count('Place of the event in the history of its subject, from 0.'),
      type: { type: 'string', const: type },
      occurredAt: instant('When the request came, UTC.'),
      connection: id('The connection that asked for it, where one did.'),
      idp: id('The preset of that connection.'),
      correlationId: id('Id of the request: everything that it caused carries it.'),
      data,
    },
    { optional: ['connection', 'idp'] },
  );
  return { $schema: DIALECT, $id: `urn:rollcall:schema:${changeSchemaName(type)}`, title, ...message };
}

export const changeSchemaName = (type: ChangeType): string => CHANGE_TYPES[type].replace(/^rollcall\./, '');
