import { ENTERPRISE_USER_SCHEMA } from '#scim';
import type { ElementPick, ProductProfile, Source } from './product-profile.js';
import { parseSource } from './source-path.js';

/** The command that writes the page anew; the page's spec fails when page and profiles differ. */
const REGENERATE =
  'UPDATE_DOCS=1 NODE_OPTIONS=--experimental-vm-modules npx jest libs/products/src/describe-profiles.spec.ts';

/** The reference page of all products, as Markdown in the form Prettier gives it. */
export function describeProfiles(profiles: readonly ProductProfile[]): string {
  return [
    '# Products and their keys',
    `<!-- Generated from the profiles in libs/products/src. Write it anew with:\n${REGENERATE}\n-->`,
    'A product receives the keys of its profile and nothing else of a person. Each key is read from the first of its ' +
      'sources that has a value. Beside the keys every view carries `active`, `missing` (required keys without a ' +
      'value) and `problems`.',
    [
      `- \`ENT:\` stands for \`${ENTERPRISE_USER_SCHEMA}:\`. Attribute names count without regard to case.`,
      '- A list in brackets names the element that is read: the first of these choices that finds one.',
      '- Text is trimmed; empty text is no value.',
      '- A value that does not fit its key is left out and named in `problems`. It neither fails the provisioning ' +
        'request nor gives way to a later source.',
      '- _Sensitive_ values are masked wherever people look at views.',
    ].join('\n'),
    ...profiles.flatMap(describeProfile),
    '## Types',
    table(['Type', 'Accepted', 'Leaves as'], TYPES),
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n');
}

const TYPES: readonly (readonly string[])[] = [
  ['string', 'text; a number or boolean where the key says so', 'text'],
  ['email', 'text with an `@`', 'text, in the case it came in'],
  ['phone', 'text or number', 'text without `tel:`'],
  ['date', '`YYYY-MM-DD`, or a dateTime', '`YYYY-MM-DD`; of a dateTime the date as written'],
  ['decimal', 'text or number', 'text, digit for digit'],
  ['boolean', 'boolean, or `true` and `false` as text', 'boolean'],
  ['address', 'object, or the formatted address as text', 'object with the parts that are known'],
  ['stringList', 'list of texts or of `{ value }`, or one text', 'list of texts'],
  ['stringOrList', 'text, or list of texts or of `{ value }`', 'text or list of texts, as it came'],
  ['object', 'a whole extension', 'object, as it came'],
  ['any', 'anything', 'as it came'],
];

function describeProfile(profile: ProductProfile): string[] {
  const { loginBlocked, dataRetained, historyVisible, description } = profile.deactivation;
  const { roles, ownKeys } = profile;
  return [
    `## ${profile.title} (\`${profile.id}\`)`,
    [
      `- Topic: \`rollcall.product.${profile.id}\``,
      `- People are told apart by: \`${profile.identityKey}\``,
      `- ${profile.keys.length} keys, ${profile.keys.filter(({ level }) => level === 'required').length} of them required`,
      profile.clientNamespace === undefined
        ? '- A mapping may name any attribute path.'
        : `- A mapping names client keys under \`${profile.clientNamespace}\` only.`,
      ...(ownKeys ? ['- A mapping may add keys of its own, each with the attribute behind it.'] : []),
      ...(roles ? [`- Groups become roles, in \`${roles.key}\`. ${roles.description}`] : []),
      `- On deactivation: login ${loginBlocked ? 'blocked' : 'kept'}, data ${dataRetained ? 'retained' : 'removed'}, ` +
        `history ${historyVisible ? 'visible' : 'hidden'}. ${description}`,
    ].join('\n'),
    table(
      ['Key', 'Level', 'Type', 'Read from, in this order', 'Sensitive', 'Meaning'],
      profile.keys.map((key) => [
        `\`${key.key}\``,
        key.level,
        [key.type, ...(key.literals ?? [])].join(' or '),
        key.sources.map(describeSource).join(', else '),
        key.sensitive ? 'yes' : '',
        key.description,
      ]),
    ),
  ];
}

/** A source as the page shows it. */
function describeSource(source: Source): string {
  const { path, condition = '' } = sourceInWords(source);
  const isEnterprise = path.startsWith(`${ENTERPRISE_USER_SCHEMA}:`);
  const short = isEnterprise ? `ENT:${path.slice(ENTERPRISE_USER_SCHEMA.length + 1)}` : path;
  const isWhole = typeof source !== 'string' && 'extension' in source;
  return `${isWhole ? 'all of ' : ''}\`${short}\`${condition && ` ${condition}`}`;
}

/** A source as an admin reads it: its path, with the choices among elements in brackets, and when it counts at all. */
export function sourceInWords(source: Source): { readonly path: string; readonly condition?: string } {
  const parsed = parseSource(source);
  if (!parsed) return { path: '' };
  const { path, pick, onlyWithAt } = parsed;
  const [attribute = '', sub] = path.startsWith('urn:') ? [path] : splitSub(path, parsed.sub);
  const picked = pick && !path.includes('[') ? `[${pick.map(describePick).join(', ')}]` : '';
  return {
    path: `${attribute}${picked}${sub === undefined ? '' : `.${sub}`}`,
    ...(onlyWithAt && { condition: 'if it holds an `@`' }),
  };
}

function splitSub(path: string, sub: string | undefined): [string, string?] {
  return sub === undefined ? [path] : [path.slice(0, -sub.length - 1), sub];
}

function describePick(pick: ElementPick): string {
  return typeof pick === 'string' ? pick : pick.type;
}

/** Columns padded to their widest cell, as Prettier does it. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', String.raw`\|`)));
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width)).join(' | ')} |`;
  const [first = [], ...rest] = cells;
  return [line(first), line(widths.map((width) => '-'.repeat(width))), ...rest.map(line)].join('\n');
}
