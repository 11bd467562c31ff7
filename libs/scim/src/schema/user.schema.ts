import { defineAttribute, pluralSubAttributes } from './define-attribute.js';
import type { SchemaDefinition } from './schema.types.js';

export const USER_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:User';

/** Core User, RFC 7643 §4.1, with the characteristics of §8.7.1. */
export const userSchema: SchemaDefinition = {
  id: USER_SCHEMA,
  name: 'User',
  description: 'A person with an account.',
  attributes: [
    defineAttribute('userName', 'string', 'Name the person signs in with; unique in the tenant, letter case aside.', {
      required: true,
      uniqueness: 'server',
    }),
    defineAttribute('name', 'complex', "The parts of the person's name.", {
      subAttributes: [
        defineAttribute('formatted', 'string', 'Whole name, ready to show.'),
        defineAttribute('familyName', 'string', 'Family name.'),
        defineAttribute('givenName', 'string', 'Given name.'),
        defineAttribute('middleName', 'string', 'Middle names.'),
        defineAttribute('honorificPrefix', 'string', 'Title in front of the name, such as Dr.'),
        defineAttribute('honorificSuffix', 'string', 'Suffix behind the name, such as III.'),
      ],
    }),
    defineAttribute('displayName', 'string', 'Name to show to others.'),
    defineAttribute('nickName', 'string', 'What the person is called in daily life.'),
    defineAttribute('profileUrl', 'reference', "Address of the person's profile page.", {
      referenceTypes: ['external'],
    }),
    defineAttribute('title', 'string', 'Job title.'),
    defineAttribute('userType', 'string', 'Relation to the organisation, such as Employee or Contractor.'),
    defineAttribute('preferredLanguage', 'string', 'Preferred languages, in the form of an Accept-Language header.'),
    defineAttribute('locale', 'string', 'Locale for dates, numbers and currency, such as en-US.'),
    defineAttribute('timezone', 'string', 'Time zone as the tz database names it, such as Europe/Oslo.'),
    defineAttribute('active', 'boolean', 'Whether the account may be used.'),
    defineAttribute('password', 'string', 'Accepted for compatibility; neither stored nor returned.', {
      caseExact: true,
      mutability: 'writeOnly',
      returned: 'never',
    }),
    defineAttribute('emails', 'complex', 'Email addresses.', {
      multiValued: true,
      subAttributes: pluralSubAttributes(defineAttribute('value', 'string', 'An email address.'), [
        'work',
        'home',
        'other',
      ]),
    }),
    defineAttribute('phoneNumbers', 'complex', 'Telephone numbers.', {
      multiValued: true,
      subAttributes: pluralSubAttributes(defineAttribute('value', 'string', 'A telephone number, kept as written.'), [
        'work',
        'home',
        'mobile',
        'fax',
        'pager',
        'other',
      ]),
    }),
    defineAttribute('ims', 'complex', 'Instant messaging addresses.', {
      multiValued: true,
      subAttributes: pluralSubAttributes(defineAttribute('value', 'string', 'An instant messaging address.'), [
        'aim',
        'gtalk',
        'icq',
        'xmpp',
        'msn',
        'skype',
        'qq',
        'yahoo',
      ]),
    }),
    defineAttribute('photos', 'complex', 'Pictures of the person.', {
      multiValued: true,
      subAttributes: pluralSubAttributes(
        defineAttribute('value', 'reference', 'Address of a picture.', { referenceTypes: ['external'] }),
        ['photo', 'thumbnail'],
      ),
    }),
    defineAttribute('addresses', 'complex', 'Postal addresses.', {
      multiValued: true,
      subAttributes: [
        defineAttribute('formatted', 'string', 'Whole address, ready to print.'),
        defineAttribute('streetAddress', 'string', 'Street, house number and the like; may hold line breaks.'),
        defineAttribute('locality', 'string', 'City or place.'),
        defineAttribute('region', 'string', 'State, province or region.'),
        defineAttribute('postalCode', 'string', 'Postal code.'),
        defineAttribute('country', 'string', 'Country; a two-letter ISO 3166 code is best, any text is kept.'),
        defineAttribute('type', 'string', 'Label telling what this address is for.', {
          canonicalValues: ['work', 'home', 'other'],
        }),
        defineAttribute('primary', 'boolean', 'Marks the preferred address; at most one carries true.'),
      ],
    }),
    defineAttribute('groups', 'complex', 'Groups the person belongs to, worked out from the groups themselves.', {
      multiValued: true,
      mutability: 'readOnly',
      subAttributes: [
        defineAttribute('value', 'string', 'Identifier of the group.', { caseExact: true, mutability: 'readOnly' }),
        defineAttribute('$ref', 'reference', 'Address of the group.', {
          mutability: 'readOnly',
          referenceTypes: ['User', 'Group'],
        }),
        defineAttribute('display', 'string', 'Name of the group.', { mutability: 'readOnly' }),
        defineAttribute('type', 'string', 'Whether membership is direct or comes through another group.', {
          mutability: 'readOnly',
          canonicalValues: ['direct', 'indirect'],
        }),
      ],
    }),
    defineAttribute('entitlements', 'complex', 'Things the person is entitled to.', {
      multiValued: true,
      subAttributes: pluralSubAttributes(defineAttribute('value', 'string', 'An entitlement.')),
    }),
    defineAttribute('roles', 'complex', 'Roles of the person.', {
      multiValued: true,
      subAttributes: pluralSubAttributes(defineAttribute('value', 'string', 'A role.')),
    }),
    defineAttribute('x509Certificates', 'complex', "The person's certificates.", {
      multiValued: true,
      subAttributes: pluralSubAttributes(defineAttribute('value', 'binary', 'A DER certificate in Base64.')),
    }),
  ],
};
