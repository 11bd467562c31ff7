import { unwatchFile, watchFile } from 'node:fs';
import type { Server } from 'node:https';
import { readCertificate, type RollcallConfig } from '#config';
import { secureContext } from '#scim-http';
import type { Logger } from '#telemetry';

/** How often the files are looked at, milliseconds. Asked, not watched: what mounts secrets puts links in their place. */
const LOOK_MS = 5_000;
const DAY_MS = 24 * 60 * 60 * 1000;
const WARN_BEFORE_MS = 14 * DAY_MS;

/**
 * Shows new connections the certificate that the files hold now, read again when they change and on SIGHUP; connections that
 * are open stay. Files that do not fit together change nothing: the one before stays in use. Warns once a day from 14 days
 * before it ends.
 */
export function followCertificate(server: Server, config: RollcallConfig, logger: Logger): void {
  const files = [config.TLS_CERT_FILE, config.TLS_KEY_FILE].filter((file) => file !== undefined);
  let expiresAt = readCertificate(config)?.expiresAt ?? Infinity;
  const warn = (): void => {
    const left = expiresAt - Date.now();
    if (left > WARN_BEFORE_MS) return;
    const about = { expiresAt: new Date(expiresAt).toISOString() };
    logger.warn(about, left > 0 ? 'The TLS certificate ends soon' : 'The TLS certificate has ended; clients refuse it');
  };
  const readAgain = (): void => {
    try {
      const certificate = readCertificate(config);
      if (!certificate) return;
      server.setSecureContext(secureContext(certificate));
      ({ expiresAt } = certificate);
      logger.info({ expiresAt: new Date(expiresAt).toISOString() }, 'The TLS certificate was read again');
      warn();
    } catch (error) {
      logger.error({ err: error }, 'The TLS certificate was not read again; the one before stays in use');
    }
  };
  warn();
  const daily = setInterval(warn, DAY_MS).unref();
  process.on('SIGHUP', readAgain);
  for (const file of files) watchFile(file, { interval: LOOK_MS, persistent: false }, readAgain);
  server.once('close', () => {
    clearInterval(daily);
    process.off('SIGHUP', readAgain);
    for (const file of files) unwatchFile(file, readAgain);
  });
}
