import {
  CREDENTIAL_DIRECTORY,
  type CredentialDirectory,
  type KnownClient,
  TooManySecrets,
  verifySecret,
} from '#access';
import { IDENTITY_SOURCE, type IdentitySource } from '#handlers';
import { ReadModelsUnavailable } from '#read-models';
import { ScimError } from '#scim';
import { originOf } from '#scim-http';
import { type Logger, LOGGER } from '#telemetry';
import OAuth2Server from '@node-oauth/oauth2-server';
import { Controller, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Attempts } from './attempts.js';
import { browserCookie, setBrowserCookie } from './browser-cookie.js';
import { ClientAddresses } from './client-addresses.js';
import { OAuthServer } from './oauth-server.js';
import { consentPage } from './pages/consent.page.js';
import { faultPage } from './pages/fault.page.js';
import { pageHeaders } from './pages/layout.js';
import { type FormState, signInPage } from './pages/sign-in.page.js';
import { type Parameters, readParameters, readQuery } from './parameters.js';
import { allowsRedirectUri, withParameters } from './redirect-uris.js';
import { OAuthRefusal } from './refusal.js';
import { type Interaction, newBrowserSecret, SignedState } from './signed-state.js';

const WRONG = 'Username or password is not right.';
const START_AGAIN = 'Close this window and press the button at your identity provider again.';

/** The authorization endpoint (RFC 6749 §3.1): sign-in, consent, and back to the identity provider with a code. */
@ApiExcludeController()
@Controller('oauth/authorize')
export class AuthorizeController {
  constructor(
    private readonly server: OAuthServer,
    private readonly state: SignedState,
    private readonly attempts: Attempts,
    private readonly addresses: ClientAddresses,
    @Inject(CREDENTIAL_DIRECTORY) private readonly directory: CredentialDirectory,
    @Inject(IDENTITY_SOURCE) private readonly source: IdentitySource,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Get()
  async open(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.showFaults(request, reply, async () => {
      const queryAt = request.url.indexOf('?');
      const parameters = readQuery(queryAt < 0 ? '' : request.url.slice(queryAt + 1));
      const known = await this.clientOf(parameters);
      const refused = await this.rehearse(parameters);
      if (refused) return void reply.redirect(refused, 302);
      const secret = browserCookie(request) ?? newBrowserSecret();
      reply.header('set-cookie', setBrowserCookie(originOf(request), secret));
      send(reply, 200, signInPage(known, this.formOf(request, { parameters }, secret)), parameters);
    });
  }

  @Post()
  @HttpCode(200)
  async go(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.showFaults(request, reply, async () => {
      const form = formIn(request);
      const secret = browserCookie(request);
      const interaction = this.state.open(form['interaction'], secret);
      if (!interaction || secret === undefined) {
        throw new OAuthRefusal('invalid_request', 'This page was open for too long, or in another window.');
      }
      const known = await this.clientOf(interaction.parameters);
      if (interaction.userName === undefined) return this.signIn(request, reply, known, interaction, form, secret);
      await this.decide(request, reply, known, interaction, form['decision']);
    });
  }

  private async signIn(
    request: FastifyRequest,
    reply: FastifyReply,
    known: KnownClient,
    { parameters }: Interaction,
    { username = '', password = '' }: Parameters,
    secret: string,
  ): Promise<void> {
    const { client } = known;
    const again = (status: number, fault: string): void => {
      const form = this.formOf(request, { parameters }, secret);
      send(reply, status, signInPage(known, form, { fault, userName: username }), parameters);
    };
    const of = { address: this.addresses.of(request), account: client._id };
    const seconds = await this.attempts.take(of);
    if (seconds > 0) {
      this.note(known, 'Sign-in for an OAuth client is held back after too many attempts');
      reply.header('retry-after', String(seconds));
      return again(429, `Too many attempts. Try again in ${inWords(seconds)}.`);
    }
    // The password is looked at whatever the username: no delay tells which of them is wrong.
    const isRight = await verifySecret(password, client.passwordHash);
    if (!isRight || username !== client.userName) {
      this.note(known, 'Sign-in for an OAuth client refused');
      return again(400, WRONG);
    }
    await this.attempts.giveBack(of);
    const scopes = await this.server.rehearse(parameters);
    const form = this.formOf(request, { parameters, userName: username }, secret);
    const returnsTo = new URL(parameters['redirect_uri'] ?? '').host;
    send(reply, 200, consentPage(known, form, { userName: username, scopes, returnsTo }), parameters);
  }

  private async decide(
    request: FastifyRequest,
    reply: FastifyReply,
    known: KnownClient,
    { parameters }: Interaction,
    decision: string | undefined,
  ): Promise<void> {
    const { redirect_uri: uri = '', state } = parameters;
    reply.header('set-cookie', setBrowserCookie(originOf(request), undefined));
    reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer');
    if (decision !== 'allow') {
      const answer = { error: 'access_denied', error_description: 'The admin chose not to allow access', state };
      return void reply.redirect(withParameters(uri, answer), 303);
    }
    const grantId = this.source.newResourceId();
    const code = await this.server.authorize(parameters, grantId);
    const { _id: clientId, tenant, connectionId } = known.client;
    this.logger.info({ tenant, connectionId, clientId, grantId }, 'OAuth access allowed');
    void reply.redirect(withParameters(uri, { code, state }), 303);
  }

  /** @throws OAuthRefusal where there is nobody to send the browser back to (RFC 6749 §4.1.2.1) */
  private async clientOf(parameters: Parameters): Promise<KnownClient> {
    const { client_id: id, redirect_uri: uri } = parameters;
    if (id === undefined) throw new OAuthRefusal('invalid_request', 'The client_id is missing.');
    const known = await this.directory.client(id);
    if (!known) throw new OAuthRefusal('invalid_client', 'There is no client with this client_id.');
    if (uri === undefined) throw new OAuthRefusal('invalid_request', 'The redirect_uri is missing.');
    if (!allowsRedirectUri(known, uri)) {
      throw new OAuthRefusal('invalid_request', 'The redirect_uri is not one that this client is registered with.');
    }
    return known;
  }

  /** @returns where to send the browser with what is wrong; undefined where nothing is */
  private async rehearse(parameters: Parameters): Promise<string | undefined> {
    try {
      await this.server.rehearse(parameters);
      return undefined;
    } catch (error) {
      if (!(error instanceof OAuth2Server.OAuthError) || error instanceof OAuth2Server.ServerError) throw error;
      const { redirect_uri: uri = '', state } = parameters;
      return withParameters(uri, { error: error.name, error_description: error.message, state });
    }
  }

  private formOf(request: FastifyRequest, interaction: Interaction, secret: string): FormState {
    const action = `${new URL(originOf(request)).pathname.replace(/\/$/, '')}/oauth/authorize`;
    return { action, state: this.state.seal(interaction, secret) };
  }

  private note({ client: { _id: clientId, tenant, connectionId } }: KnownClient, message: string): void {
    this.logger.warn({ tenant, connectionId, clientId }, message);
  }

  /** A browser shows what went wrong to a person. */
  private async showFaults(request: FastifyRequest, reply: FastifyReply, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (thrown) {
      const error = innerOf(thrown);
      const refused = error instanceof OAuthRefusal || error instanceof ScimError;
      if (refused) {
        const remedy = `${START_AGAIN} If it happens again, compare what is entered there with the connection’s OAuth client.`;
        const [status, what] = error instanceof OAuthRefusal ? [error.status, error.message] : [400, error.detail];
        return send(reply, status, faultPage('This request is not valid', what, remedy));
      }
      if (isAway(error)) {
        reply.header('retry-after', '5');
        return send(reply, 503, faultPage('Not just now', 'Something we need is not available.', START_AGAIN));
      }
      this.logger.error({ err: error, requestId: request.id }, 'Authorization request failed');
      send(reply, 500, faultPage('Something went wrong', `Request id: ${request.id}`, START_AGAIN));
    }
  }
}

const isAway = (error: unknown): boolean => error instanceof ReadModelsUnavailable || error instanceof TooManySecrets;

/** What the library has wrapped. */
function innerOf(error: unknown): unknown {
  return (error as { inner?: unknown }).inner ?? error;
}

function formIn({ body }: FastifyRequest): Parameters {
  if (!(body instanceof URLSearchParams)) throw new OAuthRefusal('invalid_request', 'The form is missing.');
  return readParameters(body.toString());
}

function send(reply: FastifyReply, status: number, text: string, parameters: Parameters = {}): void {
  const { redirect_uri: uri } = parameters;
  void reply.code(status).headers(pageHeaders(uri)).send(text);
}

const inWords = (seconds: number): string =>
  seconds < 90 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`;
