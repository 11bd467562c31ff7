import { type CredentialDirectory, type Lookup, tokenIn } from '#access';
import type { CauseCode } from '#request-log';
import { ScimError } from '#scim';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { LimitedRequests, LoadLimits } from './limit-requests.js';
import { contactOf, noteMisdirected } from './report-refusal.js';
import { allowedMethods } from './allowed-methods.js';
import { type ScimRequest, type ScimScope, seenUrlOf, sendEmpty } from './scim-request.js';
import { sendScimError } from './scim-error.response.js';
import { wallTime } from './wall-time.js';

/** Discovery is public (RFC 7644 §4); everything else needs a token. */
const PUBLIC = /^\/scim\/v2\/[^/]+\/(ServiceProviderConfig|ResourceTypes|Schemas)(\/|\?|$)/;

export interface AuthenticationOptions {
  readonly credentials: CredentialDirectory;
  readonly limits: LoadLimits;
  /** Told of a credential found expired, once per request that shows it. */
  onExpired(caller: { tenant: string; credentialId: string; connectionId: string; idp: string }): void;
}

/**
 * Decides who is speaking before a byte of the body is read, so that only known callers can make us parse. The token
 * decides tenant and connection; on another tenant's URL it is as good as none, and the answer does not tell whether
 * that tenant exists.
 */
export function authenticateScim(
  fastify: FastifyInstance,
  options: AuthenticationOptions,
  limited: LimitedRequests,
): void {
  fastify.decorateRequest('scim', null);
  fastify.addHook('onRequest', (request, reply, done) => {
    const seen = seenUrlOf(request);
    const url = seen?.scim;
    if (seen?.fault !== undefined && request.url.startsWith('/scim/')) {
      return sendScimError(reply, new ScimError('invalidValue', seen.fault));
    }
    if (seen === undefined || url?.tenant === undefined || url.basePath === undefined) {
      // A route would take any word for a tenant; without a scope nobody is let near one.
      if (!request.url.startsWith('/scim/') && !isScimRoute(request)) return done();
      return sendScimError(
        reply,
        new ScimError('notFound', 'There is nothing here; check the tenant in the base URL.'),
      );
    }
    if (request.headers['content-type']?.trim() === '') delete request.headers['content-type'];
    const scope: { -readonly [K in keyof ScimScope]: ScimScope[K] } = {
      tenant: url.tenant,
      baseUrl: seen.origin + url.basePath,
      caller: undefined,
      contact: undefined,
      credentialId: undefined,
      at: wallTime(seen.startedAt),
      startedAt: seen.startedAt,
    };
    seen.tenant = seen.meter?.unknownTenant;
    (request as ScimRequest).scim = scope;
    if (request.method === 'OPTIONS') return answerOptions(request, reply);
    const token = tokenIn(request.headers.authorization);
    if (token === undefined) {
      if (PUBLIC.test(request.url)) return done();
      const ask = () => refuse(reply, 'noToken', 'Send the connection’s token as "Authorization: Bearer …".');
      limited.failed(reply, ask).catch((error: unknown) => done(error as Error));
      return;
    }
    const judge = (found: Lookup): void => {
      if (found.outcome === 'unknown' || found.caller.tenant !== scope.tenant) {
        const isForeign = found.outcome !== 'unknown';
        // The connection that the token belongs to is set up wrong: its admin needs to know too.
        if (isForeign) noteMisdirected(request, found.caller, NOT_VALID_HERE);
        const refuseIt = () => refuse(reply, isForeign ? 'foreignToken' : 'unknownToken', NOT_VALID_HERE);
        limited.failed(reply, refuseIt).catch((error: unknown) => done(error as Error));
        return;
      }
      seen.tenant = seen.meter?.tenant(found.caller.tenant);
      scope.contact = contactOf(request, found.caller);
      scope.credentialId = found.caller.credentialId;
      if (found.outcome === 'expired') {
        const { caller, refreshable } = found;
        return limited.expired(reply, caller, scope.at, () => {
          if (!refreshable) {
            options.onExpired(caller);
            return refuse(reply, 'expiredToken', TOKEN_EXPIRED);
          }
          // RFC 6750 §3.1: its client gets another one and asks again.
          reply.header('www-authenticate', 'Bearer realm="scim", error="invalid_token"');
          refuse(reply, 'expiredAccessToken', ACCESS_TOKEN_EXPIRED);
        });
      }
      scope.contact?.came(scope.at);
      found.caller.use.came(scope.at);
      if (limited.refused(reply, found.caller, scope.contact, scope.at)) return;
      if (found.outcome === 'suspended') return sendScimError(reply, SUSPENDED, 'suspendedTenant');
      if (found.outcome === 'paused') return sendScimError(reply, PAUSED, 'pausedConnection');
      scope.caller = found.caller;
      done();
    };
    const found = options.credentials.lookup(token, scope.tenant);
    if (found instanceof Promise) found.then(judge).catch((error: unknown) => done(error as Error));
    else judge(found);
  });
}

/** Of a URL that is not SCIM's as it stands: the router decodes it first, and takes `/%73cim` for `/scim`. */
const isScimRoute = ({ routeOptions }: FastifyRequest): boolean => routeOptions.url?.startsWith('/scim/') === true;

const NOT_VALID_HERE = 'This token is not valid here; check that token and base URL belong to the same connection.';

const TOKEN_EXPIRED = 'This token has expired; issue a new one for the connection and enter it at the IdP.';

const ACCESS_TOKEN_EXPIRED =
  'This access token has expired; get another one at /oauth/token, or authorize the connection again at the IdP.';

/** A pause is meant to end soon: long enough not to be asked all the time, short enough to be found over. */
const PAUSE_SECONDS = 300;

/**
 * A suspension is a decision, not a fault: 403 tells the IdP that repeating does not help and shows its admin whom to ask,
 * where 503 would have it repeat every change until the suspension ends. A pause is the opposite: 503 with Retry-After makes
 * IdPs keep their changes and send them again.
 */
const SUSPENDED = new ScimError(
  'forbidden',
  'This tenant is suspended: nothing can be read or changed over SCIM until an operator resumes it. People and settings are kept; contact the operator of this service.',
);
const PAUSED = new ScimError(
  'unavailable',
  'This connection is paused by an admin: nothing can be read or changed until it is resumed. Changes sent after that are taken.',
  { retryAfterSeconds: PAUSE_SECONDS },
);

function refuse(reply: FastifyReply, cause: CauseCode, detail: string): void {
  sendScimError(reply, new ScimError('unauthorized', detail), cause);
}

function answerOptions(request: FastifyRequest, reply: FastifyReply): void {
  const allowed = allowedMethods(request.url);
  if (allowed) sendEmpty(reply.header('allow', allowed), 204);
  else sendScimError(reply, new ScimError('notFound', 'There is nothing here'));
}
