const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const GIVEN = ['Ana', 'Bruno', 'Chidi', 'Dilnoza', 'Emeka', 'Farah', 'Greta', 'Hiroshi', 'Ines', 'Jonas', 'Kamala'];
const FAMILY = ['Lee', 'Okafor', 'Lindqvist', 'Haddad', 'Nakamura', 'Silva', 'Kovacs', 'Petrov', 'Moreau'];
const DEPARTMENTS = ['Field Sales', 'Customer Support', 'Platform Engineering', 'People Operations', 'Finance'];

const pick = (list: readonly string[], n: number): string => list[n % list.length] ?? '';
const digits = (n: number): string => String(n).padStart(7, '0');

/** Whether a person's number and `run` make a userName; another run makes another person of the same number. */
export function userNameOf(run: string, n: number): string {
  return `${pick(GIVEN, n)}.${pick(FAMILY, n)}.${run}${digits(n)}@workforce.example.com`.toLowerCase();
}

export function externalIdOf(run: string, n: number): string {
  return `00u${run}${digits(n)}x5d7`;
}

export const familyNameOf = (n: number): string => pick(FAMILY, n);

/** A person as an IdP sends them: about 1 KB of JSON with the enterprise extension. ASCII, so bytes are characters. */
export function userBody(run: string, n: number, title = 'Senior Account Executive'): string {
  const [given, family, department] = [pick(GIVEN, n), pick(FAMILY, n), pick(DEPARTMENTS, n)];
  const userName = userNameOf(run, n);
  return JSON.stringify({
    schemas: [CORE, ENTERPRISE],
    userName,
    externalId: externalIdOf(run, n),
    name: { formatted: `${given} ${family}`, givenName: given, familyName: family },
    displayName: `${given} ${family}`,
    nickName: given,
    title,
    userType: 'Employee',
    preferredLanguage: 'en-US',
    locale: 'en-US',
    timezone: 'America/Los_Angeles',
    active: true,
    emails: [
      { value: userName, type: 'work', primary: true },
      { value: `${given}.${n}@home.example.org`.toLowerCase(), type: 'home' },
    ],
    phoneNumbers: [{ value: `+1-555-${digits(n)}`, type: 'work' }],
    addresses: [
      {
        type: 'work',
        streetAddress: `${100 + (n % 900)} Universal City Plaza`,
        locality: 'Hollywood',
        region: 'CA',
        postalCode: '91608',
        country: 'US',
        primary: true,
      },
    ],
    [ENTERPRISE]: {
      employeeNumber: digits(n),
      costCenter: `CC-${4000 + (n % 70)}`,
      organization: 'Example Workforce Inc.',
      division: 'North America',
      department,
    },
  });
}
