import fc from 'fast-check';
import { encodeValue, idInKey, MAX_ID_BYTES, MAX_VALUE_BYTES, MAX_VALUE_FIELDS } from './key-encoding.js';
import { compareValues } from './value-order.js';

const characters = fc.constantFrom('\0', '\x01', '\x02', 'a', 'Z', 'é', '\ufb00', '\uffff', '\u{1f600}');
const scalar = fc.oneof(
  fc.string({ unit: characters, maxLength: 6 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
);
const bytes = (value: unknown) => Buffer.from(encodeValue(value).key);

describe('index keys', () => {
  it('sort as the values do', () => {
    fc.assert(
      fc.property(scalar, scalar, (a, b) => {
        expect(Math.sign(Buffer.compare(bytes(a), bytes(b)))).toBe(Math.sign(compareValues(a, b)));
      }),
      { numRuns: 2000 },
    );
  });

  it('end with the id, whatever the values and the id contain', () => {
    fc.assert(
      fc.property(fc.array(scalar, { maxLength: 3 }), fc.string({ unit: characters }), (values, id) => {
        const key = values.map((value) => encodeValue(value).key).join('') + id;
        expect(idInKey(key, values.length)).toBe(id);
      }),
    );
  });

  it('stay within the size lmdb allows', () => {
    for (const character of ['a', '\0', 'é', '\uffff', '\u{1f600}', '\ud800']) {
      const longest = Buffer.byteLength(encodeValue(character.repeat(5000)).key);
      expect(longest).toBeLessThanOrEqual(MAX_VALUE_BYTES + 24);
      expect(longest * MAX_VALUE_FIELDS + MAX_ID_BYTES).toBeLessThan(1978);
    }
  });

  it('tell long values apart that begin alike, but own up to having cut them', () => {
    const long = 'x'.repeat(1000);
    expect(encodeValue(`${long}a`).key).not.toBe(encodeValue(`${long}b`).key);
    expect(encodeValue(`${long}a`).exact).toBe(false);
    expect(encodeValue('x'.repeat(MAX_VALUE_BYTES)).exact).toBe(true);
  });

  it('take what JSON makes of a value', () => {
    expect(encodeValue(new Date(0)).key).toBe(encodeValue('1970-01-01T00:00:00.000Z').key);
    for (const nothing of [undefined, NaN, Infinity]) expect(encodeValue(nothing).key).toBe(encodeValue(null).key);
    expect(encodeValue(-0).key).toBe(encodeValue(0).key);
  });
});
