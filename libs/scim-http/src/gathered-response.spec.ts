import { once } from 'node:events';
import { createServer, IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, Socket } from 'node:net';
import { GatheredResponse, MAX_GATHERED } from './gathered-response.js';

/** An answer on a connection that keeps what is written. */
function answer(written: string[], name: string): GatheredResponse {
  const socket = new Socket();
  socket.write = (chunk: unknown) => written.push(name + String(chunk).slice(-1)) > 0;
  const response = new GatheredResponse(new IncomingMessage(socket));
  response.assignSocket(socket);
  return response;
}

const turnOfEventLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('GatheredResponse', () => {
  it('is written with the others of its turn of the event loop, in their order', async () => {
    const written: string[] = [];
    const answers = ['a', 'b', 'c'].map((name) => answer(written, name));
    for (const one of answers) one.end('!');
    expect(written).toEqual([]);
    await turnOfEventLoop();
    expect(written.filter((text) => text.endsWith('!'))).toEqual(['a!', 'b!', 'c!']);
  });

  it('waits for no more than there may be', () => {
    const written: string[] = [];
    for (let n = 0; n < MAX_GATHERED; n++) answer(written, `${n}`).end('!');
    expect(written.filter((text) => text.endsWith('!'))).toHaveLength(MAX_GATHERED);
  });

  it('has ended as soon as it is told to, and once', async () => {
    const written: string[] = [];
    const once = answer(written, 'a');
    expect(once.writableEnded).toBe(false);
    once.end('!');
    expect(once.writableEnded).toBe(true);
    once.end('?');
    await turnOfEventLoop();
    expect(written).toContain('a!');
    expect(written).not.toContain('a?');
  });

  it('throws what cannot be sent back at whoever gave it', async () => {
    const written: string[] = [];
    const broken = answer(written, 'a');
    expect(() => broken.end(5)).toThrow(/argument must be/);
    broken.end('!');
    await turnOfEventLoop();
    expect(written).toContain('a!');
  });

  it('is written though another connection has been lost', async () => {
    const written: string[] = [];
    const [lost, whole] = [answer(written, 'a'), answer(written, 'b')];
    lost.end('!');
    whole.end('!');
    lost.destroy();
    await turnOfEventLoop();
    expect(written.filter((text) => text.endsWith('!'))).toEqual(['b!']);
  });

  it('is written though what is in front of it cannot be', async () => {
    const answers: ServerResponse[] = [];
    const listener: RequestListener = (_, response) => {
      if (answers.push(response) < 2) return;
      answers[0]?.end('one', 'no encoding' as BufferEncoding);
      answers[1]?.end('two');
    };
    const server = createServer({ ServerResponse: GatheredResponse }, listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const ask = () => fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`).then((got) => got.text());
    const told = await Promise.allSettled([ask(), ask()]);
    expect(told.map((one) => (one.status === 'fulfilled' ? one.value : 'none')).sort()).toEqual(['none', 'two']);
    server.closeAllConnections();
    server.close();
  });

  it('answers requests that came in one piece in their order', async () => {
    const listener: RequestListener = ({ url }, response: ServerResponse) => {
      // The first is ready last.
      if (url === '/1') setImmediate(() => setImmediate(() => response.end('one')));
      else response.end('two', 'utf8', () => undefined);
    };
    const server = createServer({ ServerResponse: GatheredResponse }, listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    client.write('GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    let text = '';
    client.on('data', (chunk) => (text += chunk.toString()));
    await once(client, 'close');
    expect(text).toMatch(/^HTTP\/1.1 200 OK[^]*\r\n\r\noneHTTP\/1.1 200 OK[^]*\r\n\r\ntwo$/);
    server.close();
    await once(server, 'close');
  });
});
