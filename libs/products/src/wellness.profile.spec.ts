import { ENTERPRISE_USER_SCHEMA, type JsonValue, type ResourceAttributes } from '#scim';
import { compileProfile, deriveView, wellness, type AttributeView, type KeyLevel } from './index.js';
import { checkProfile } from './check-profile.js';

const compiled = compileProfile(wellness);
const view = (attributes: ResourceAttributes): AttributeView =>
  deriveView(compiled, { id: 'u1', attributes, active: true });
const ent = (attributes: ResourceAttributes): ResourceAttributes => ({ [ENTERPRISE_USER_SCHEMA]: attributes });

/** The guide's table, row by row: key, namespace, level, default attribute, a value sent, the value the product gets. */
const rows: [string, 'core' | 'enterprise', KeyLevel, string, JsonValue, JsonValue][] = [
  ['email', 'core', 'required', 'userName', 'ann@acme.test', 'ann@acme.test'],
  ['first_name', 'core', 'required', 'name', { givenName: 'Ann' }, 'Ann'],
  ['last_name', 'core', 'required', 'name', { familyName: 'Lee' }, 'Lee'],
  ['employee_id', 'enterprise', 'recommended', 'employeeNumber', '007', '007'],
  ['joining_date', 'enterprise', 'recommended', 'joiningDate', '2024-02-29', '2024-02-29'],
  ['department', 'enterprise', 'recommended', 'department', 'Sales', 'Sales'],
  ['country', 'core', 'recommended', 'country', 'DE', 'DE'],
  ['region', 'core', 'recommended', 'region', 'Bavaria', 'Bavaria'],
  ['office_location', 'core', 'recommended', 'locality', 'Munich', 'Munich'],
  ['gender', 'enterprise', 'recommended', 'gender', 'Female', 'Female'],
  ['dob', 'enterprise', 'recommended', 'dob', '1990-05-01', '1990-05-01'],
  ['personal_email', 'enterprise', 'optional', 'secondaryEmail', 'ann@home.test', 'ann@home.test'],
  ['phone_number', 'core', 'optional', 'phoneNumbers', [{ value: '+49 89 1' }], '+49 89 1'],
  ['address', 'core', 'optional', 'addresses', [{ type: 'work', postalCode: '80331' }], { postalCode: '80331' }],
  ['job_title', 'core', 'optional', 'title', 'Engineer', 'Engineer'],
  ['job_code', 'enterprise', 'optional', 'jobCode', 'J123', 'J123'],
  ['job_level', 'enterprise', 'optional', 'jobLevel', 'L5', 'L5'],
  ['job_family', 'enterprise', 'optional', 'jobFamily', 'Tech', 'Tech'],
  ['business_unit', 'enterprise', 'optional', 'businessUnit', 'EMEA', 'EMEA'],
  ['employment_type', 'enterprise', 'optional', 'employmentType', 'Full Time', 'Full Time'],
  ['employee_group', 'enterprise', 'optional', 'employeeGroup', 'Staff', 'Staff'],
  ['manager_name', 'enterprise', 'optional', 'displayName', 'Bob Ray', 'Bob Ray'],
  ['manager_email', 'enterprise', 'optional', 'managerEmail', 'bob@acme.test', 'bob@acme.test'],
  ['cost_center', 'enterprise', 'optional', 'costCenter', 'CC-1', 'CC-1'],
  ['employment_end_date', 'enterprise', 'optional', 'employmentEndDate', '2030-12-31', '2030-12-31'],
  ['termination_reason', 'enterprise', 'optional', 'terminationReason', 'Moved', 'Moved'],
  ['salary_amount', 'enterprise', 'optional', 'salaryAmount', '85000.50', '85000.50'],
  ['salary_currency', 'enterprise', 'optional', 'salaryCurrency', 'EUR', 'EUR'],
  ['salary_frequency', 'enterprise', 'optional', 'salaryFrequency', 'Monthly', 'Monthly'],
  ['benefit_status', 'enterprise', 'optional', 'benefitStatus', 'Active', 'Active'],
  ['health_insurance', 'enterprise', 'optional', 'healthInsurance', 'Gold', 'Gold'],
  ['retirement_plan', 'enterprise', 'optional', 'retirementPlan', 'Plan B', 'Plan B'],
  ['member_id', 'enterprise', 'optional', 'memberId', '0042', '0042'],
  ['member_type', 'enterprise', 'optional', 'memberType', 'Primary', 'Primary'],
  ['last_review_date', 'enterprise', 'optional', 'lastReviewDate', '2025-01-15', '2025-01-15'],
  ['performance_rating', 'enterprise', 'optional', 'performanceRating', 'Exceeds', 'Exceeds'],
  ['certifications', 'enterprise', 'optional', 'certifications', ['PMP', 'CPA'], ['PMP', 'CPA']],
  ['visa_status', 'enterprise', 'optional', 'visaStatus', 'H1B', 'H1B'],
  ['work_authorization_expiry', 'enterprise', 'optional', 'workAuthorizationExpiry', '2027-06-30', '2027-06-30'],
  ['background_check', 'enterprise', 'optional', 'backgroundCheck', 'Passed', 'Passed'],
];
const keysWith = (predicate: (key: (typeof wellness.keys)[number]) => boolean): string[] =>
  wellness.keys.filter(predicate).map(({ key }) => key);

describe('the wellness profile', () => {
  it('has no faults and exactly the 40 keys of the guide, in its order', () => {
    expect(checkProfile(wellness)).toEqual([]);
    expect(rows).toHaveLength(40);
    expect(wellness.keys.map(({ key }) => key)).toEqual(rows.map(([key]) => key));
  });

  it.each(rows)('reads %s from %s (%s) %s', (key, namespace, level, attribute, sent, received) => {
    const attributes = namespace === 'core' ? { [attribute]: sent } : ent({ [attribute]: sent });
    expect(view(attributes).keys).toEqual({ [key]: received });
    expect(view(attributes).problems).toEqual([]);
    expect(wellness.keys.find((candidate) => candidate.key === key)).toMatchObject({ namespace, level });
  });

  it.each(rows)('treats an empty %s as unassigned', (key, namespace, _level, attribute) => {
    for (const empty of ['', '  ', null, [], {}]) {
      const attributes = namespace === 'core' ? { [attribute]: empty } : ent({ [attribute]: empty });
      expect(view(attributes).keys).not.toHaveProperty(key);
    }
  });

  it('guards what the guide would hurt people by leaking', () => {
    expect(keysWith(({ sensitive }) => sensitive)).toEqual([
      'gender',
      'dob',
      'termination_reason',
      'salary_amount',
      'health_insurance',
      'performance_rating',
      'visa_status',
      'background_check',
    ]);
  });

  it('knows which keys are dates, e-mail addresses and numbers', () => {
    expect(keysWith(({ type }) => type === 'date')).toEqual([
      'joining_date',
      'dob',
      'employment_end_date',
      'last_review_date',
      'work_authorization_expiry',
    ]);
    expect(keysWith(({ type }) => type === 'email')).toEqual(['email', 'personal_email', 'manager_email']);
    expect(keysWith(({ type }) => type === 'decimal')).toEqual(['salary_amount']);
    expect(keysWith(({ type }) => type === 'stringOrList')).toEqual(['certifications']);
  });

  it('names the required keys that have no value', () => {
    expect(view({ userName: 'ann@acme.test' }).missing).toEqual(['first_name', 'last_name']);
    expect(view({}).missing).toEqual(['email', 'first_name', 'last_name']);
  });
});

/** What else each key is read from, and by which rule: title, attributes, key, value (undefined: none). */
const rules: [string, ResourceAttributes, string, JsonValue | undefined][] = [
  [
    'email: primary address when userName has no @',
    {
      userName: 'ann',
      emails: [
        { type: 'work', value: 'w@a.test' },
        { value: 'p@a.test', primary: true },
      ],
    },
    'email',
    'p@a.test',
  ],
  [
    'email: work address when none is primary',
    {
      userName: 'ann',
      emails: [
        { type: 'home', value: 'h@a.test' },
        { type: 'work', value: 'w@a.test' },
      ],
    },
    'email',
    'w@a.test',
  ],
  [
    'email: first address when none is primary or work',
    {
      userName: 'ann',
      emails: [
        { type: 'home', value: 'h@a.test' },
        { type: 'other', value: 'o@a.test' },
      ],
    },
    'email',
    'h@a.test',
  ],
  [
    'email: userName with an @ goes before any address',
    { userName: 'Ann@acme.test', emails: [{ value: 'p@a.test', primary: true }] },
    'email',
    'Ann@acme.test',
  ],
  [
    'email: a malformed userName with an @ gives no way to addresses',
    { userName: 'ann@', emails: [{ value: 'p@a.test', primary: true }] },
    'email',
    undefined,
  ],
  [
    'email: an element without a value is passed over',
    {
      userName: 'ann',
      emails: [
        { primary: true, type: 'work' },
        { type: 'work', value: 'w@a.test' },
      ],
    },
    'email',
    'w@a.test',
  ],
  ['first_name: a formatted name is not split', { name: { formatted: 'Ann Lee' } }, 'first_name', undefined],
  ['last_name: a formatted name is not split', { name: { formatted: 'Ann Lee' } }, 'last_name', undefined],
  ['employee_id: number literal', ent({ employeeNumber: 1234 }), 'employee_id', '1234'],
  ['employee_id: ENT:employeeId', ent({ employeeId: '0099' }), 'employee_id', '0099'],
  ['employee_id: top-level employeeNumber', { employeeNumber: '5' }, 'employee_id', '5'],
  [
    'employee_id: ENT:employeeNumber goes first',
    { employeeNumber: '3', ...ent({ employeeId: '2', employeeNumber: '1' }) },
    'employee_id',
    '1',
  ],
  [
    'joining_date: date part of a dateTime',
    ent({ joiningDate: '2024-01-31T23:30:00-05:00' }),
    'joining_date',
    '2024-01-31',
  ],
  ['joining_date: not read from the core schema', { joiningDate: '2024-01-31' }, 'joining_date', undefined],
  ['department: top-level', { department: 'Ops' }, 'department', 'Ops'],
  ['department: ENT goes first', { department: 'Ops', ...ent({ department: 'Sales' }) }, 'department', 'Sales'],
  ['country: from the address', { addresses: [{ type: 'work', country: 'US' }] }, 'country', 'US'],
  ['country: top-level wins', { country: 'DE', addresses: [{ type: 'work', country: 'US' }] }, 'country', 'DE'],
  ['country: as sent', { country: 'Germany' }, 'country', 'Germany'],
  ['region: from the address', { addresses: [{ region: 'CA' }] }, 'region', 'CA'],
  ['region: top-level wins', { region: 'BY', addresses: [{ region: 'CA' }] }, 'region', 'BY'],
  ['office_location: from the address', { addresses: [{ locality: 'Rome' }] }, 'office_location', 'Rome'],
  [
    'office_location: top-level wins',
    { locality: 'Bonn', addresses: [{ locality: 'Rome' }] },
    'office_location',
    'Bonn',
  ],
  [
    'country: primary address before work',
    {
      addresses: [
        { type: 'work', country: 'US' },
        { primary: true, country: 'IT' },
      ],
    },
    'country',
    'IT',
  ],
  [
    'country: work address before an untyped one',
    { addresses: [{ country: 'FR' }, { type: 'work', country: 'US' }] },
    'country',
    'US',
  ],
  [
    'country: untyped address before the first',
    { addresses: [{ type: 'home', country: 'FR' }, { country: 'US' }] },
    'country',
    'US',
  ],
  [
    'country: else the first address',
    {
      addresses: [
        { type: 'home', country: 'FR' },
        { type: 'other', country: 'US' },
      ],
    },
    'country',
    'FR',
  ],
  [
    'country: an address that is only a formatted text is passed over',
    {
      addresses: [
        { type: 'work', formatted: 'Room 5' },
        { type: 'home', country: 'FR' },
      ],
    },
    'country',
    'FR',
  ],
  [
    'region: never of another address than the country',
    {
      addresses: [
        { type: 'work', country: 'US' },
        { type: 'home', region: 'BY' },
      ],
    },
    'region',
    undefined,
  ],
  ['dob: date part of a dateTime', ent({ dob: '1990-05-01T00:00:00Z' }), 'dob', '1990-05-01'],
  [
    'personal_email: home address',
    {
      emails: [
        { type: 'other', value: 'o@x.test' },
        { type: 'home', value: 'h@x.test' },
      ],
    },
    'personal_email',
    'h@x.test',
  ],
  ['personal_email: other address', { emails: [{ type: 'Other', value: 'o@x.test' }] }, 'personal_email', 'o@x.test'],
  [
    'personal_email: never the work address',
    { emails: [{ type: 'work', value: 'w@x.test' }] },
    'personal_email',
    undefined,
  ],
  [
    'personal_email: ENT goes first',
    { emails: [{ type: 'home', value: 'h@x.test' }], ...ent({ secondaryEmail: 's@x.test' }) },
    'personal_email',
    's@x.test',
  ],
  [
    'phone_number: primary',
    {
      phoneNumbers: [
        { type: 'work', value: '1' },
        { type: 'mobile', value: '2', primary: true },
      ],
    },
    'phone_number',
    '2',
  ],
  [
    'phone_number: work',
    {
      phoneNumbers: [
        { type: 'mobile', value: '2' },
        { type: 'work', value: '1' },
      ],
    },
    'phone_number',
    '1',
  ],
  [
    'phone_number: mobile',
    {
      phoneNumbers: [
        { type: 'fax', value: '9' },
        { type: 'mobile', value: '2' },
      ],
    },
    'phone_number',
    '2',
  ],
  [
    'phone_number: first',
    {
      phoneNumbers: [
        { type: 'fax', value: '9' },
        { type: 'pager', value: '8' },
      ],
    },
    'phone_number',
    '9',
  ],
  [
    'phone_number: without tel:',
    { phoneNumbers: [{ value: 'TEL:+1-201-555-0123' }] },
    'phone_number',
    '+1-201-555-0123',
  ],
  ['phone_number: tel: alone is nothing', { phoneNumbers: [{ value: 'tel:' }] }, 'phone_number', undefined],
  ['phone_number: an object', { phoneNumbers: { value: '+1' } }, 'phone_number', '+1'],
  ['phone_number: a text', { phoneNumbers: 'tel:+1' }, 'phone_number', '+1'],
  ['phone_number: a list of texts', { phoneNumbers: ['+1', '+2'] }, 'phone_number', '+1'],
  [
    'address: formatted alone',
    { addresses: [{ formatted: ' Main St 1\nRome ' }] },
    'address',
    { formatted: 'Main St 1\nRome' },
  ],
  ['address: a text', { addresses: 'Main St 1' }, 'address', { formatted: 'Main St 1' }],
  ['address: an object', { addresses: { streetAddress: 'Main St 1' } }, 'address', { streetAddress: 'Main St 1' }],
  [
    'address: all parts but type and primary',
    {
      addresses: [
        { type: 'home', locality: 'Bonn' },
        {
          type: 'work',
          primary: true,
          formatted: 'F',
          streetAddress: 'S',
          locality: 'L',
          region: 'R',
          postalCode: 12345,
          country: 'US',
        },
      ],
    },
    'address',
    { formatted: 'F', streetAddress: 'S', locality: 'L', region: 'R', postalCode: '12345', country: 'US' },
  ],
  [
    'address: work',
    { addresses: [{ locality: 'Bonn' }, { type: 'work', locality: 'Rome' }] },
    'address',
    { locality: 'Rome' },
  ],
  [
    'address: untyped',
    { addresses: [{ type: 'home', locality: 'Bonn' }, { locality: 'Rome' }] },
    'address',
    { locality: 'Rome' },
  ],
  [
    'address: first',
    {
      addresses: [
        { type: 'home', locality: 'Bonn' },
        { type: 'other', locality: 'Rome' },
      ],
    },
    'address',
    { locality: 'Bonn' },
  ],
  ['job_level: number literal', ent({ jobLevel: 5 }), 'job_level', '5'],
  ['business_unit: not the division', ent({ division: 'North' }), 'business_unit', undefined],
  ['employment_type: core userType', { userType: 'Part Time' }, 'employment_type', 'Part Time'],
  [
    'employment_type: ENT goes first',
    { userType: 'X', ...ent({ employmentType: 'Full Time' }) },
    'employment_type',
    'Full Time',
  ],
  ['manager_name: manager.displayName', ent({ manager: { displayName: 'Bob' } }), 'manager_name', 'Bob'],
  [
    'manager_name: ENT displayName first',
    ent({ displayName: 'Eve', manager: { displayName: 'Bob' } }),
    'manager_name',
    'Eve',
  ],
  ['manager_name: never the core displayName', { displayName: 'Ann Lee' }, 'manager_name', undefined],
  [
    'manager_email: manager.value that is an address',
    ent({ manager: { value: 'bob@acme.test' } }),
    'manager_email',
    'bob@acme.test',
  ],
  ['manager_email: not a manager id', ent({ manager: { value: '26118915' } }), 'manager_email', undefined],
  ['manager_email: manager as a text', ent({ manager: 'bob@acme.test' }), 'manager_email', 'bob@acme.test'],
  [
    'manager_email: managerEmail first',
    ent({ managerEmail: 'e@a.test', manager: { value: 'b@a.test' } }),
    'manager_email',
    'e@a.test',
  ],
  ['cost_center: top-level', { costCenter: 'CC' }, 'cost_center', 'CC'],
  ['salary_amount: trailing zeros', ent({ salaryAmount: ' 0100.10 ' }), 'salary_amount', '0100.10'],
  ['salary_amount: number', ent({ salaryAmount: 85000.5 }), 'salary_amount', '85000.5'],
  ['benefit_status: boolean literal', ent({ benefitStatus: true }), 'benefit_status', 'true'],
  ['health_insurance: boolean literal', ent({ healthInsurance: false }), 'health_insurance', 'false'],
  ['retirement_plan: boolean literal', ent({ retirementPlan: true }), 'retirement_plan', 'true'],
  ['member_id: number literal', ent({ memberId: 42 }), 'member_id', '42'],
  ['performance_rating: number literal', ent({ performanceRating: 4.5 }), 'performance_rating', '4.5'],
  ['certifications: text', ent({ certifications: 'PMP' }), 'certifications', 'PMP'],
  [
    'certifications: list of objects',
    ent({ certifications: [{ value: 'PMP' }, { value: 'CPA' }] }),
    'certifications',
    ['PMP', 'CPA'],
  ],
  ['certifications: a list of one stays a list', ent({ certifications: ['PMP'] }), 'certifications', ['PMP']],
  ['background_check: boolean literal', ent({ backgroundCheck: false }), 'background_check', 'false'],
];

describe('the rules of the wellness profile', () => {
  it.each(rules)('%s', (_title, attributes, key, expected) => {
    expect(view(attributes).keys[key]).toEqual(expected);
  });

  const problems: [string, ResourceAttributes, string, string, string][] = [
    ['a bad date', ent({ dob: '31.12.1990' }), 'dob', `${ENTERPRISE_USER_SCHEMA}:dob`, 'YYYY-MM-DD'],
    [
      'a day that never was',
      ent({ joiningDate: '2023-02-29' }),
      'joining_date',
      `${ENTERPRISE_USER_SCHEMA}:joiningDate`,
      'YYYY-MM-DD',
    ],
    [
      'an amount with words',
      ent({ salaryAmount: '85,000 EUR' }),
      'salary_amount',
      `${ENTERPRISE_USER_SCHEMA}:salaryAmount`,
      'decimal',
    ],
    [
      'a manager address without @',
      ent({ managerEmail: 'bob' }),
      'manager_email',
      `${ENTERPRISE_USER_SCHEMA}:managerEmail`,
      'e-mail',
    ],
    [
      'a number where none stands for a text',
      ent({ jobCode: 5 }),
      'job_code',
      `${ENTERPRISE_USER_SCHEMA}:jobCode`,
      'text',
    ],
    [
      'an explicit country that is no text',
      { country: ['DE'], addresses: [{ country: 'US' }] },
      'country',
      'country',
      'text',
    ],
  ];
  it.each(problems)(
    'reports %s under its key, without the value, and leaves the key out',
    (_title, attributes, key, path, problem) => {
      const { keys, problems } = view(attributes);
      expect(keys).not.toHaveProperty(key);
      expect(problems).toEqual([{ key, path, problem: expect.stringContaining(problem) }]);
    },
  );

  it('says why a required e-mail address is missing when userName is none', () => {
    expect(view({ userName: 'ann' })).toMatchObject({
      missing: ['email', 'first_name', 'last_name'],
      problems: [{ key: 'email', path: 'userName' }],
    });
  });

  it('lets nothing leave that is not mapped', () => {
    const attributes = { nickName: 'Annie', displayName: 'Ann Lee', x: 1, ...ent({ area: 'EMEA', division: 'N' }) };
    expect(view(attributes).keys).toEqual({});
    expect(view({ ...attributes, 'urn:acme:2.0:User': { dob: '1990-05-01' } }).keys).toEqual({});
  });
});
