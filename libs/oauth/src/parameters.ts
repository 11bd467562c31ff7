import { OAuthRefusal } from './refusal.js';

/** Parameters of a request by name; ones without a value count as left out (RFC 6749 §3.1). */
export type Parameters = Readonly<Record<string, string>>;

const MAX_LENGTH = 8_192;

/**
 * A query string, without its question mark. Admins append `?scope=offline_access` to the URL that their provider then appends
 * a question mark of its own to; such a second one counts as `&` where what must be there is not found otherwise.
 */
export function readQuery(text: string): Parameters {
  const pairs = new URLSearchParams(text);
  const isWhole = pairs.has('client_id') && pairs.has('response_type');
  return readParameters(isWhole ? text : text.replaceAll('?', '&'));
}

/**
 * @param text a form, or a query string without its question mark
 * @throws OAuthRefusal for a name that comes twice (RFC 6749 §3.1), but for `scope`, which such an admin has doubled
 */
export function readParameters(text: string): Parameters {
  if (text.length > MAX_LENGTH) throw new OAuthRefusal('invalid_request', `More than ${MAX_LENGTH} characters`, 413);
  const parameters: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of new URLSearchParams(text)) {
    if (value === '') continue;
    const before = parameters[name];
    if (before === undefined) parameters[name] = value;
    else if (name === 'scope') parameters[name] = `${before} ${value}`;
    else if (before !== value) throw new OAuthRefusal('invalid_request', `"${name.slice(0, 40)}" comes twice`);
  }
  return parameters;
}
