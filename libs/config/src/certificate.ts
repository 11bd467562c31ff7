import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ConfigurationError, type RollcallConfig } from './rollcall-config.js';

/** The certificate that we show over TLS, and its key. PEM; the certificate may be followed by those that vouch for it. */
export interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/**
 * Reads what `TLS_CERT_FILE` and `TLS_KEY_FILE` name; undefined where they name nothing.
 * @throws ConfigurationError saying which file is wrong, and how
 */
export function readCertificate(config: RollcallConfig): Certificate | undefined {
  const { TLS_CERT_FILE, TLS_KEY_FILE } = config;
  if (TLS_CERT_FILE === undefined || TLS_KEY_FILE === undefined) return undefined;
  const cert = readFile('TLS_CERT_FILE', TLS_CERT_FILE);
  const key = readFile('TLS_KEY_FILE', TLS_KEY_FILE);
  const parsed = parsedAs('TLS_CERT_FILE', 'a certificate in PEM form', () => new X509Certificate(cert));
  const privateKey = parsedAs<KeyObject>('TLS_KEY_FILE', 'a private key in PEM form, without a passphrase', () =>
    createPrivateKey(key),
  );
  if (!parsed.checkPrivateKey(privateKey)) {
    throw new ConfigurationError(
      'TLS_KEY_FILE is not the key of TLS_CERT_FILE; the first certificate in that file must be ours, the ones that vouch for it follow.',
    );
  }
  return { cert, key, expiresAt: Date.parse(parsed.validTo) };
}

function readFile(setting: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new ConfigurationError(`${setting} cannot be read (${code}): ${path}`, { cause: error });
  }
}

function parsedAs<T>(setting: string, what: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw new ConfigurationError(`${setting} does not hold ${what}.`, { cause });
  }
}
