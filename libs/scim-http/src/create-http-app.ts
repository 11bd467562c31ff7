import type { IncomingMessage } from 'node:http';
import type { SecureContextOptions } from 'node:tls';
import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { RequestLog } from '#request-log';
import { isTracing, type Logger, NestLogger } from '#telemetry';
import { type MetricsRoute, serveMetrics } from './serve-metrics.js';
import { type AuthenticationOptions, authenticateScim } from './authenticate.hook.js';
import { gateBulk } from './bulk/bulk-gate.js';
import { clientViews } from './client-view.js';
import { closeIdleConnections } from './close-idle-connections.js';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { ScimError } from '#scim';
import { errorBody, sendScimError } from './scim-error.response.js';
import { GUARD_LINES, GuardedResponse } from './guarded-response.js';
import { inflateBodies } from './inflate-bodies.hook.js';
import { LimitedRequests } from './limit-requests.js';
import { parseScimBodies } from './scim-body.parser.js';
import { reportRefusals } from './report-refusal.js';
import { newRequestId } from './request-id.js';
import { requireScopes } from './require-scopes.hook.js';
import { rememberUrl } from './scim-request.js';
import { beginRequestSpan } from './request-span.js';
import { parseScimUrl } from './scim-url.js';
import { StrictValidationPipe } from './strict-validation.pipe.js';
import { limitBulkBodies } from './too-large.js';

export interface HttpAppOptions {
  readonly logger: Logger;
  /** Largest request body, bytes. */
  readonly maxBodyBytes: number;
  /** Largest body of a bulk request, bytes; default `maxBodyBytes`. */
  readonly maxBulkBytes?: number;
  readonly baseDomain: string | undefined;
  /** Scheme and host clients reach us by; undefined: as each request says. */
  readonly publicUrl?: string | undefined;
  /** Whose proxy headers count, see `compileTrust`; undefined: nobody's. */
  readonly trustedProxies?: string | undefined;
  /** Certificate and key that we speak TLS with; undefined: plain HTTP. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer } | undefined;
  /** Default: as many as come, for as long as Node allows. */
  readonly connections?: ConnectionLimits;
  /** Where requests are remembered. */
  readonly requestLog?: RequestLog;
  /** Absent: nothing is counted, and there is no `/metrics`. */
  readonly metrics?: MetricsRoute;
  /** Absent where the app serves no SCIM. */
  readonly authentication?: AuthenticationOptions;
}

/** What clients may take of the server before they have asked for anything. Times in milliseconds. */
export interface ConnectionLimits {
  /** Open at a time; more are closed as they come. */
  readonly max: number;
  /** Until the headers of a request are there, and the whole of it; then it is answered 408. */
  readonly headersMs: number;
  readonly requestMs: number;
  /** Without a request. */
  readonly keepAliveMs: number;
}

/** How often connections are looked at for being late, milliseconds. */
const LATE_CHECK_MS = 2_000;

/** Longest path segment we look at; an id is 36 characters, a schema URN with its extension seldom over 100. */
const MAX_PARAM_LENGTH = 500;
/** A filter of the greatest length, each character encoded as three, still fits in front of the headers. */
const MAX_HEADER_BYTES = 48 * 1024;

const SERVER = { maxHeaderSize: MAX_HEADER_BYTES, ServerResponse: GuardedResponse };

/** What a server needs to speak TLS; given to one that runs, new connections use it. */
export const secureContext = ({ cert, key }: NonNullable<HttpAppOptions['tls']>): SecureContextOptions => ({
  cert,
  key,
  minVersion: 'TLSv1.2',
});

/** A Nest application on Fastify with what every edge of ours shares: URLs, bodies, request ids, validation. */
export async function createHttpApp(
  module: Type | DynamicModule,
  options: HttpAppOptions,
): Promise<NestFastifyApplication> {
  const { connections } = options;
  const server = {
    ...SERVER,
    connectionsCheckingInterval: LATE_CHECK_MS,
    ...(connections && {
      headersTimeout: Math.min(connections.headersMs, connections.requestMs),
      requestTimeout: connections.requestMs,
    }),
  };
  const viewOf = clientViews(options.trustedProxies);
  const publicUrl = options.publicUrl?.replace(/\/+$/, '');
  const meter = options.metrics?.metrics.requests;
  const adapter = new FastifyAdapter({
    bodyLimit: options.maxBodyBytes,
    genReqId: newRequestId,
    // No middleware is registered, so the layer that would run it is left out of every request.
    skipMiddie: true,
    // What still comes on a connection while we stop is answered as ever, and the connection ends with it.
    return503OnClosing: false,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    // A URL that cannot be decoded or has an endless segment is refused before routing, and before Nest could answer.
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
      const detail =
        'The URL is not valid: a percent sign must be followed by two hexadecimal digits of UTF-8 text, and no part may be endless.';
      if ((request.raw.url ?? '').includes('/scim')) sendScimError(reply, new ScimError('invalidSyntax', detail));
      else void reply.code(400).send({ statusCode: 400, error: 'Bad Request', message: error.message });
    },
    ...(options.tls ? { https: { ...server, ...secureContext(options.tls) } } : { http: server }),
    ...(connections && { requestTimeout: connections.requestMs, keepAliveTimeout: connections.keepAliveMs }),
    clientErrorHandler: (error, socket) => {
      if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
      const [status, reason, detail] = clientFault(error.code);
      const body = errorBody(Number(status), String(detail));
      socket.end(
        `HTTP/1.1 ${status} ${reason}\r\nContent-Type: application/scim+json; charset=utf-8\r\n${GUARD_LINES}` +
          `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
      );
    },
    rewriteUrl: (raw: IncomingMessage) => {
      const startedAt = performance.now();
      const { host, origin, fault } = viewOf(raw);
      const scim = parseScimUrl(raw.url ?? '/', host, options.baseDomain, publicUrl !== undefined);
      rememberUrl(raw, {
        scim,
        origin: publicUrl ?? origin,
        fault,
        meter,
        startedAt,
        route: undefined,
        tenant: undefined,
        span: isTracing() ? beginRequestSpan(raw) : undefined,
      });
      return scim.url;
    },
  });
  const fastify = adapter.getInstance();
  closeIdleConnections(fastify);
  if (options.metrics) serveMetrics(fastify, options.metrics);
  if (options.maxBulkBytes !== undefined) limitBulkBodies(fastify, options.maxBulkBytes);
  reportRefusals(fastify, options.logger, options.requestLog);
  inflateBodies(fastify);
  parseScimBodies(fastify);
  if (options.authentication) {
    const limited = new LimitedRequests(options.authentication.limits);
    authenticateScim(fastify, options.authentication, limited);
    requireScopes(fastify);
    gateBulk(fastify, limited);
  }
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    bodyParser: false,
    logger: new NestLogger(options.logger),
    abortOnError: false,
  });
  if (connections) app.getHttpServer().maxConnections = connections.max;
  app.useGlobalPipes(new StrictValidationPipe());
  return app;
}

function clientFault(code: string | undefined): [status: number, reason: string, detail: string] {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return [
        431,
        'Request Header Fields Too Large',
        `URL and headers together may have at most ${MAX_HEADER_BYTES} bytes.`,
      ];
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return [408, 'Request Timeout', 'The request did not come whole in time; send it again.'];
    default:
      return [400, 'Bad Request', 'The request is not valid HTTP.'];
  }
}
