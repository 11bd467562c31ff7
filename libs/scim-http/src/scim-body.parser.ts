import { ScimError } from '#scim';
import type { FastifyInstance } from 'fastify';
import { parseLargeJson } from './parse-large-json.js';

/**
 * Reads JSON bodies whatever they call themselves: `application/scim+json`, `application/json`, either with parameters
 * and in any case, or no type at all. Others are answered 415.
 */
export function parseScimBodies(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  const parse = (_request: unknown, body: string, done: (error: Error | null, value?: unknown) => void): void => {
    if (body.length === 0) return done(null, undefined);
    const text = body.charCodeAt(0) === 0xfeff ? body.slice(1) : body;
    if (text.length >= LARGE) {
      parseLargeJson(text).then(
        (value) => done(null, value),
        (error: unknown) => done(notJson(error)),
      );
      return;
    }
    let value: unknown;
    try {
      // JSON.parse makes `__proto__` an own name like any other; what becomes of it is for validation to say.
      value = JSON.parse(text);
    } catch (error) {
      return done(notJson(error));
    }
    done(null, value);
  };
  fastify.addContentTypeParser(['application/scim+json', 'application/json'], { parseAs: 'string' }, parse);
  fastify.addContentTypeParser('*', { parseAs: 'string' }, (request, body, done) => {
    const type = request.headers['content-type'];
    if (type === undefined || type.trim() === '' || (body as string).length === 0) {
      parse(request, body as string, done);
      return;
    }
    // RFC 6749 §4.1.3: what comes to the token endpoint is a form, as is what comes from our own pages.
    if (request.url.startsWith(FORM_PATHS) && FORM.test(type)) {
      done(null, new URLSearchParams(body as string));
      return;
    }
    const detail = `Content-Type must be application/scim+json or application/json, not ${JSON.stringify(type.slice(0, 100))}`;
    done(new ScimError('unsupportedMediaType', detail));
  });
}

const FORM_PATHS = '/oauth/';
const FORM = /^\s*application\/x-www-form-urlencoded\s*(;|$)/i;

/** Characters from which on a body is parsed in pieces: a millisecond of work is longer than others should wait. */
const LARGE = 128 * 1024;

function notJson(error: unknown): ScimError {
  const reason = error instanceof Error ? error.message.replace(/"[^"]*" is not valid JSON.*/s, 'not valid JSON') : '';
  const detail = `The body is not valid JSON${position(reason)}. Trailing commas and comments are not allowed.`;
  return new ScimError('invalidSyntax', detail);
}

/** Where the parser stumbled, without the text around it, which may be personal data. */
function position(reason: string): string {
  const at = /at position (\d+)/.exec(reason)?.[1];
  return at === undefined ? '' : ` (at character ${at})`;
}
