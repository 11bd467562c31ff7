import { CursorCodec, type CursorPlace } from './cursor-codec.js';

const SECRET = 'a secret of at least thirty-two characters';
const place: CursorPlace = { run: 1, values: ['ana', 7, true, null], id: 'u-1', backwards: true, total: 12 };

describe('CursorCodec', () => {
  it('gives back the place, to whoever has the secret', () => {
    const cursor = new CursorCodec(SECRET, 60).seal('list', place);
    expect(new CursorCodec(SECRET, 60).open('list', cursor)).toEqual(place);
    expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
  });

  it('opens nothing of another secret or another list, and nothing that any bit was changed of', () => {
    const codec = new CursorCodec(SECRET, 60);
    const cursor = codec.seal('list', place);
    const refused = expect.objectContaining({ kind: 'invalidCursor' });
    expect(() => new CursorCodec(`${SECRET}!`, 60).open('list', cursor)).toThrow(refused);
    expect(() => codec.open('another', cursor)).toThrow(refused);
    const bytes = Buffer.from(cursor, 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => codec.open('list', changed.toString('base64url'))).toThrow(refused);
    }
  });

  it('lets cursors expire (RFC 9865 §2.3)', () => {
    let now = 1_000_000;
    const codec = new CursorCodec(SECRET, 60, () => now);
    const cursor = codec.seal('list', place);
    now += 60_000;
    expect(codec.open('list', cursor)).toEqual(place);
    now += 1_000;
    expect(() => codec.open('list', cursor)).toThrow(expect.objectContaining({ kind: 'expiredCursor' }));
  });
});
