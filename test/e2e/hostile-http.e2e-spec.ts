import { connect } from 'node:net';
import { startGateway, type TestGateway } from '../support/start-gateway.js';
import type { TenantClient } from '../support/tenant-client.js';

/** Requests that a proxy and we could take for different ones (RFC 9112 §11.2): refused, and what is hidden in them is not seen. */
describe('hostile HTTP', () => {
  let gateway: TestGateway;
  let tenant: TenantClient;
  beforeAll(async () => {
    gateway = await startGateway();
    tenant = await gateway.newTenant();
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  /** All that is answered until the connection is closed. */
  const answersTo = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(gateway.http.origin);
      const chunks: Buffer[] = [];
      const socket = connect(Number(port), hostname, () => socket.write(text));
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
      socket.on('error', reject);
    });

  const body = '{"userName":"smuggled"}';
  const target = () => `/scim/v2/${tenant.slug}/Users`;
  const head = () => `Host: a\r\nAuthorization: Bearer ${tenant.token}\r\nContent-Type: application/json\r\n`;
  const hidden = () => `POST ${target()} HTTP/1.1\r\n${head()}Content-Length: ${body.length}\r\n\r\n${body}`;

  it.each<[string, (hidden: string) => string]>([
    ['a length and chunks', (inner) => `Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`],
    ['chunks and a length', (inner) => `Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${inner}`],
    ['two lengths', (inner) => `Content-Length: 0\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`],
    ['a list of lengths', (inner) => `Content-Length: 0, 5\r\n\r\n${inner}`],
    ['a signed length', (inner) => `Content-Length: +0\r\n\r\n${inner}`],
    ['chunks, then something else', (inner) => `Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${inner}`],
    ['a coding that is none', (inner) => `Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${inner}`],
    ['a space before the colon', (inner) => `Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${inner}`],
    ['a folded header', (inner) => `Transfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${inner}`],
    ['a size of a chunk that is none', (inner) => `Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n${inner}`],
    ['line feeds alone', (inner) => `X: y\nContent-Length: 0\n\n${inner}`],
    ['a NUL in a header', (inner) => `X: a\u0000b\r\nContent-Length: 0\r\n\r\n${inner}`],
  ])('with %s is refused, and ends the connection', async (_title, rest) => {
    const before = await gateway.store.lastPosition();
    const text = await answersTo(`POST ${target()} HTTP/1.1\r\n${head()}${rest(hidden())}`);
    expect(text.match(/^HTTP\/1\.1 \d+/gm)).toEqual(['HTTP/1.1 400']);
    expect(text).toContain('\r\nConnection: close\r\n');
    expect(await gateway.eventsAfter(before)).toEqual([]);
  });

  it('without a host is refused', async () => {
    const text = await answersTo(`GET ${target()} HTTP/1.1\r\nAuthorization: Bearer ${tenant.token}\r\n\r\n`);
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
  });
});
