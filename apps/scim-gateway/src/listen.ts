import type { Server } from 'node:https';
import { type Certificate, readCertificate, type RollcallConfig } from '#config';
import type { ConnectionLimits } from '#scim-http';
import type { Logger } from '#telemetry';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { followCertificate } from './follow-certificate.js';

/** How clients reach an app, for `createHttpApp`. @throws ConfigurationError for certificate files that cannot be */
export const transport = (
  config: RollcallConfig,
): {
  publicUrl: string | undefined;
  trustedProxies: string | undefined;
  tls: Certificate | undefined;
  connections: ConnectionLimits;
} => ({
  publicUrl: config.PUBLIC_URL,
  trustedProxies: config.TRUSTED_PROXIES,
  tls: readCertificate(config),
  connections: {
    max: config.MAX_CONNECTIONS,
    headersMs: config.HEADERS_TIMEOUT_SECONDS * 1_000,
    requestMs: config.REQUEST_TIMEOUT_SECONDS * 1_000,
    keepAliveMs: config.KEEP_ALIVE_SECONDS * 1_000,
  },
});

/** Listens where the configuration says. @returns base URL without a trailing slash */
export async function listen(app: NestFastifyApplication, config: RollcallConfig, logger: Logger): Promise<string> {
  const { HOST, PORT, PUBLIC_URL } = config;
  await app.listen(PORT, HOST);
  if (config.TLS_CERT_FILE !== undefined) {
    followCertificate(app.getHttpServer() as unknown as Server, config, logger);
  } else if (isReadableOnTheWay(config)) {
    logger.warn(
      { host: HOST },
      'Listening without TLS where others can reach us: tokens and people’s data can be read on the way. Set TLS_CERT_FILE and TLS_KEY_FILE, or let a proxy end TLS and say so with TRUSTED_PROXIES or a PUBLIC_URL of https',
    );
  }
  const url = await app.getUrl();
  return PUBLIC_URL ?? url.replace('[::1]', 'localhost').replace(/\/$/, '');
}

/** Whether plain HTTP leaves this machine without anybody having said that a proxy ends TLS in front of us. */
export function isReadableOnTheWay({ HOST, PUBLIC_URL, TRUSTED_PROXIES }: RollcallConfig): boolean {
  const isLocal = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/i.test(HOST);
  return !isLocal && TRUSTED_PROXIES === undefined && PUBLIC_URL?.startsWith('https:') !== true;
}
