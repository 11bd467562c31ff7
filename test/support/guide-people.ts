import { ENTERPRISE } from './tenant-client.js';

export const WISQ = 'urn:ietf:params:scim:schemas:extension:wisq:1.0:User';
export const ACME = 'urn:example:params:scim:schemas:acme:User';

/** The enterprise rows of the wellness product's guide that RFC 7643 §4.3 does not have, and what a customer may name. */
export const WELLNESS_ENTERPRISE = {
  joiningDate: '2024-05-01',
  gender: 'female',
  dob: '1990-02-28',
  secondaryEmail: 'ana@home.example',
  jobCode: 'J123',
  jobLevel: '7',
  jobFamily: 'Care',
  businessUnit: 'North',
  employmentType: 'Full time',
  employeeGroup: 'Nurses',
  displayName: 'Bo Berg',
  managerEmail: 'bo@example.com',
  employmentEndDate: '2030-01-31',
  terminationReason: 'none',
  salaryAmount: '52000.50',
  salaryCurrency: 'NOK',
  salaryFrequency: 'yearly',
  benefitStatus: 'enrolled',
  healthInsurance: 'basic',
  retirementPlan: 'yes',
  memberId: '0042',
  memberType: 'gold',
  lastReviewDate: '2026-01-15',
  performanceRating: 'good',
  certifications: ['CPR', 'ICU'],
  visaStatus: 'none',
  workAuthorizationExpiry: '2028-12-31',
  backgroundCheck: 'passed',
};

/** One person as each product's setup guide has them sent, without the userName. Attributes come back as they stand. */
export const GUIDE_PEOPLE: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'wellness, default keys': {
    name: { givenName: 'Ana', familyName: 'Lee' },
    country: 'Norway',
    region: 'Viken',
    locality: 'Oslo',
    addresses: [{ type: 'work', locality: 'Bergen', country: 'NO' }],
    phoneNumbers: [{ value: 'tel:+47-22-00', type: 'work', primary: true }],
    title: 'Nurse',
    [ENTERPRISE]: { employeeNumber: '007', department: 'ICU', costCenter: '4711', ...WELLNESS_ENTERPRISE },
  },
  'wellness, the customer’s own keys': {
    [ENTERPRISE]: {
      empNum: '007',
      divisionCode: 'D1',
      divisionName: 'Care',
      costCode: 'C9',
      area: 'EMEA',
      extension_0f1e2d3c4b5a_CostRun: 'x1',
    },
  },
  'HR assistant': {
    name: { givenName: 'Ana', familyName: 'Lee' },
    emails: [{ value: 'ana.lee@example.com', primary: true }],
    title: 'Nurse',
    userType: 'Part time',
    addresses: [{ streetAddress: 'Main Street 1', locality: 'Oslo', region: 'Viken', country: 'NO' }],
    [ENTERPRISE]: { costCenter: '4711' },
    [WISQ]: { employeeId: '7', departmentCode: 12, managerEmail: 'bo@example.com', remote: true, $Badge: 'b' },
  },
  'SaaS with roles': {
    name: { givenName: 'Ana', familyName: 'Lee' },
    roles: [{ value: 'admin', primary: true }],
    active: true,
  },
  'client-settings platform': {
    name: { givenName: 'Ana', familyName: 'Lee' },
    emails: [{ type: 'work', value: 'ana@example.com' }],
    phoneNumbers: [
      { type: 'mobile', value: '+47 900' },
      { type: 'work', value: '+47 220' },
    ],
    title: 'Nurse',
    addresses: [
      {
        type: 'work',
        streetAddress: 'Main Street 1',
        locality: 'Oslo',
        region: 'Viken',
        postalCode: '0150',
        country: 'NO',
      },
    ],
  },
  'identity platform': {
    externalId: '00u1ana',
    emails: [{ value: 'ana@example.com', primary: true }],
    [ACME]: { favouriteColour: 'red', shoe: { size: 42, wide: false }, since: '2026-01-31T08:00:00+01:00' },
    'https://acme.example.com/scim/hr': { level: 3.5 },
  },
};
