import { orderScopes, type Scope, SCOPES } from '#domain';

const isScope = (word: string): word is Scope => (SCOPES as readonly string[]).includes(word);

/** Those of ours among the words of a `scope` parameter; others (`offline_access`, `openid`, …) have no meaning here. */
export const scopesIn = (text: string | undefined): Scope[] => (text ?? '').split(/\s+/).filter(isScope);

/** RFC 6749 §3.3: what is granted of what was asked for; all that the client may have where nothing of ours was. */
export function grantedScopes(allowed: readonly Scope[], asked: readonly string[] | undefined): Scope[] {
  const wanted = (asked ?? []).filter(isScope);
  return wanted.length === 0 ? orderScopes(allowed) : orderScopes(wanted.filter((scope) => allowed.includes(scope)));
}
