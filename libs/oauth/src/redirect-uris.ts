import type { KnownClient } from '#access';
import { findPreset, matchesRedirectUri } from '#idp';

/** Where a client may have its users sent back to: its provider's own addresses, and those its admin has added. */
export const redirectUrisOf = ({ client, connection }: KnownClient): readonly string[] => [
  ...(findPreset(connection.idp)?.oauthClient?.redirectUris ?? []),
  ...client.redirectUris,
];

/** RFC 9700 §4.1.3: compared as text; only a preset's may have a placeholder. */
export function allowsRedirectUri(known: KnownClient, uri: string): boolean {
  const ofPreset = findPreset(known.connection.idp)?.oauthClient?.redirectUris ?? [];
  return known.client.redirectUris.includes(uri) || ofPreset.some((template) => matchesRedirectUri(template, uri));
}

/** @param parameters those left undefined are left out */
export function withParameters(uri: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(parameters).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return `${uri}${uri.includes('?') ? '&' : '?'}${new URLSearchParams(given).toString()}`;
}
