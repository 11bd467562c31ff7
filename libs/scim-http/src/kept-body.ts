import type { Omission } from '#request-log';
import type { FastifyRequest } from 'fastify';

/** Bytes of a body, characters of an answer, above which they are not kept: until they are masked they take up memory. */
const MAX_KEPT_BODY = 256 * 1024;
export const MAX_KEPT_ANSWER = 16 * 1024;

interface KeptBody {
  readonly body: unknown;
  readonly bodyOmitted: Omission | undefined;
}

const NONE: KeptBody = { body: undefined, bodyOmitted: undefined };
const OUTPACED: KeptBody = { body: undefined, bodyOmitted: 'pace' };
const TOO_LARGE: KeptBody = { body: undefined, bodyOmitted: 'size' };

/** What the log of requests is given of a body, where it has been read. */
export function bodyFor({ body, headers }: FastifyRequest, mayKeep: boolean): KeptBody {
  if (body === undefined || body === null) return NONE;
  if (!mayKeep) return OUTPACED;
  return Number(headers['content-length'] ?? 0) > MAX_KEPT_BODY ? TOO_LARGE : { body, bodyOmitted: undefined };
}
