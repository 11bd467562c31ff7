import { ENTERPRISE } from './tenant-client.js';

/** The person that every provider has in its directory. */
const name = { givenName: 'Ana', familyName: 'Lee' };
const address = { streetAddress: 'Storgata 1', locality: 'Oslo', region: 'Viken', postalCode: '0155', country: 'NO' };

/** What each provider sends of them where its admin has mapped nothing but the defaults, and where its habits are known. */
export const IDP_PEOPLE: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  okta: {
    userName: 'ana@okta.example',
    externalId: '00u1a2b3c4',
    name,
    emails: [
      { primary: true, value: 'ana@okta.example', type: 'work' },
      { value: 'ana@home.example', type: 'other' },
    ],
    phoneNumbers: [
      { primary: true, value: '+47 22', type: 'work' },
      { value: '+47 900', type: 'mobile' },
    ],
    addresses: [{ ...address, type: 'work', primary: true }],
    title: 'Nurse',
    userType: 'Part time',
    groups: [],
    active: true,
    [ENTERPRISE]: {
      employeeNumber: '0042',
      department: 'Care',
      costCenter: '4711',
      division: 'North',
      organization: 'Acme',
      manager: { value: '00u9manager', displayName: 'Bo Berg' },
    },
  },
  'entra-id': {
    userName: 'ana@entra.example',
    externalId: 'alee',
    name: { ...name, formatted: 'Ana Lee' },
    emails: [{ primary: true, type: 'work', value: 'ana.lee@entra.example' }],
    phoneNumbers: [
      { type: 'work', value: '+47 22' },
      { type: 'mobile', value: '+47 900' },
      { type: 'fax', value: '+47 23' },
    ],
    addresses: [{ type: 'work', formatted: 'Building 4', ...address }],
    title: 'Nurse',
    roles: [],
    active: true,
    [ENTERPRISE]: { employeeNumber: '77', department: 'Care', manager: 'm-1' },
  },
  jumpcloud: {
    userName: 'ana.lee',
    externalId: '66e2d689590450d073d2df3b',
    name,
    emails: [{ primary: true, type: 'work', value: 'ana@jumpcloud.example' }],
    phoneNumbers: [
      { primary: true, type: 'work', value: 'tel:+47-22' },
      { type: 'mobile', value: 'tel:+47-900' },
    ],
    addresses: [{ ...address, type: 'work', primary: true }],
    title: 'Nurse',
    active: true,
    [ENTERPRISE]: { department: 'Care', employeeNumber: '5' },
  },
  google: {
    userName: 'ana@google.example',
    name,
    emails: [{ type: 'work', value: 'ana@google.example', primary: true }],
    phoneNumbers: [{ type: 'work', value: '+47 22' }],
    addresses: [{ type: 'work', ...address }],
    title: 'Nurse',
    active: true,
    [ENTERPRISE]: { department: 'Care', costCenter: '4711', manager: { value: 'bo@google.example' } },
  },
  ping: {
    userName: 'ana@ping.example',
    externalId: '5f2d8c1e',
    name,
    emails: [
      { type: 'work', value: 'ana@ping.example', primary: true },
      { type: 'work', value: 'ana@ping.example', primary: true },
    ],
    addresses: [{ type: 'work', ...address }],
    title: 'Nurse',
    active: true,
    [ENTERPRISE]: { department: 'Care', division: 'North' },
  },
  onelogin: {
    id: null,
    userName: 'ana@onelogin.example',
    name: { ...name, formatted: 'Ana Lee' },
    emails: { value: 'ana@onelogin.example', type: 'work' },
    phoneNumbers: [{ value: '+47 22', type: 'work' }],
    title: 'Nurse',
    active: 'true',
    [ENTERPRISE]: { department: 'Care', division: '', manager: { managerId: 'm-1', displayName: 'Bo Berg' } },
  },
};

const everywhere = (value: unknown) => Object.fromEntries(Object.keys(IDP_PEOPLE).map((idp) => [idp, value]));
const ADDRESSED = ['okta', 'entra-id', 'jumpcloud', 'google', 'ping'];
const addressed = (value: unknown) => Object.fromEntries(ADDRESSED.map((idp) => [idp, value]));

/** Key of the wellness product → provider → what it is told; nothing by any provider that is not named. */
export const WELLNESS_BY_IDP: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  email: {
    okta: 'ana@okta.example',
    'entra-id': 'ana@entra.example',
    jumpcloud: 'ana@jumpcloud.example',
    google: 'ana@google.example',
    ping: 'ana@ping.example',
    onelogin: 'ana@onelogin.example',
  },
  first_name: everywhere('Ana'),
  last_name: everywhere('Lee'),
  employee_id: { okta: '0042', 'entra-id': '77', jumpcloud: '5' },
  department: everywhere('Care'),
  country: addressed('NO'),
  region: addressed('Viken'),
  office_location: addressed('Oslo'),
  personal_email: { okta: 'ana@home.example' },
  phone_number: { okta: '+47 22', 'entra-id': '+47 22', jumpcloud: '+47-22', google: '+47 22', onelogin: '+47 22' },
  address: { ...addressed(address), 'entra-id': { formatted: 'Building 4', ...address } },
  job_title: everywhere('Nurse'),
  employment_type: { okta: 'Part time' },
  manager_name: { okta: 'Bo Berg', onelogin: 'Bo Berg' },
  manager_email: { google: 'bo@google.example' },
  cost_center: { okta: '4711', google: '4711' },
  // A division is nearest to it and is not it, until a mapping says so.
  business_unit: {},
};

/** The columns of the client-settings platform's guide. */
export const CLIENT_SETTINGS_BY_IDP: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  okta: {
    username: 'ana@okta.example',
    first_name: 'Ana',
    last_name: 'Lee',
    email: 'ana@okta.example',
    mobile_number: '+47 900',
    work_number: '+47 22',
    position: 'Nurse',
    street_address: 'Storgata 1',
    city: 'Oslo',
    state: 'Viken',
    postal_code: '0155',
    country: 'NO',
  },
  jumpcloud: {
    username: 'ana.lee',
    first_name: 'Ana',
    last_name: 'Lee',
    email: 'ana@jumpcloud.example',
    mobile_number: '+47-900',
    work_number: '+47-22',
    position: 'Nurse',
    street_address: 'Storgata 1',
    city: 'Oslo',
    state: 'Viken',
    postal_code: '0155',
    country: 'NO',
  },
  'entra-id': {
    username: 'ana@entra.example',
    first_name: 'Ana',
    last_name: 'Lee',
    email: 'ana.lee@entra.example',
    mobile_number: '+47 900',
    work_number: '+47 22',
    position: 'Nurse',
    street_address: 'Storgata 1',
    city: 'Oslo',
    state: 'Viken',
    postal_code: '0155',
    country: 'NO',
  },
};
