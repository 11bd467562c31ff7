import { type Readable, Transform } from 'node:stream';
import { createUnzip } from 'node:zlib';
import { ScimError } from '#scim';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isBulk, tooLarge } from './too-large.js';

const ACCEPTED = 'gzip, deflate';
const BROKEN = 'The body is not what its Content-Encoding says: it cannot be inflated.';

/**
 * Reads bodies sent with `Content-Encoding: gzip` or `deflate` (RFC 9110 §8.4.1). The limit counts bytes after inflation,
 * which stops there: a bomb is never inflated whole. Other codings are answered 415 with the ones we read (§15.5.16).
 * Routes that take no body pay nothing for it.
 */
export function inflateBodies(fastify: FastifyInstance): void {
  fastify.addHook('onRoute', (route) => {
    const methods = ([] as string[]).concat(route.method);
    if (!methods.some((method) => method === 'POST' || method === 'PUT' || method === 'PATCH')) return;
    const limit = route.bodyLimit ?? fastify.initialConfig.bodyLimit ?? Infinity;
    route.preParsing = ([] as unknown[]).concat(
      route.preParsing ?? [],
      (request: FastifyRequest, reply: Reply, payload: Readable, done: Done): void => {
        const coding = request.headers['content-encoding'];
        if (coding === undefined) return done(null, payload);
        switch (coding.trim().toLowerCase()) {
          case '':
          case 'identity':
            return done(null, payload);
          case 'gzip':
          case 'x-gzip':
          case 'deflate':
            return done(null, inflated(payload, limit, isBulk(request.url)));
        }
        reply.header('accept-encoding', ACCEPTED);
        done(new ScimError('unsupportedMediaType', `Content-Encoding must be one of ${ACCEPTED}, or left out.`));
      },
    ) as NonNullable<typeof route.preParsing>;
  });
}

type Done = (error: Error | null, payload?: Readable) => void;
interface Reply {
  header(name: string, value: string): unknown;
}

/**
 * @param limit most bytes that come out; beyond it the stream fails with `payloadTooLarge`
 * @param bulk whether they are those of a bulk request, which the error then says
 */
export function inflated(
  payload: Readable,
  limit: number,
  bulk = false,
): Readable & { readonly receivedEncodedLength: number } {
  const unzip = createUnzip();
  let size = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      done(size > limit ? tooLarge(limit, bulk) : null, chunk);
    },
  });
  // Fastify holds it against Content-Length, which counts what was sent.
  Object.defineProperty(counted, 'receivedEncodedLength', { get: () => unzip.bytesWritten });
  // Whatever goes wrong here leaves the request itself open: it must still be answered.
  unzip.on('error', () => counted.destroy(new ScimError('invalidSyntax', BROKEN)));
  counted.on('close', () => unzip.destroy());
  // Fastify listens while it reads. A body that it has refused for another reason, its type say, may break after that.
  counted.on('error', () => undefined);
  payload.on('aborted', () => counted.destroy(new ScimError('invalidSyntax', BROKEN)));
  payload.pipe(unzip).pipe(counted);
  return counted as Transform & { readonly receivedEncodedLength: number };
}
