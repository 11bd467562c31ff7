import { gzip } from 'node:zlib';
import type { FastifyReply } from 'fastify';
import { noteSuccess } from './note-success.js';
import Negotiator from 'negotiator';

const SCIM_JSON = 'application/scim+json';
const SCIM_MEDIA_TYPE = `${SCIM_JSON}; charset=utf-8`;
const JSON_MEDIA_TYPE = 'application/json; charset=utf-8';

/**
 * From this many characters on an answer is compressed for those who accept it. Below, the time saved on the wire is less
 * than the time it takes: the first flight of a TCP connection carries about 14 KB (RFC 6928).
 */
const COMPRESS_FROM = 4096;
/** Near the size of the default level on repetitive JSON, in less than half its time. */
const GZIP_LEVEL = 3;

/** Answers with JSON text that is already written, as `application/scim+json` unless plain JSON is asked for. */
export function sendScim(reply: FastifyReply, status: number, json: string): void {
  const { accept } = reply.request.headers;
  if (status < 400) noteSuccess(reply, status, json);
  reply.code(status).header('content-type', accept === undefined ? SCIM_MEDIA_TYPE : mediaTypeFor(accept));
  if (json.length < COMPRESS_FROM) reply.send(json);
  else sendLarge(reply, json);
}

/** Answers with a status that has no body: 204, 304. */
export function sendEmpty(reply: FastifyReply, status: number): void {
  noteSuccess(reply, status, undefined);
  reply.code(status).send();
}

function sendLarge(reply: FastifyReply, json: string): void {
  const accepted = reply.request.headers['accept-encoding'];
  reply.header('vary', 'Accept, Accept-Encoding');
  if (accepted === undefined || !acceptsGzip(accepted)) {
    reply.send(json);
    return;
  }
  // Runs beside the event loop.
  gzip(json, { level: GZIP_LEVEL }, (error, bytes) => {
    if (error) reply.send(json);
    else reply.header('content-encoding', 'gzip').send(bytes);
  });
}

const mediaTypes = remembered((header) => {
  // A charset belongs to neither type (RFC 8259 §11), yet clients ask for one.
  const accept = header.replace(/;\s*charset\s*=[^,;]*/gi, '');
  const best = new Negotiator({ headers: { accept } }).mediaType([SCIM_JSON, 'application/json']);
  return best === 'application/json' ? JSON_MEDIA_TYPE : SCIM_MEDIA_TYPE;
});

/** What suits an Accept header best. One that names neither gets SCIM's own type: 406 would help nobody (profile A10.2). */
const mediaTypeFor = (accept: string): string => (accept === SCIM_JSON ? SCIM_MEDIA_TYPE : mediaTypes(accept));

const acceptsGzip = remembered(
  (accepted) => new Negotiator({ headers: { 'accept-encoding': accepted } }).encoding(['gzip', 'identity']) === 'gzip',
);

const MAX_REMEMBERED = 100;

/** Clients send the same few headers with every request; what they mean is worked out once. */
function remembered<T>(workOut: (header: string) => T): (header: string) => T {
  const known = new Map<string, T>();
  return (header) => {
    let meaning = known.get(header);
    if (meaning === undefined) {
      meaning = workOut(header);
      if (known.size < MAX_REMEMBERED) known.set(header, meaning);
    }
    return meaning;
  };
}
