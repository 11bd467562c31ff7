/** A question as the assistant understood it. */
export type Question =
  | { readonly ask: 'person'; readonly name: string }
  | { readonly ask: 'manager'; readonly of: string }
  | { readonly ask: 'reports'; readonly to: string }
  | {
      readonly ask: 'people';
      readonly department?: string;
      readonly place?: string;
      readonly title?: string;
      readonly employment?: string;
    };

/** Forms that are understood, as examples for whoever asked something else. */
export const FORMS = [
  'who is Ana Lee',
  'who is the manager of Ana Lee',
  'who manages Ana Lee',
  'who reports to Bo Chen',
  'who works in Finance',
  'who works in Finance in Berlin',
  'who works full time in Berlin',
  'who is a nurse in Berlin',
] as const;

/**
 * Reads one question in plain words; case, spaces and the mark at the end do not count. What fits none of {@link FORMS} is not
 * guessed at: undefined.
 */
export function parseQuestion(text: string): Question | undefined {
  const words = text.normalize('NFKC').trim().replace(/\s+/g, ' ').replace(/ ?[?.!]+$/, ''); // prettier-ignore
  for (const [form, read] of READERS) {
    const found = form.exec(words);
    if (found) return read(found.slice(1).map((part) => part?.trim() ?? ''));
  }
  return undefined;
}

const READERS: readonly [RegExp, (parts: readonly string[]) => Question][] = [
  [/^who (?:is|'s) the manager of (.+)$/i, ([of = '']) => ({ ask: 'manager', of })],
  [/^who (?:is|'s) (.+?)(?:'s|’s) (?:manager|boss)$/i, ([of = '']) => ({ ask: 'manager', of })],
  [/^who manages (.+)$/i, ([of = '']) => ({ ask: 'manager', of })],
  [/^who (?:reports to|works for) (.+)$/i, ([to = '']) => ({ ask: 'reports', to })],
  [
    /^who works (full[ -]time|part[ -]time)(?: in (.+))?$/i,
    ([employment = '', place = '']) => ({
      ask: 'people',
      employment: employment.replace('-', ' '),
      ...(place && { place }),
    }),
  ],
  [/^who works in (.+) (?:in|at) (.+)$/i, ([department = '', place = '']) => ({ ask: 'people', department, place })],
  // A department or a place: it is looked up as either.
  [/^who works (?:in|at) (.+)$/i, ([department = '']) => ({ ask: 'people', department })],
  [
    /^who (?:is|are)(?: an?| the) (.+?)(?: in (.+))?$/i,
    ([title = '', place = '']) => ({ ask: 'people', title, ...(place && { place }) }),
  ],
  [/^who(?: is|'s|’s) (.+)$/i, ([name = '']) => ({ ask: 'person', name })],
];
