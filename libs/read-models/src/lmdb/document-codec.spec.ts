import fc from 'fast-check';
import type { Document } from '../read-models.port.js';
import { decodeDocument, encodeDocument } from './document-codec.js';

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary', minLength: 250, maxLength: 400 }),
  fc.constant('line\nbreak "quoted" '.repeat(30)),
  fc.constant(`half \ud800 ${'x'.repeat(300)}`),
);
const document = fc
  .tuple(
    fc.dictionary(fc.oneof(fc.string(), fc.constant('a\nb')), fc.oneof(text, fc.jsonValue())),
    fc.string({ minLength: 1 }),
  )
  .map(([fields, _id]) => ({ ...fields, _id }));

describe('the stored text of a document', () => {
  it('gives the document back, whatever its texts are', () => {
    fc.assert(
      fc.property(document, (given) => {
        const plain = JSON.parse(JSON.stringify(given)) as Document;
        expect(decodeDocument(encodeDocument(plain))).toEqual(plain);
      }),
    );
  });

  it('gives the fields asked for without those in between', () => {
    fc.assert(
      fc.property(document, (given) => {
        const plain = JSON.parse(JSON.stringify(given)) as Record<string, unknown> & Document;
        const stored = encodeDocument(plain);
        for (const name of Object.keys(plain)) {
          const decoded = decodeDocument(stored, [name]) as typeof plain;
          expect([decoded._id, decoded[name]]).toEqual([plain._id, plain[name]]);
        }
      }),
    );
  });

  it('passes over a long object that nobody looks at', () => {
    const document = { _id: 'a', shadow: { name: 'x'.repeat(300) }, json: 'y'.repeat(300), n: 1 };
    expect(decodeDocument(encodeDocument(document), ['json', 'n'])).toEqual({ _id: 'a', json: document.json, n: 1 });
  });

  it('does not escape a long text a second time', () => {
    const json = JSON.stringify({ name: 'x'.repeat(300) });
    expect(encodeDocument({ _id: 'a', json } as Document)).toBe(`{"_id":"a"}\njson\n${json}`);
  });
});
