import { once } from 'node:events';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { inflated } from './inflate-bodies.hook.js';

const chunked = (body: Buffer, size: number) =>
  Readable.from(
    Array.from({ length: Math.ceil(body.length / size) }, (_, n) => body.subarray(n * size, (n + 1) * size)),
  );

describe('inflated', () => {
  it('gives the text, and how much was sent for it', async () => {
    const body = gzipSync('text');
    const stream = inflated(chunked(body, 5), 100);
    const text = (await stream.toArray()).map(String).join('');
    expect([text, stream.receivedEncodedLength]).toEqual(['text', body.length]);
  });

  it('stops at the limit, most of a bomb still packed', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const payload = chunked(bomb, 1_000);
    const stream = inflated(payload, 100_000);
    let size = 0;
    stream.on('data', (chunk: Buffer) => (size += chunk.length));
    const closed = new Promise((resolve) => stream.on('close', resolve));
    const [error] = (await once(stream, 'error')) as [Error];
    expect(error).toMatchObject({ kind: 'payloadTooLarge', detail: expect.stringContaining('100000') });
    await closed;
    expect(size).toBeLessThanOrEqual(100_000);
    expect(stream.receivedEncodedLength).toBeLessThan(bomb.length / 2);
    expect(payload.destroyed).toBe(false);
  });

  it('breaks without harm where nobody reads any more', async () => {
    const stream = inflated(chunked(Buffer.from('not what it says it is'), 5), 100);
    await new Promise((resolve) => stream.on('close', resolve));
    expect(stream.errored).toMatchObject({ kind: 'invalidSyntax' });
  });

  it('ends with an error where the client goes away half way', async () => {
    const payload = new Readable({ read: () => undefined });
    const stream = inflated(payload, 100).resume();
    payload.emit('aborted');
    expect((await once(stream, 'error'))[0]).toMatchObject({ kind: 'invalidSyntax' });
  });
});
