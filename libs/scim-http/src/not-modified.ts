import { namesVersion, versionOf } from '#handlers';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendEmpty } from './scim-request.js';

/** Answers 304 where `If-None-Match` names the version there is (RFC 7644 §3.14). @returns whether it did */
export function answeredNotModified({ headers }: FastifyRequest, reply: FastifyReply, revision: number): boolean {
  const known = headers['if-none-match'];
  if (known === undefined || !namesVersion(known, revision)) return false;
  sendEmpty(reply.header('etag', versionOf(revision)), 304);
  return true;
}
