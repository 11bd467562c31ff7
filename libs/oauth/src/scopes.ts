import { orderScopes, type Scope, SCOPES } from '#domain';

const isScope = (word: string): word is Scope => (SCOPES as readonly string[]).includes(word);

/** What clients send whatever the server: OpenID Connect Core §5.4 and §11, `scim` itself, and Entra ID's `…/.default`. */
const WITHOUT_MEANING = /^(?:openid|profile|email|address|phone|offline_access|scim|(?:.*\/)?\.default)$/i;

/**
 * What a `scope` parameter asks for: those of ours among its words, which PingFederate puts commas between; or else those
 * that nobody here knows, so that a misspelt one is refused instead of taken for none.
 * @returns undefined when nothing is asked for that has a meaning here
 */
export function askedScopes(text: string | undefined): string[] | undefined {
  const words = (text ?? '').split(/[\s,]+/).filter((word) => word !== '' && !WITHOUT_MEANING.test(word));
  const ours = words.filter(isScope);
  if (ours.length > 0) return ours;
  return words.length > 0 ? words : undefined;
}

/** RFC 6749 §3.3: what is granted of what was asked for; all that the client may have where nothing was. */
export function grantedScopes(allowed: readonly Scope[], asked: readonly string[] | undefined): Scope[] {
  return orderScopes(asked === undefined ? allowed : allowed.filter((scope) => asked.includes(scope)));
}
