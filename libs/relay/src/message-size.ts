import type { Message } from '#message-bus';
import type { ViewMessage } from '#products';

/**
 * Bytes of a message's value. Topics take 8 MiB, with headers and what a dead letter adds to them; one that is larger would be
 * refused for good, and everything behind it would wait, of every tenant.
 */
export const LARGEST_VALUE = 7 * 1024 * 1024;
/** UTF-8 takes three bytes at most for a character of a string. */
const CERTAINLY_FITS = Math.floor(LARGEST_VALUE / 3);

type Values = Readonly<Record<string, unknown>>;

export const fits = ({ value }: Message): boolean =>
  value === null || value.length <= CERTAINLY_FITS || Buffer.byteLength(value) <= LARGEST_VALUE;

/** Names in the order of what their values take, the largest first. */
const bySize = (values: Values): string[] =>
  Object.keys(values)
    .map((name) => ({ name, size: JSON.stringify(values[name]).length }))
    .sort((a, b) => b.size - a.size)
    .map(({ name }) => name);

const without = (values: Values, name: string): Values =>
  Object.fromEntries(Object.entries(values).filter(([each]) => each !== name));

/** The message about the view without its largest attributes, each a problem of its key, as far as that is needed. */
export function fittingView(view: ViewMessage, encode: (view: ViewMessage) => Message): Message {
  let message = encode(view);
  if (fits(message)) return message;
  let cut = view;
  for (const key of bySize(view.attributes)) {
    const problem = { key, path: key, problem: 'the values are too large to be delivered together' };
    const attributes = without(cut.attributes, key) as ViewMessage['attributes'];
    cut = { ...cut, attributes, problems: [...cut.problems, problem] };
    message = encode(cut);
    if (fits(message)) break;
  }
  return message;
}

/** CloudEvents extension: attributes that a change lacks on its topic, because it is too large; names between commas. */
export const OMITTED = 'ce_omitted';

/** The message about a change without the largest attributes of what it tells (`resource`, `changes`), as far as that is needed. */
export function fittingChange(data: unknown, encode: (data?: object) => Message): Message {
  let message = encode();
  if (fits(message)) return message;
  let cut = data as Readonly<Record<string, Values | undefined>>;
  const omitted: string[] = [];
  for (const part of ['resource', 'changes']) {
    for (const name of bySize(cut[part] ?? {})) {
      cut = { ...cut, [part]: without(cut[part] ?? {}, name) };
      omitted.push(name);
      message = encode(cut);
      if (fits(message)) return { ...message, headers: { ...message.headers, [OMITTED]: omitted.join() } };
    }
  }
  return message;
}
