/**
 * Brings the URLs that clients use to the one form that routes know, `/scim/v2/{tenant}/…`, and remembers the base the
 * client used, because `meta.location` must speak of that one.
 */
export interface ScimUrl {
  /** Path and query as routes know them. */
  readonly url: string;
  /** What the client's base URL has behind the host, e.g. `/scim/v2/acme` or `/api/scim`; undefined: no SCIM URL. */
  readonly basePath: string | undefined;
  readonly tenant: string | undefined;
}

const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Whether text is a DNS label, as tenant slugs are. */
export const isSlug = (text: string): boolean => SLUG.test(text);

/**
 * @param rawUrl request target as sent: doubled and trailing slashes, an empty query and an extra `/v2` are tolerated
 * @param host value of the Host header
 * @param baseDomain where set, a host `{tenant}.{baseDomain}` names the tenant
 * @param isOriginFixed clients are shown a host that names no tenant, so the base path must
 */
export function parseScimUrl(
  rawUrl: string,
  host: string | undefined,
  baseDomain: string | undefined,
  isOriginFixed = false,
): ScimUrl {
  const queryAt = rawUrl.indexOf('?');
  const query = queryAt < 0 || queryAt === rawUrl.length - 1 ? '' : rawUrl.slice(queryAt);
  let path = queryAt < 0 ? rawUrl : rawUrl.slice(0, queryAt);
  if (path.includes('//')) path = path.replace(/\/{2,}/g, '/');
  if (path.length > 1 && path.endsWith('/')) path = path.slice(0, -1);
  const prefix = path.startsWith('/scim/v2') ? '/scim/v2' : path.startsWith('/api/scim') ? '/api/scim' : undefined;
  if (prefix === undefined || (path.length > prefix.length && path[prefix.length] !== '/')) {
    return { url: path + query, basePath: undefined, tenant: undefined };
  }
  let rest = path.slice(prefix.length);
  const fromHost = tenantOfHost(host, baseDomain);
  if (fromHost !== undefined && !rest.startsWith(`/${fromHost}/`)) {
    rest = withoutVersion(rest);
    const basePath = isOriginFixed ? `${prefix}/${fromHost}` : prefix;
    return { url: `/scim/v2/${fromHost}${rest}${query}`, basePath, tenant: fromHost };
  }
  const end = rest.indexOf('/', 1);
  const tenant = end < 0 ? rest.slice(1) : rest.slice(1, end);
  if (!isSlug(tenant)) return { url: path + query, basePath: undefined, tenant: undefined };
  rest = withoutVersion(end < 0 ? '' : rest.slice(end));
  return { url: `/scim/v2/${tenant}${rest}${query}`, basePath: `${prefix}/${tenant}`, tenant };
}

/** Some clients put the version behind the base URL once more. */
const withoutVersion = (rest: string): string => (rest.startsWith('/v2/') || rest === '/v2' ? rest.slice(3) : rest);

function tenantOfHost(host: string | undefined, baseDomain: string | undefined): string | undefined {
  if (!host || !baseDomain) return undefined;
  const name = host.replace(/:\d+$/, '').toLowerCase();
  if (!name.endsWith(`.${baseDomain}`)) return undefined;
  const slug = name.slice(0, -baseDomain.length - 1);
  return isSlug(slug) ? slug : undefined;
}
