import type { IncomingMessage, OutgoingHttpHeader, OutgoingHttpHeaders } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { GatheredResponse } from './gathered-response.js';
import { rawUrlOf, type SeenUrl } from './scim-request.js';
import type { TraceSpan } from '#telemetry';

/**
 * What every answer tells browsers, caches and proxies, unless the answer says otherwise itself: it is what its type says, it
 * is nobody's to keep, it loads nothing and stands in no frame, and nobody hears from where its links were followed (OWASP
 * REST Security Cheat Sheet).
 */
export const GUARDS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};
/** RFC 6797 §6.1, one year; without sub-domains, which are somebody else's. Sent over TLS alone (§7.2). */
export const STRICT_TRANSPORT = 'max-age=31536000';

/** The guards as they stand in an answer that is written by hand. */
export const GUARD_LINES = Object.entries(GUARDS)
  .map(([name, value]) => `${name}: ${value}\r\n`)
  .join('');

const NAMES = Object.keys(GUARDS);

/**
 * An answer that carries the guards, whoever writes it: routes, filters, the router, Node itself. They are put into the
 * headers that are about to be written, because each look at a header before costs more: a plugin that sets them one by one
 * on every reply takes Node off the path that writes all headers at once.
 */
export class GuardedResponse<Request extends IncomingMessage = IncomingMessage> extends GatheredResponse<Request> {
  override writeHead(
    statusCode: number,
    reason?: string | OutgoingHttpHeaders | OutgoingHttpHeader[],
    headers?: OutgoingHttpHeaders | OutgoingHttpHeader[],
  ): this {
    const seen = rawUrlOf(this.req);
    seen?.meter?.answered(seen, statusCode);
    if (seen?.span) endSpan(seen, seen.span, statusCode, this.req.method);
    const given = typeof reason === 'string' ? headers : reason;
    if (given === undefined || Array.isArray(given)) this.guardSet();
    else this.guard(given);
    return typeof reason === 'string'
      ? super.writeHead(statusCode, reason, headers)
      : super.writeHead(statusCode, given);
  }

  private guard(headers: OutgoingHttpHeaders): void {
    const none = this.getHeaderNames().length === 0;
    for (const name of NAMES) {
      if (headers[name] === undefined && (none || !this.hasHeader(name))) headers[name] = GUARDS[name];
    }
    if (cameByTls(this.req)) headers['strict-transport-security'] = STRICT_TRANSPORT;
  }

  private guardSet(): void {
    for (const name of NAMES) if (!this.hasHeader(name)) this.setHeader(name, String(GUARDS[name]));
    if (cameByTls(this.req)) this.setHeader('strict-transport-security', STRICT_TRANSPORT);
  }
}

function endSpan({ route, tenant }: SeenUrl, span: TraceSpan, status: number, method = ''): void {
  span.about({
    'http.request.method': method,
    'http.response.status_code': status,
    ...(route && { 'http.route': route.route }),
    ...(tenant && { 'rollcall.tenant': tenant.tenant }),
  });
  span.end(status >= 500 ? status : undefined, route ? `${method} ${route.route}` : method);
}

/** Whether the client spoke TLS, with us or with a proxy that we trust. */
function cameByTls(request: IncomingMessage): boolean {
  const origin = rawUrlOf(request)?.origin;
  return origin === undefined ? (request.socket as TLSSocket).encrypted === true : origin.startsWith('https:');
}
