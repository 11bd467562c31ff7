import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCertificate } from './certificate.js';
import { ConfigurationError, loadConfig } from './rollcall-config.js';

const FIXTURES = 'test/fixtures/tls';
const [CERT, KEY] = [`${FIXTURES}/first.cert.pem`, `${FIXTURES}/first.key.pem`];

describe('readCertificate', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'rollcall-tls-'));
    writeFileSync(join(folder, 'text'), 'no PEM at all');
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const read = (cert: string, key: string) => readCertificate(loadConfig({ TLS_CERT_FILE: cert, TLS_KEY_FILE: key }));

  it('reads nothing where nothing is named', () => {
    expect(readCertificate(loadConfig({}))).toBeUndefined();
  });

  it('reads a certificate and its key', () => {
    const found = read(CERT, KEY);
    expect(found?.cert.toString()).toContain('BEGIN CERTIFICATE');
    expect(found?.expiresAt).toBe(Date.parse('2120-01-01T00:00:00Z'));
  });

  it.each<[string, string, string, string]>([
    ['a file that is not there', 'none', KEY, 'TLS_CERT_FILE cannot be read (ENOENT): none'],
    ['a key that is not there', CERT, 'none', 'TLS_KEY_FILE cannot be read (ENOENT): none'],
    ['a folder', '.', KEY, 'TLS_CERT_FILE cannot be read (EISDIR): .'],
    ['a key for a certificate', KEY, KEY, 'TLS_CERT_FILE does not hold a certificate in PEM form'],
    ['a certificate for a key', CERT, CERT, 'TLS_KEY_FILE does not hold a private key in PEM form'],
    ['the key of another', CERT, `${FIXTURES}/second.key.pem`, 'TLS_KEY_FILE is not the key of TLS_CERT_FILE'],
  ])('refuses %s', (_title, cert, key, message) => {
    expect(() => read(cert, key)).toThrow(ConfigurationError);
    expect(() => read(cert, key)).toThrow(message);
  });

  it('refuses text', () => {
    expect(() => read(join(folder, 'text'), KEY)).toThrow('TLS_CERT_FILE does not hold');
    expect(() => read(CERT, join(folder, 'text'))).toThrow('TLS_KEY_FILE does not hold');
  });

  it.each([
    [{ TLS_CERT_FILE: CERT }, 'TLS_KEY_FILE must name a file too, as TLS_CERT_FILE does'],
    [{ TLS_KEY_FILE: KEY }, 'TLS_CERT_FILE must name a file too, as TLS_KEY_FILE does'],
  ])('wants both files or neither', (env, message) => {
    expect(() => loadConfig(env)).toThrow(message);
  });
});
