import { ScimError } from '#scim';
import type { FastifyInstance } from 'fastify';

/** Whether a URL in the form routes know is that of bulk requests. */
export const isBulk = (url: string): boolean => /\/Bulk(?:\?|$)/.test(url);

/** Lets bulk requests be larger, or less large, than others. To be called before whatever looks at a route's limit. */
export function limitBulkBodies(fastify: FastifyInstance, maxBytes: number): void {
  fastify.addHook('onRoute', (route) => {
    if (isBulk(route.url)) route.bodyLimit = maxBytes;
  });
}

/** RFC 7644 §3.7.4: the answer names the limit. @param limit bytes */
export function tooLarge(limit: number, bulk: boolean): ScimError {
  const detail = bulk
    ? `The bulk request is too large: maxPayloadSize is ${limit} bytes. Send its operations in several requests.`
    : `The body is too large: the limit is ${limit} bytes. Send large groups in several PATCH requests.`;
  return new ScimError('payloadTooLarge', detail);
}
