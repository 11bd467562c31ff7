import { originOf } from '#scim-http';
import type { FastifyRequest } from 'fastify';

/** What the installation says of the addresses at which SCIM is served. */
export interface ScimAddresses {
  /** PUBLIC_URL; `originOf` tells it where it is set. */
  readonly publicUrl?: string | undefined;
  /** BASE_DOMAIN: `{tenant}.{baseDomain}` speaks to the tenant. */
  readonly baseDomain?: string | undefined;
}

/** Injection token of the {@link ScimAddresses}. */
export const SCIM_ADDRESSES = Symbol('ScimAddresses');

export interface ScimUrls {
  readonly scimBaseUrl: string;
  readonly scimHostUrl?: string;
}

/**
 * What identity providers of the tenant are given as the base URL. Without PUBLIC_URL it is taken from the request for it, which
 * is right where SCIM is served at the same address.
 */
export function scimUrls(request: FastifyRequest, slug: string, { publicUrl, baseDomain }: ScimAddresses): ScimUrls {
  const origin = originOf(request);
  const scimBaseUrl = `${origin}/scim/v2/${slug}`;
  if (baseDomain === undefined) return { scimBaseUrl };
  const { protocol, port, hostname } = new URL(origin);
  // An address beside the domain (a forwarded port, another name of the admin API) says nothing of how the domain is served.
  const isServedAlike = publicUrl !== undefined || `.${hostname}`.endsWith(`.${baseDomain}`);
  const host = `${slug}.${baseDomain}${isServedAlike && port !== '' ? `:${port}` : ''}`;
  return { scimBaseUrl, scimHostUrl: `${isServedAlike ? protocol : 'https:'}//${host}/api/scim` };
}
