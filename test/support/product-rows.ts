import { ACME, WISQ } from './guide-people.js';
import { ENTERPRISE } from './tenant-client.js';

/** One row of a product's guide: somebody as an identity provider sends them, and what one key of the product then says. */
export interface ProductRow {
  readonly product: string;
  readonly title: string;
  /** The body of the creation; a userName is added where there is none. */
  readonly sent: Readonly<Record<string, unknown>>;
  readonly key: string;
  /** Undefined: the product is told nothing. */
  readonly received: unknown;
  /** Part of what the view says is wrong with the key. */
  readonly problem?: string;
}

const ent = (attributes: object) => ({ [ENTERPRISE]: attributes });
const rowsOf =
  (product: string) =>
  (title: string, sent: object, key: string, received: unknown, problem?: string): ProductRow => ({
    product,
    title,
    sent: { ...sent },
    key,
    received,
    ...(problem !== undefined && { problem }),
  });

const home = { type: 'home', locality: 'Rome', region: 'Lazio', country: 'IT', streetAddress: 'Via 1' };
const work = { type: 'work', locality: 'Oslo', region: 'Viken', country: 'NO', streetAddress: 'Gate 2' };
const bare = { locality: 'Paris', region: 'IDF', country: 'FR', streetAddress: 'Rue 3' };
const main = { primary: true, locality: 'Bonn', region: 'NRW', country: 'DE', streetAddress: 'Weg 4' };

/** The wellness guide's table of 40 keys, each under its default attribute. */
const wellness = rowsOf('wellness');
export const WELLNESS_DEFAULTS: readonly ProductRow[] = [
  wellness('userName', { userName: 'Ann.Lee@acme.test' }, 'email', 'Ann.Lee@acme.test'),
  wellness('name.givenName', { name: { givenName: 'Ann' } }, 'first_name', 'Ann'),
  wellness('name.familyName', { name: { familyName: 'Lee' } }, 'last_name', 'Lee'),
  wellness('employeeNumber', ent({ employeeNumber: '007' }), 'employee_id', '007'),
  wellness('joiningDate', ent({ joiningDate: '2024-02-29' }), 'joining_date', '2024-02-29'),
  wellness('department', ent({ department: ' Sales ' }), 'department', 'Sales'),
  wellness('country', { country: 'DE' }, 'country', 'DE'),
  wellness('region', { region: 'Bavaria' }, 'region', 'Bavaria'),
  wellness('locality', { locality: 'Munich' }, 'office_location', 'Munich'),
  wellness('gender', ent({ gender: 'Female' }), 'gender', 'Female'),
  wellness('dob', ent({ dob: '1990-05-01' }), 'dob', '1990-05-01'),
  wellness('secondaryEmail', ent({ secondaryEmail: 'ann@home.test' }), 'personal_email', 'ann@home.test'),
  wellness('phoneNumbers', { phoneNumbers: [{ value: '+49 89 1' }] }, 'phone_number', '+49 89 1'),
  wellness('addresses', { addresses: [{ type: 'work', postalCode: '80331' }] }, 'address', { postalCode: '80331' }),
  wellness('title', { title: 'Engineer' }, 'job_title', 'Engineer'),
  wellness('jobCode', ent({ jobCode: 'J123' }), 'job_code', 'J123'),
  wellness('jobLevel', ent({ jobLevel: 'L5' }), 'job_level', 'L5'),
  wellness('jobFamily', ent({ jobFamily: 'Tech' }), 'job_family', 'Tech'),
  wellness('businessUnit', ent({ businessUnit: 'EMEA' }), 'business_unit', 'EMEA'),
  wellness('employmentType', ent({ employmentType: 'Full Time' }), 'employment_type', 'Full Time'),
  wellness('employeeGroup', ent({ employeeGroup: 'Staff' }), 'employee_group', 'Staff'),
  wellness('displayName', ent({ displayName: 'Bob Ray' }), 'manager_name', 'Bob Ray'),
  wellness('managerEmail', ent({ managerEmail: 'bob@acme.test' }), 'manager_email', 'bob@acme.test'),
  wellness('costCenter', ent({ costCenter: 'CC-1' }), 'cost_center', 'CC-1'),
  wellness('employmentEndDate', ent({ employmentEndDate: '2030-12-31' }), 'employment_end_date', '2030-12-31'),
  wellness('terminationReason', ent({ terminationReason: 'Moved' }), 'termination_reason', 'Moved'),
  wellness('salaryAmount', ent({ salaryAmount: '85000.50' }), 'salary_amount', '85000.50'),
  wellness('salaryCurrency', ent({ salaryCurrency: 'EUR' }), 'salary_currency', 'EUR'),
  wellness('salaryFrequency', ent({ salaryFrequency: 'Monthly' }), 'salary_frequency', 'Monthly'),
  wellness('benefitStatus', ent({ benefitStatus: 'Active' }), 'benefit_status', 'Active'),
  wellness('healthInsurance', ent({ healthInsurance: 'Gold' }), 'health_insurance', 'Gold'),
  wellness('retirementPlan', ent({ retirementPlan: 'Plan B' }), 'retirement_plan', 'Plan B'),
  wellness('memberId', ent({ memberId: '0042' }), 'member_id', '0042'),
  wellness('memberType', ent({ memberType: 'Primary' }), 'member_type', 'Primary'),
  wellness('lastReviewDate', ent({ lastReviewDate: '2025-01-15' }), 'last_review_date', '2025-01-15'),
  wellness('performanceRating', ent({ performanceRating: 'Exceeds' }), 'performance_rating', 'Exceeds'),
  wellness('certifications', ent({ certifications: ['PMP', 'CPA'] }), 'certifications', ['PMP', 'CPA']),
  wellness('visaStatus', ent({ visaStatus: 'H1B' }), 'visa_status', 'H1B'),
  wellness(
    'workAuthorizationExpiry',
    ent({ workAuthorizationExpiry: '2027-06-30' }),
    'work_authorization_expiry',
    '2027-06-30',
  ),
  wellness('backgroundCheck', ent({ backgroundCheck: 'Passed' }), 'background_check', 'Passed'),
];

const A_DATE = 'YYYY-MM-DD';

/** What else the same table takes, and what it does not. */
export const WELLNESS_RULES: readonly ProductRow[] = [
  wellness('a primary address for a userName without @', { userName: 'ann', emails: [{ type: 'work', value: 'w@a.test' }, { primary: true, value: 'p@a.test' }] }, 'email', 'p@a.test'), // prettier-ignore
  wellness('else a work address', { userName: 'bo', emails: [{ type: 'home', value: 'h@a.test' }, { type: 'work', value: 'w@a.test' }] }, 'email', 'w@a.test'), // prettier-ignore
  wellness('else the first address', { userName: 'cy', emails: [{ type: 'other', value: 'o@a.test' }] }, 'email', 'o@a.test'), // prettier-ignore
  wellness('a userName without @ and no address', { userName: 'di' }, 'email', undefined, 'e-mail'),
  wellness('a formatted name, which is not split', { name: { formatted: 'Ann Lee' } }, 'first_name', undefined),
  wellness('an employee number as a number', ent({ employeeNumber: 7 }), 'employee_id', '7'),
  wellness('employeeId, the name of another guide', ent({ employeeId: '0042' }), 'employee_id', '0042'),
  wellness('employeeNumber beside userName', { employeeNumber: '009' }, 'employee_id', '009'),
  wellness('a dateTime', ent({ joiningDate: '2024-05-01T23:30:00-08:00' }), 'joining_date', '2024-05-01'),
  wellness('a dateTime of birth', ent({ dob: '1990-05-01T00:00:00Z' }), 'dob', '1990-05-01'),
  wellness('a date in another order', ent({ joiningDate: '01/05/2024' }), 'joining_date', undefined, A_DATE),
  wellness('a day that is none', ent({ lastReviewDate: '2025-02-30' }), 'last_review_date', undefined, A_DATE),
  wellness('a department beside userName', { department: 'Sales' }, 'department', 'Sales'),
  wellness('a country of an address', { addresses: [work] }, 'country', 'NO'),
  wellness('a country by its name', { country: 'Norway' }, 'country', 'Norway'),
  wellness('a region of an address', { addresses: [work] }, 'region', 'Viken'),
  wellness('a city of an address', { addresses: [work] }, 'office_location', 'Oslo'),
  wellness('a home address as the private one', { emails: [{ type: 'home', value: 'h@a.test' }] }, 'personal_email', 'h@a.test'), // prettier-ignore
  wellness('else another one', { emails: [{ type: 'other', value: 'o@a.test' }] }, 'personal_email', 'o@a.test'),
  wellness('the primary number', { phoneNumbers: [{ type: 'work', value: '1' }, { type: 'fax', value: '2', primary: true }] }, 'phone_number', '2'), // prettier-ignore
  wellness('else the work number', { phoneNumbers: [{ type: 'mobile', value: '1' }, { type: 'work', value: '2' }] }, 'phone_number', '2'), // prettier-ignore
  wellness('else the mobile number', { phoneNumbers: [{ type: 'fax', value: '1' }, { type: 'mobile', value: '2' }] }, 'phone_number', '2'), // prettier-ignore
  wellness('else the first number', { phoneNumbers: [{ type: 'fax', value: '1' }] }, 'phone_number', '1'),
  wellness('a number as an object', { phoneNumbers: { value: 'tel:+47-1' } }, 'phone_number', '+47-1'),
  wellness('a number as a text', { phoneNumbers: '+47 2' }, 'phone_number', '+47 2'),
  wellness('the primary address', { addresses: [home, work, bare, main] }, 'address', { locality: 'Bonn', region: 'NRW', country: 'DE', streetAddress: 'Weg 4' }), // prettier-ignore
  wellness('a formatted address', { addresses: [{ formatted: 'Gate 2, Oslo' }] }, 'address', { formatted: 'Gate 2, Oslo' }), // prettier-ignore
  wellness('a level as a number', ent({ jobLevel: 5 }), 'job_level', '5'),
  wellness('a division, which is no business unit', ent({ division: 'North' }), 'business_unit', undefined),
  wellness('userType where employmentType is not sent', { userType: 'Contractor' }, 'employment_type', 'Contractor'),
  wellness('the manager’s displayName', ent({ manager: { value: 'm-1', displayName: 'Bo' } }), 'manager_name', 'Bo'),
  wellness('the person’s own displayName, which is no manager', { displayName: 'Ann' }, 'manager_name', undefined),
  wellness('a manager by e-mail', ent({ manager: { value: 'bo@a.test' } }), 'manager_email', 'bo@a.test'),
  wellness('a manager by id', ent({ manager: { value: 'm-1' } }), 'manager_email', undefined),
  wellness('a cost centre beside userName', { costCenter: '4711' }, 'cost_center', '4711'),
  wellness('pay as a number', ent({ salaryAmount: 85000.5 }), 'salary_amount', '85000.5'),
  wellness('pay that is none', ent({ salaryAmount: 'a lot' }), 'salary_amount', undefined, 'decimal'),
  wellness('a boolean standing of benefits', ent({ benefitStatus: true }), 'benefit_status', 'true'),
  wellness('a boolean insurance', ent({ healthInsurance: false }), 'health_insurance', 'false'),
  wellness('a boolean plan', ent({ retirementPlan: true }), 'retirement_plan', 'true'),
  wellness('a membership as a number', ent({ memberId: 42 }), 'member_id', '42'),
  wellness('a rating as a number', ent({ performanceRating: 4.5 }), 'performance_rating', '4.5'),
  wellness('one certificate', ent({ certifications: 'PMP' }), 'certifications', 'PMP'),
  wellness('certificates as objects', ent({ certifications: [{ value: 'PMP' }, { value: 'CPA' }] }), 'certifications', ['PMP', 'CPA']), // prettier-ignore
  wellness('a boolean check', ent({ backgroundCheck: true }), 'background_check', 'true'),
  wellness('an empty text', ent({ department: '' }), 'department', undefined),
  wellness('a flat key with the URN in its name', { [`${ENTERPRISE}:jobCode`]: 'J9' }, 'job_code', 'J9'),
];

const hr = rowsOf('hr-assistant');
export const HR_ASSISTANT_ROWS: readonly ProductRow[] = [
  hr('userName', { userName: 'ann' }, 'user_name', 'ann'),
  hr('First name', { name: { givenName: 'Ann' } }, 'first_name', 'Ann'),
  hr('Last name', { name: { familyName: 'Lee' } }, 'last_name', 'Lee'),
  hr('Email', { emails: [{ value: 'w@a.test', type: 'work' }, { value: 'p@a.test', primary: true }] }, 'email', 'p@a.test'), // prettier-ignore
  hr('Email, which userName is not', { userName: 'only@a.test' }, 'email', undefined),
  hr('Job title', { title: 'Nurse' }, 'job_title', 'Nurse'),
  hr('Street address', { addresses: [bare] }, 'street_address', 'Rue 3'),
  hr('City', { addresses: [bare] }, 'city', 'Paris'),
  hr('State', { addresses: [bare] }, 'state', 'IDF'),
  hr('Country code', { addresses: [bare] }, 'country_code', 'FR'),
  hr('a country that is no code', { addresses: [{ country: 'USA' }] }, 'country_code', 'USA', 'two-letter'),
  hr('Cost center', ent({ costCenter: '4711' }), 'cost_center', '4711'),
  hr('Full time / part time', { userType: 'Part time' }, 'employment_type', 'Part time'),
  hr('employmentType, the name of another guide', ent({ employmentType: 'Full Time' }), 'employment_type', 'Full Time'),
  hr('$CustomAttribute', { [WISQ]: { employeeId: 'E-7', departmentCode: 12, remote: true } }, 'custom', { employeeId: 'E-7', departmentCode: 12, remote: true }), // prettier-ignore
  hr('$CustomAttribute as a flat key', { [`${WISQ}:managerEmail`]: 'b@a.test' }, 'custom', { managerEmail: 'b@a.test' }), // prettier-ignore
];

const define = rowsOf('define');
export const DEFINE_ROWS: readonly ProductRow[] = [
  define('User ID: externalId', { externalId: '12345' }, 'user_id', '12345'),
  define('User ID: externalId before what a body calls id', { externalId: '12345', id: '9' }, 'user_id', '12345'),
  define('userName', { userName: 'jane.doe@acme.test' }, 'email', 'jane.doe@acme.test'),
  define('First Name', { name: { givenName: 'Jane' } }, 'first_name', 'Jane'),
  define('Last Name', { name: { familyName: 'Doe' } }, 'last_name', 'Doe'),
  define('no name at all', {}, 'first_name', undefined),
  define('nothing that it does not ask for', { title: 'Nurse' }, 'title', undefined),
];

const settings = rowsOf('client-settings');
const everything = { ...work, postalCode: '0150' };
export const CLIENT_SETTINGS_ROWS: readonly ProductRow[] = [
  settings('Username', { userName: 'jdoe' }, 'username', 'jdoe'),
  settings('First Name', { name: { givenName: 'Jane' } }, 'first_name', 'Jane'),
  settings('Last Name', { name: { familyName: 'Doe' } }, 'last_name', 'Doe'),
  settings('Email', { emails: [{ type: 'home', value: 'h@a.test', primary: true }, { type: 'work', value: 'w@a.test' }] }, 'email', 'w@a.test'), // prettier-ignore
  settings('Mobile Number', { phoneNumbers: [{ type: 'work', value: '1' }, { type: 'mobile', value: '2' }] }, 'mobile_number', '2'), // prettier-ignore
  settings('Work Number', { phoneNumbers: [{ type: 'mobile', value: '2' }, { type: 'work', value: '1' }] }, 'work_number', '1'), // prettier-ignore
  settings('no Work Number, as Okta has none', { phoneNumbers: [{ type: 'mobile', value: '2' }] }, 'work_number', undefined), // prettier-ignore
  settings('Position', { title: 'Nurse' }, 'position', 'Nurse'),
  settings('Street Address', { addresses: [home, everything] }, 'street_address', 'Gate 2'),
  settings('City', { addresses: [home, everything] }, 'city', 'Oslo'),
  settings('State', { addresses: [home, everything] }, 'state', 'Viken'),
  settings('Postal Code', { addresses: [home, everything] }, 'postal_code', '0150'),
  settings('Country', { addresses: [home, everything] }, 'country', 'NO'),
  settings('a country that is no code', { addresses: [{ type: 'work', country: 'Norway' }] }, 'country', 'Norway', 'two-letter'), // prettier-ignore
];

const identity = rowsOf('identity-platform');
/** Under a mapping that adds the keys `shoe_size` and `nickname`, see {@link IDENTITY_MAPPING}. */
export const IDENTITY_PLATFORM_ROWS: readonly ProductRow[] = [
  identity('unique identifier', { userName: 'jane' }, 'user_name', 'jane'),
  identity('User ID', { externalId: '00u1jane' }, 'user_id', '00u1jane'),
  identity('no User ID', {}, 'user_id', undefined),
  identity('an address whose type was removed', { emails: [{ primary: true, value: 'p@a.test' }] }, 'email', 'p@a.test'), // prettier-ignore
  identity('an address whose type is empty', { emails: [{ type: '', value: 'e@a.test' }], phoneNumbers: [{ type: '', value: '1' }], addresses: [{ type: '' }] }, 'email', 'e@a.test'), // prettier-ignore
  identity('given name', { name: { givenName: 'Jane' } }, 'given_name', 'Jane'),
  identity('family name', { name: { familyName: 'Doe' } }, 'family_name', 'Doe'),
  identity('a custom attribute of any URN', { [ACME]: { shoe: { size: 42 } } }, 'shoe_size', 42),
  identity('another attribute, by a mapping', { nickName: 'JD' }, 'nickname', 'JD'),
  identity('no custom attribute that is not mapped', { [ACME]: { colour: 'red' } }, 'colour', undefined),
];
export const IDENTITY_MAPPING = [
  { key: 'shoe_size', path: `${ACME}:shoe.size` },
  { key: 'nickname', path: 'nickName' },
];

/** Where the guides disagree: what each product makes of it. */
export const DISAGREEMENTS: readonly ProductRow[] = [
  wellness('manager_name: ENT displayName before manager.displayName', ent({ displayName: 'A', manager: { displayName: 'B' } }), 'manager_name', 'A'), // prettier-ignore
  wellness('country: beside userName before that of an address', { country: 'SE', addresses: [work] }, 'country', 'SE'),
  wellness('city: beside userName before that of an address', { locality: 'Lund', addresses: [work] }, 'office_location', 'Lund'), // prettier-ignore
  hr('city: of an address before that beside userName', { locality: 'Lund', addresses: [work] }, 'city', 'Oslo'),
  hr('country: beside userName where there is no address', { country: 'SE' }, 'country_code', 'SE'),
  settings('country: beside userName where there is no address', { country: 'SE' }, 'country', 'SE'),
  hr('addresses: the primary one', { addresses: [home, bare, work, main] }, 'city', 'Bonn'),
  hr('addresses: else the one at work', { addresses: [home, bare, work] }, 'city', 'Oslo'),
  hr('addresses: else the untyped one', { addresses: [home, bare] }, 'city', 'Paris'),
  hr('addresses: else the first', { addresses: [home] }, 'city', 'Rome'),
  settings('addresses: the untyped one where none is at work', { addresses: [home, bare] }, 'city', 'Paris'),
  wellness('email: userName, not the primary address', { userName: 'u@a.test', emails: [{ primary: true, value: 'p@a.test' }] }, 'email', 'u@a.test'), // prettier-ignore
  hr('email: the primary address, not userName', { userName: 'v@a.test', emails: [{ primary: true, value: 'p@a.test' }] }, 'email', 'p@a.test'), // prettier-ignore
  settings('email: the work address, not userName', { userName: 'x@a.test', emails: [{ type: 'work', value: 'w@a.test' }] }, 'email', 'w@a.test'), // prettier-ignore
  wellness('second e-mail: ENT secondaryEmail before emails', { emails: [{ type: 'home', value: 'h@a.test' }], ...ent({ secondaryEmail: 's@a.test' }) }, 'personal_email', 's@a.test'), // prettier-ignore
  wellness('employment type: ENT before core', { userType: 'core', ...ent({ employmentType: 'ent' }) }, 'employment_type', 'ent'), // prettier-ignore
  hr('employment type: core before ENT', { userType: 'core', ...ent({ employmentType: 'ent' }) }, 'employment_type', 'core'), // prettier-ignore
  wellness('dates: a dateTime is as good as a date', ent({ employmentEndDate: '2030-12-31T00:00:00Z' }), 'employment_end_date', '2030-12-31'), // prettier-ignore
  wellness('country: a name is as good as a code', { country: 'Germany' }, 'country', 'Germany'),
];
