import {
  CREDENTIAL_DIRECTORY,
  type CredentialDirectory,
  GRANT_STORE,
  type GrantStore,
  hashToken,
  Hold,
  isAccessToken,
  TooManySecrets,
} from '#access';
import { ReadModelsUnavailable } from '#read-models';
import { type Logger, LOGGER } from '#telemetry';
import { Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Attempts } from './attempts.js';
import { ClientAddresses } from './client-addresses.js';
import { type ClientCredentials, clientCredentialsIn } from './client-credentials.js';
import { OAuthModel } from './oauth-model.js';
import { OAuthServer } from './oauth-server.js';
import { type Parameters, readParameters } from './parameters.js';
import { OAuthRefusal } from './refusal.js';

/** How long an answer of 429 is held back, milliseconds, and how many are at a time. */
const HOLD_MS = 250;
const MAX_HELD = 5_000;

/** The token endpoint (RFC 6749 §3.2) and revocation (RFC 7009). */
@ApiExcludeController()
@Controller('oauth')
export class TokenController {
  private readonly hold = new Hold(HOLD_MS, MAX_HELD);

  constructor(
    private readonly server: OAuthServer,
    private readonly model: OAuthModel,
    private readonly attempts: Attempts,
    private readonly addresses: ClientAddresses,
    @Inject(CREDENTIAL_DIRECTORY) private readonly directory: CredentialDirectory,
    @Inject(GRANT_STORE) private readonly grants: GrantStore,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Post('token')
  @HttpCode(200)
  async token(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.answer(request, reply, async (parameters) => {
      const headers = textHeaders(request);
      const { status, headers: answered, body, error } = await this.server.token(headers, parameters);
      // What a store or we ourselves threw: the library answers its message, which is nobody's business.
      if (error?.name === 'server_error') throw (error as { inner?: Error }).inner ?? error;
      if (error?.name === 'invalid_client') throw new OAuthRefusal('invalid_client', WRONG_CLIENT, status);
      if (error) this.note(request, error.name);
      else this.logger.info({ requestId: request.id, grantType: parameters['grant_type'] }, 'OAuth token issued');
      void reply.headers(answered);
      sendJson(reply, status, body);
    });
  }

  /** RFC 7009 §2.2: of a token that is none, or of another client, there is nothing to revoke, and nothing to say. */
  @Post('revoke')
  @HttpCode(200)
  async revoke(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.answer(request, reply, async (parameters) => {
      const { id, secret, usedHeader } = clientCredentialsIn(request.headers.authorization, parameters);
      const client = await this.model.clientWith(id, secret);
      if (!client) throw new OAuthRefusal('invalid_client', WRONG_CLIENT, usedHeader ? 401 : 400);
      const { token } = parameters;
      if (token === undefined) throw new OAuthRefusal('invalid_request', 'token is missing');
      await this.end(token, id);
      void reply.code(200).header('cache-control', 'no-store').header('content-length', '0').send();
    });
  }

  private async end(token: string, clientId: string): Promise<void> {
    const access = isAccessToken(token) ? await this.grants.accessToken(hashToken(token)) : undefined;
    if (access?.clientId === clientId) {
      await this.grants.dropAccessToken(access._id);
      this.directory.forget(token);
    }
    const refresh = access ? undefined : await this.grants.refreshToken(token);
    if (refresh?.clientId === clientId) await this.grants.endGrant(refresh.grantId);
  }

  private async answer(
    request: FastifyRequest,
    reply: FastifyReply,
    act: (parameters: Parameters) => Promise<void>,
  ): Promise<void> {
    try {
      if (!(request.body instanceof URLSearchParams)) {
        throw new OAuthRefusal('invalid_request', 'Content-Type must be application/x-www-form-urlencoded');
      }
      const parameters = readParameters(request.body.toString());
      await this.spareWork(request, parameters);
      await act(parameters);
    } catch (error) {
      const refusal = asRefusal(error);
      if (!refusal) this.logger.error({ err: error, requestId: request.id }, 'OAuth request failed');
      else this.note(request, refusal.error);
      // Wrong secrets alone are guesses.
      if (refusal?.error === 'invalid_client') return this.refuseClient(request, reply, refusal);
      if (refusal?.status === 429) return this.hold.release(() => this.refuse(reply, refusal));
      this.refuse(reply, refusal ?? new OAuthRefusal('server_error', `Request id: ${request.id}`, 500));
    }
  }

  /**
   * Good secrets are known at once, whatever comes from the same address: identity providers send what all their customers ask
   * from a few. Only what an older release has hashed takes work, which an address that gets secrets wrong has in turns.
   * @throws OAuthRefusal
   */
  private async spareWork(request: FastifyRequest, parameters: Parameters): Promise<void> {
    const credentials = credentialsOf(request, parameters);
    if (!credentials || !(await this.model.takesWork(credentials.id, credentials.secret))) return;
    const seconds = await this.attempts.takeWork(credentials.id, this.addresses.of(request));
    if (seconds > 0) throw tooMany(seconds);
  }

  /** A wrong secret is told to be one, and, where too many came from the address, told so later than it could be. */
  private async refuseClient(request: FastifyRequest, reply: FastifyReply, refusal: OAuthRefusal): Promise<void> {
    const seconds = await this.attempts.clientFailed(this.addresses.of(request));
    if (seconds === 0) return this.refuse(reply, refusal);
    this.hold.release(() => this.refuse(reply, tooMany(seconds)));
  }

  private note({ id: requestId, url }: FastifyRequest, error: string): void {
    this.logger.warn({ requestId, endpoint: url.split('?', 1)[0], error }, 'OAuth request refused');
  }

  private refuse(reply: FastifyReply, { error, message, status, retryAfterSeconds }: OAuthRefusal): void {
    if (status === 401) reply.header('www-authenticate', 'Basic realm="oauth"');
    if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds));
    sendJson(reply, status, { error, error_description: message });
  }
}

const WRONG_CLIENT = 'Client ID or client secret is not right; compare them with the connection’s OAuth client';

const tooMany = (seconds: number): OAuthRefusal =>
  new OAuthRefusal(
    'temporarily_unavailable',
    'Too many requests with wrong client credentials came from this address. Correct them; right ones are answered meanwhile',
    429,
    seconds,
  );

/** Undefined where there are none: whoever looks at them next says so. */
function credentialsOf({ headers }: FastifyRequest, parameters: Parameters): ClientCredentials | undefined {
  try {
    return clientCredentialsIn(headers.authorization, parameters);
  } catch {
    return undefined;
  }
}

function asRefusal(error: unknown): OAuthRefusal | undefined {
  if (error instanceof OAuthRefusal) return error;
  if (!(error instanceof ReadModelsUnavailable || error instanceof TooManySecrets)) return undefined;
  return new OAuthRefusal('temporarily_unavailable', 'Something we need is not available; try again', 503, 5);
}

const textHeaders = ({ headers }: FastifyRequest): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).filter((header): header is [string, string] => typeof header[1] === 'string'),
  );

/** RFC 6749 §5.1 */
function sendJson(reply: FastifyReply, status: number, body: object): void {
  reply.header('cache-control', 'no-store').header('pragma', 'no-cache');
  void reply.code(status).type('application/json; charset=utf-8').send(JSON.stringify(body));
}
