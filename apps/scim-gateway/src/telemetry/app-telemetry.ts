import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hashToken, sameHash, SignInFailures, tokenIn } from '#access';
import type { RollcallConfig } from '#config';
import { adminKey } from '#engines';
import { clientAddresses, METRICS_PATH, type MetricsRoute } from '#scim-http';
import { exportTraces, type Logger, Metrics } from '#telemetry';

/** What an app tells of itself, and where it is asked for. */
export interface AppTelemetry {
  readonly metrics: Metrics;
  /** For `createHttpApp`. */
  readonly route: MetricsRoute;
  /** Where METRICS_PORT listens; undefined where none is set. */
  readonly url: string | undefined;
  stop(): Promise<void>;
}

/**
 * Begins to count for an app, opens METRICS_PORT where it is set, and sends spans where somebody collects them.
 * @param app its name, e.g. `relay`
 */
export async function startTelemetry(config: RollcallConfig, app: string, logger: Logger): Promise<AppTelemetry> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SERVICE_NAME: service = `rollcall-${app}` } = config;
  const version = ownVersion();
  const traces = endpoint === undefined ? undefined : await exportTraces({ endpoint, service, version, logger });
  const metrics = new Metrics({ app, version, tenants: config.METRICS_TENANTS });
  const route: MetricsRoute = {
    metrics,
    keyHash: keyHashOf(config, logger),
    failures: new SignInFailures(config.SIGN_IN_FAILURES_PER_MINUTE),
    addressOf: clientAddresses(config.TRUSTED_PROXIES),
  };
  const server =
    config.METRICS_PORT === undefined ? undefined : await listenAlone(metrics, config, config.METRICS_PORT);
  const url = server && urlOf(server);
  if (url !== undefined) logger.info({ url }, 'Metrics are told on a port of their own');
  return {
    metrics,
    route,
    url,
    stop: async () => {
      await traces?.[Symbol.asyncDispose]();
      if (!server) return;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Looked up when it is first asked for: where the admin key is kept in a file, that may have yet to be made. */
function keyHashOf(config: RollcallConfig, logger: Logger): MetricsRoute['keyHash'] {
  let known: string | undefined;
  return async () => {
    try {
      return (known ??= hashToken(config.METRICS_TOKEN ?? (await adminKey(config)).key));
    } catch (error) {
      logger.warn({ err: error }, 'Nobody can see the metrics: set METRICS_TOKEN, or ADMIN_KEY');
      return undefined;
    }
  };
}

/** Nothing but the page, for whom the network lets come here. */
async function listenAlone(metrics: Metrics, config: RollcallConfig, port: number): Promise<Server> {
  const expected = config.METRICS_TOKEN === undefined ? undefined : hashToken(config.METRICS_TOKEN);
  const server = createServer((request, response) => {
    const isAsked = request.method === 'GET' && request.url?.split('?', 1)[0] === METRICS_PATH;
    const token = tokenIn(request.headers.authorization);
    const isOpen = expected === undefined || (token !== undefined && sameHash(hashToken(token), expected));
    if (!isAsked || !isOpen) return void response.writeHead(isAsked ? 401 : 404).end();
    metrics
      .page()
      .then((page) => response.writeHead(200, { 'content-type': metrics.contentType }).end(page))
      .catch(() => response.writeHead(500).end());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, config.METRICS_HOST, resolve);
  });
  return server;
}

function urlOf(server: Server): string | undefined {
  const address = server.address();
  if (address === null || typeof address === 'string') return undefined;
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}${METRICS_PATH}`;
}

/** Of the package that this file belongs to, built or not. */
function ownVersion(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); folder !== dirname(folder); folder = dirname(folder)) {
    try {
      const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<
        string,
        string
      >;
      if (name === 'rollcall') return version ?? '';
    } catch {
      // Not here.
    }
  }
  return '';
}
