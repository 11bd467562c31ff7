import type { FastifyRequest } from 'fastify';

const NAME = 'rollcall-oauth';

/** The browser's secret, where it has one. */
export function browserCookie({ headers }: FastifyRequest): string | undefined {
  const cookies = (headers.cookie ?? '').split(';').map((cookie) => cookie.trim());
  return cookies.find((cookie) => cookie.startsWith(`${NAME}=`))?.slice(NAME.length + 1) || undefined;
}

/**
 * `Lax`, because the page is opened from the provider's; our own forms send it too.
 * @param origin as the browser sees us @param secret undefined: the cookie is taken back
 */
export function setBrowserCookie(origin: string, secret: string | undefined): string {
  const { protocol, pathname } = new URL(origin);
  const path = `${pathname.replace(/\/$/, '')}/oauth`;
  const attributes = [`Path=${path}`, 'HttpOnly', 'SameSite=Lax', ...(protocol === 'https:' ? ['Secure'] : [])];
  return [`${NAME}=${secret ?? ''}`, ...attributes, ...(secret === undefined ? ['Max-Age=0'] : [])].join('; ');
}
