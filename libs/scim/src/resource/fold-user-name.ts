// eslint-disable-next-line no-control-regex -- the range of ASCII begins with control characters
const ASCII = /^[\u0000-\u007f]*$/;
const WIDE_OR_NARROW = /[\u3000\uff01-\uffee]/g;
/** First halfwidth and fullwidth Hangul letter of each run, and the length of the run. */
const HANGUL_RUNS: readonly (readonly [narrow: number, wide: number, length: number])[] = [
  [0xffa0, 0x3164, 1],
  [0xffa1, 0x3131, 30],
  [0xffc2, 0x314f, 6],
  [0xffca, 0x3155, 6],
  [0xffd2, 0x315b, 6],
  [0xffda, 0x3161, 3],
];

/**
 * The form in which two user names are compared (RFC 7643 §4.1.1: caseExact false; §5: PRECIS, RFC 8265 §3.3): width
 * mapped, case mapped without regard to any locale, in NFC. For comparison only: the name itself is kept as it came.
 * Folding a folded name changes nothing.
 */
export function foldUserName(name: string): string {
  if (ASCII.test(name)) return name.toLowerCase();
  return caseFold(name.replace(WIDE_OR_NARROW, mapWidth));
}

/** The form in which values of attributes with caseExact false are compared and sorted. Folding twice equals once. */
export function caseFold(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  // Lower case depends on the place in a word for sigma, and leaves the long s alone; neither may tell names apart.
  const lowerCase = text.normalize('NFC').toLowerCase().replaceAll('ς', 'σ').replaceAll('ſ', 's');
  return lowerCase.normalize('NFC');
}

/** The ordinary character for a fullwidth or halfwidth one, and nothing else of what NFKC does. */
function mapWidth(character: string): string {
  const code = character.charCodeAt(0);
  if (code === 0xffe3) return '\u00af'; // NFKC goes on to a space and a combining macron
  for (const [narrow, wide, length] of HANGUL_RUNS) {
    if (code >= narrow && code < narrow + length) return String.fromCharCode(wide + code - narrow);
  }
  return character.normalize('NFKC');
}
