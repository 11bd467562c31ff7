import { ENTERPRISE_USER_SCHEMA } from '#scim';
import { placeSource } from './place-source.js';
import type { KeyLevel, KeyType, ProductKey, ProductProfile, Source } from './product-profile.js';

const enterprise = (attribute: string): string => `${ENTERPRISE_USER_SCHEMA}:${attribute}`;

type Details = Partial<Pick<ProductKey, 'type' | 'literals' | 'sensitive'>>;

const row =
  (namespace: 'core' | 'enterprise') =>
  (
    key: string,
    level: KeyLevel,
    sources: readonly Source[],
    description: string,
    details: Details = {},
  ): ProductKey => {
    const type: KeyType = details.type ?? 'string';
    return { key, namespace, sources, level, sensitive: false, description, ...details, type };
  };
const core = row('core');
const ent = row('enterprise');

/**
 * The wellness product. Its guide wants every custom attribute in the enterprise namespace; whoever sends another name
 * there maps it to the key. Rows stand in the guide's order.
 */
export const wellness: ProductProfile = {
  id: 'wellness',
  title: 'Wellness product',
  enabledByDefault: true,
  identityKey: 'email',
  clientNamespace: ENTERPRISE_USER_SCHEMA,
  deactivation: {
    loginBlocked: true,
    dataRetained: true,
    historyVisible: true,
    description: 'The person can no longer sign in; activity and rewards are kept and return with the person.',
  },
  keys: [
    core(
      'email',
      'required',
      [
        { path: 'userName', onlyWithAt: true },
        { path: 'emails.value', pick: ['primary', { type: 'work' }, 'any'] },
      ],
      'Identifies the person, whatever the case. Read from emails only when userName holds no "@".',
      { type: 'email' },
    ),
    core('first_name', 'required', ['name.givenName'], 'Given name. A formatted name is never split.'),
    core('last_name', 'required', ['name.familyName'], 'Family name. A formatted name is never split.'),
    ent(
      'employee_id',
      'recommended',
      [enterprise('employeeNumber'), enterprise('employeeId'), 'employeeNumber'],
      'Employee number as text; leading zeros stay.',
      { literals: ['number'] },
    ),
    ent('joining_date', 'recommended', [enterprise('joiningDate')], 'First day at work.', { type: 'date' }),
    ent('department', 'recommended', [enterprise('department'), 'department'], 'Department.'),
    core(
      'country',
      'recommended',
      ['country', placeSource('country')],
      'Country as sent, preferably an ISO 3166 two-letter code.',
    ),
    core('region', 'recommended', ['region', placeSource('region')], 'State, province or region.'),
    core('office_location', 'recommended', ['locality', placeSource('locality')], 'City of the office.'),
    ent('gender', 'recommended', [enterprise('gender')], 'Free text.', { sensitive: true }),
    ent('dob', 'recommended', [enterprise('dob')], 'Date of birth.', { type: 'date', sensitive: true }),
    ent(
      'personal_email',
      'optional',
      [enterprise('secondaryEmail'), { path: 'emails.value', pick: [{ type: 'home' }, { type: 'other' }] }],
      'Private e-mail address.',
      { type: 'email' },
    ),
    core(
      'phone_number',
      'optional',
      [{ path: 'phoneNumbers.value', pick: ['primary', { type: 'work' }, { type: 'mobile' }, 'any'] }],
      'One phone number, without "tel:".',
      { type: 'phone' },
    ),
    core(
      'address',
      'optional',
      [
        {
          path: 'addresses',
          pick: ['primary', { type: 'work' }, 'untyped', 'any'],
          among: ['formatted', 'streetAddress', 'locality', 'region', 'postalCode', 'country', 'value'],
        },
      ],
      'One postal address, with those of its parts that are known.',
      { type: 'address' },
    ),
    core('job_title', 'optional', ['title'], 'Job title.'),
    ent('job_code', 'optional', [enterprise('jobCode')], 'Code of the job.'),
    ent('job_level', 'optional', [enterprise('jobLevel')], 'Grade or level.', { literals: ['number'] }),
    ent('job_family', 'optional', [enterprise('jobFamily')], 'Family of jobs.'),
    ent(
      'business_unit',
      'optional',
      [enterprise('businessUnit')],
      'Business unit. The division is something else unless a mapping says so.',
    ),
    ent(
      'employment_type',
      'optional',
      [enterprise('employmentType'), 'userType'],
      'Kind of employment, such as full time or contractor.',
    ),
    ent('employee_group', 'optional', [enterprise('employeeGroup')], 'Group of employees.'),
    ent(
      'manager_name',
      'optional',
      [enterprise('displayName'), enterprise('manager.displayName')],
      "Name of the manager. The core displayName is the person's own and never read here.",
    ),
    ent(
      'manager_email',
      'optional',
      [enterprise('managerEmail'), { path: enterprise('manager.value'), onlyWithAt: true }],
      'E-mail address of the manager. Many providers send an id as manager.value; that is passed over.',
      { type: 'email' },
    ),
    ent('cost_center', 'optional', [enterprise('costCenter'), 'costCenter'], 'Cost centre.'),
    ent('employment_end_date', 'optional', [enterprise('employmentEndDate')], 'Last day at work.', { type: 'date' }),
    ent('termination_reason', 'optional', [enterprise('terminationReason')], 'Why the employment ended.', {
      sensitive: true,
    }),
    ent('salary_amount', 'optional', [enterprise('salaryAmount')], 'Pay, digit for digit as sent.', {
      type: 'decimal',
      sensitive: true,
    }),
    ent('salary_currency', 'optional', [enterprise('salaryCurrency')], 'Currency, preferably an ISO 4217 code.'),
    ent('salary_frequency', 'optional', [enterprise('salaryFrequency')], 'How often pay is due.'),
    ent('benefit_status', 'optional', [enterprise('benefitStatus')], 'Standing of the benefits.', {
      literals: ['boolean'],
    }),
    ent('health_insurance', 'optional', [enterprise('healthInsurance')], 'Health insurance.', {
      literals: ['boolean'],
      sensitive: true,
    }),
    ent('retirement_plan', 'optional', [enterprise('retirementPlan')], 'Retirement plan.', { literals: ['boolean'] }),
    ent('member_id', 'optional', [enterprise('memberId')], 'Number of the membership.', { literals: ['number'] }),
    ent('member_type', 'optional', [enterprise('memberType')], 'Kind of membership.'),
    ent('last_review_date', 'optional', [enterprise('lastReviewDate')], 'Date of the last review.', { type: 'date' }),
    ent('performance_rating', 'optional', [enterprise('performanceRating')], 'Result of the last review.', {
      literals: ['number'],
      sensitive: true,
    }),
    ent('certifications', 'optional', [enterprise('certifications')], 'One text, or a list which stays a list.', {
      type: 'stringOrList',
    }),
    ent('visa_status', 'optional', [enterprise('visaStatus')], 'Standing of the visa.', { sensitive: true }),
    ent(
      'work_authorization_expiry',
      'optional',
      [enterprise('workAuthorizationExpiry')],
      'Last day of the permission to work.',
      { type: 'date' },
    ),
    ent('background_check', 'optional', [enterprise('backgroundCheck')], 'Outcome of the background check.', {
      literals: ['boolean'],
      sensitive: true,
    }),
  ],
};
