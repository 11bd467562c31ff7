const ROUTES: readonly (readonly [RegExp, string])[] = [
  [/^$/, 'GET, HEAD, OPTIONS'],
  [/^(\/(Users|Groups))?\/\.search$/, 'POST, OPTIONS'],
  [/^\/Me$/, 'OPTIONS'],
  [/^\/(Users|Groups)$/, 'GET, HEAD, POST, OPTIONS'],
  [/^\/(Users|Groups)\/[^/]+$/, 'GET, HEAD, PUT, PATCH, DELETE, OPTIONS'],
  [/^\/Bulk$/, 'POST, OPTIONS'],
  [/^\/(ServiceProviderConfig|ResourceTypes|Schemas)(\/[^/]+)?$/, 'GET, HEAD, OPTIONS'],
];

/** Value of `Allow` for a SCIM URL in the form routes know; undefined where nothing is served. */
export function allowedMethods(url: string): string | undefined {
  const path = url.split('?', 1)[0]?.replace(/^\/scim\/v2\/[^/]+/, '') ?? '';
  return ROUTES.find(([pattern]) => pattern.test(path))?.[1];
}
