import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { HttpClient } from '../support/http-client.js';
import { ServerProcess } from '../support/server-process.js';

const FIXTURES = 'test/fixtures/tls';
type Name = 'first' | 'second';

/** TLS with a certificate of our own, see test/fixtures/tls. */
describe('TLS', () => {
  let directory: string;
  let server: ServerProcess;
  const file = (name: string) => join(directory, name);
  const show = async (name: Name, parts: readonly string[] = ['cert', 'key']) => {
    for (const part of parts) await copyFile(`${FIXTURES}/${name}.${part}.pem`, file(`${part}.pem`));
  };
  const authority = (name: Name) => readFile(`${FIXTURES}/${name}.cert.pem`);

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rollcall-tls-'));
    await show('first');
    server = await ServerProcess.start(file('data'), {
      TLS_CERT_FILE: file('cert.pem'),
      TLS_KEY_FILE: file('key.pem'),
      HOST: '0.0.0.0',
    });
  });
  afterAll(async () => {
    await server.kill();
    await rm(directory, { recursive: true });
  });

  const port = () => Number(new URL(server.url).port);
  const greet = async (options: ConnectionOptions): Promise<TLSSocket> => {
    const socket = connect({ host: '127.0.0.1', port: port(), ...options });
    await once(socket, 'secureConnect');
    return socket;
  };
  /** Whose certificate a new connection is shown. */
  const shown = async (): Promise<string> => {
    const socket = await greet({ rejectUnauthorized: false });
    const { CN } = socket.getPeerCertificate().subject;
    socket.destroy();
    return String(CN);
  };
  const get = (agent: Agent, path: string) =>
    new Promise<{ status: number; headers: Record<string, unknown>; body: unknown; reused: boolean }>(
      (resolve, reject) => {
        const headers = { authorization: `Bearer ${server.token}` };
        const sent = request({ agent, host: '127.0.0.1', port: port(), path, headers }, (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => {
            const body = JSON.parse(Buffer.concat(chunks).toString()) as unknown;
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body, reused: sent.reusedSocket });
          });
        });
        sent.on('error', reject).end();
      },
    );

  it('is spoken to a client that trusts the certificate, from 1.2 on', async () => {
    const ca = await authority('first');
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const agent = new Agent({ ca, minVersion: version, maxVersion: version });
      const { status, headers, body } = await get(agent, '/scim/v2/demo/Users');
      expect({ status, body }).toMatchObject({ status: 200, body: { totalResults: 0 } });
      expect(headers['strict-transport-security']).toBe('max-age=31536000');
      agent.destroy();
    }
    const old = {
      rejectUnauthorized: false,
      ciphers: 'DEFAULT@SECLEVEL=0',
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
    } as const;
    await expect(greet(old)).rejects.toThrow(/alert protocol version|unsupported protocol/i);
    await expect(greet({ ca: await authority('second') })).rejects.toThrow(/self-signed/);
  });

  it('is what the first start tells to use, and links name it', async () => {
    expect(server.url).toMatch(/^https:/);
    expect(server.output).toContain(`SCIM base URL   ${server.url}/scim/v2/demo`);
    const agent = new Agent({ ca: await authority('first') });
    const { body } = await get(agent, '/scim/v2/demo/ServiceProviderConfig');
    expect(body).toMatchObject({
      meta: { location: `https://127.0.0.1:${port()}/scim/v2/demo/ServiceProviderConfig` },
    });
    agent.destroy();
    expect(server.output).not.toContain('Listening without TLS');
  });

  it('answers curl as the README has it, given the authority', async () => {
    const { stdout } = await promisify(execFile)('curl', [
      '-sS',
      ...['--cacert', `${FIXTURES}/first.cert.pem`],
      ...['-H', `Authorization: Bearer ${server.token}`],
      `https://localhost:${port()}/scim/v2/demo/Users`,
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ totalResults: 0 });
  });

  it('is all that is spoken: plain HTTP gets no answer', async () => {
    using plain = new HttpClient(`http://127.0.0.1:${port()}`);
    await expect(plain.send({ method: 'GET', target: '/health/live' })).rejects.toThrow(/socket hang up|ECONNRESET/);
  });

  it('shows a new certificate on SIGHUP to new connections, and cuts none that are open', async () => {
    const agent = new Agent({ ca: await authority('first'), keepAlive: true, maxSockets: 1 });
    await get(agent, '/health/live');
    await show('second');
    server.nudge('SIGHUP');
    await server.hasWritten('The TLS certificate was read again');
    expect(await shown()).toBe('second');
    expect(await get(agent, '/health/live')).toMatchObject({ status: 200, reused: true });
    agent.destroy();
  });

  it('keeps the one before where certificate and key do not fit', async () => {
    await show('first', ['cert']);
    server.nudge('SIGHUP');
    await server.hasWritten('The TLS certificate was not read again; the one before stays in use');
    expect(server.output).toContain('TLS_KEY_FILE is not the key of TLS_CERT_FILE');
    expect(await shown()).toBe('second');
  });

  it('shows a new certificate when the files change', async () => {
    const times = server.output.split('The TLS certificate was read again').length;
    await show('first');
    await server.hasWritten('The TLS certificate was read again', times);
    expect(await shown()).toBe('first');
  });

  it('does not start with a key that is another’s, and says so in one line', async () => {
    const started = ServerProcess.start(file('other'), {
      TLS_CERT_FILE: `${FIXTURES}/first.cert.pem`,
      TLS_KEY_FILE: `${FIXTURES}/second.key.pem`,
    });
    await expect(started).rejects.toThrow(
      /before it was ready:\nTLS_KEY_FILE is not the key of TLS_CERT_FILE[^\n]*\n$/,
    );
  });
});

describe('without TLS', () => {
  it('an address that others can reach is warned of', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'rollcall-plain-'));
    const server = await ServerProcess.start(directory, { HOST: '0.0.0.0' });
    try {
      expect(server.output).toContain('"level":"warn"');
      expect(server.output).toContain('Listening without TLS where others can reach us');
    } finally {
      await server.kill();
      await rm(directory, { recursive: true });
    }
  });
});
