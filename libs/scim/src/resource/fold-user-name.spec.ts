import fc from 'fast-check';
import { caseFold, foldUserName } from './fold-user-name.js';

const anyText = fc.string({ unit: 'binary' });

describe('foldUserName (RFC 7643 §5, RFC 8265 §3.3, profile C5.3)', () => {
  it.each([
    ['ASCII in any case', 'Ana@Example.COM', 'ana@example.com'],
    ['letters beyond ASCII', 'ÅSA', 'åsa'],
    ['composed and decomposed', 'A\u030asa', 'åsa'],
    ['the Angstrom sign', '\u212bsa', 'åsa'],
    ['fullwidth letters', 'ＡＮＡ＠ｅｘａｍｐｌｅ．ｃｏｍ', 'ana@example.com'],
    ['halfwidth katakana with a voicing mark', 'ｶﾞ', 'ガ'],
    ['halfwidth Hangul', 'ﾡ', 'ㄱ'],
    ['final sigma', 'ΟΔΟΣ', 'οδοσ'],
    ['long s', 'ſam', 'sam'],
  ])('folds %s', (_what, name, folded) => {
    expect(foldUserName(name)).toBe(folded);
  });

  it('keeps apart what only looks alike', () => {
    expect(foldUserName('straße')).toBe('straße');
    expect(foldUserName('STRAẞE')).toBe('straße');
    expect(foldUserName('İpek')).not.toBe(foldUserName('ipek'));
    expect(foldUserName('ırmak')).not.toBe(foldUserName('irmak'));
    expect(foldUserName('ﬁn')).toBe('ﬁn');
    expect(foldUserName('￣')).toBe('¯');
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(anyText, (name) => {
        expect(foldUserName(foldUserName(name))).toBe(foldUserName(name));
        expect(caseFold(caseFold(name))).toBe(caseFold(name));
      }),
      { numRuns: 2_000 },
    );
    for (let code = 0; code <= 0x1ffff; code++) {
      const once = foldUserName(String.fromCodePoint(code));
      if (foldUserName(once) !== once) throw new Error(`U+${code.toString(16)} folds twice`);
    }
  });

  it('makes composed and decomposed forms of a name one', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        expect(foldUserName(name.normalize('NFD'))).toBe(foldUserName(name.normalize('NFC')));
      }),
    );
  });
});
