import { placeSource } from './place-source.js';
import type { AttributeSource, KeyLevel, ProductKey, ProductProfile, Source } from './product-profile.js';

/** Its guide asks for the work address; where a provider gives addresses no type, the usual order follows. */
const workPlace = (part: string): AttributeSource => placeSource(part, [{ type: 'work' }, 'primary', 'untyped', 'any']);

const row = (key: string, level: KeyLevel, sources: readonly Source[], description: string): ProductKey => ({
  key,
  namespace: 'core',
  sources,
  type: 'string',
  level,
  sensitive: false,
  description,
});

/** A platform whose clients manage who works with it. Groups become roles by themselves; rows stand in its guide's order. */
export const clientSettings: ProductProfile = {
  id: 'client-settings',
  title: 'Client-settings platform',
  identityKey: 'username',
  roles: {
    key: 'roles',
    from: 'everyGroup',
    description: 'Every group is a role; a new role has no permissions until somebody gives it some in the platform.',
  },
  deactivation: {
    loginBlocked: true,
    dataRetained: true,
    historyVisible: true,
    description:
      'Deleted at the identity provider means deactivated here: no access, history kept, back when restored.',
  },
  keys: [
    row('username', 'required', ['userName'], 'Identifies the person.'),
    row('first_name', 'recommended', ['name.givenName'], 'Given name.'),
    row('last_name', 'recommended', ['name.familyName'], 'Family name.'),
    {
      // Not every provider types its addresses. A home address is never taken for it, nor is userName.
      ...row('email', 'recommended', [{ path: 'emails.value', pick: [{ type: 'work' }, 'primary', 'untyped'] }], ''),
      type: 'email',
      description: 'Work e-mail address; where none is typed work, the primary or untyped one.',
    },
    {
      ...row('mobile_number', 'optional', ['phoneNumbers[type eq "mobile"].value'], 'Mobile number, without "tel:".'),
      type: 'phone',
    },
    {
      ...row('work_number', 'optional', ['phoneNumbers[type eq "work"].value'], 'Work number, without "tel:".'),
      type: 'phone',
    },
    row('position', 'optional', ['title'], 'Job title.'),
    row('street_address', 'optional', [workPlace('streetAddress')], 'Street and number.'),
    row('city', 'optional', [workPlace('locality'), 'locality'], 'City.'),
    row('state', 'optional', [workPlace('region'), 'region'], 'State or region.'),
    row('postal_code', 'optional', [workPlace('postalCode')], 'Postal code.'),
    {
      ...row('country', 'optional', [workPlace('country'), 'country'], ''),
      asks: 'countryCode',
      description: 'ISO 3166 two-letter code. Anything else is kept as sent and reported.',
    },
  ],
};
