import { parseStream, userNameStream } from './stream-names.js';

describe('userNameStream', () => {
  // The names of streams that are in logs already. Whoever changes the folding of names orphans their claims: docs/adr/0015-comparing-user-names.md.
  it.each([
    ['ana@example.com', 'jkPKN3ASKOdJg-_b'],
    ['åsa', 'TzrtpAvabBAri1gg'],
    ['straße', 'eH9HcGE9OCTLyJtt'],
    ['ırmak', 'X2cgGamcL-Wl0NAh'],
    ['i̇pek', 'g2F9BHw3XEQvMyFN'],
    ['οδοσ', 'FYRvJ1ygawDgDenP'],
    ['ガ', 'DOSj3b0AAg_Irsy4'],
    ['🦆', '16XF4NHZTDIhhTnn'],
  ])('%s keeps its stream', (name, hash) => {
    expect(userNameStream('acme', name).slice('userName-acme.'.length, 'userName-acme.'.length + 16)).toBe(hash);
  });

  it.each([
    ['case', 'ÅSA@example.com', 'åsa@example.com'],
    ['composition', 'A\u030asa', 'Åsa'],
    ['width', 'ＡＮＡ', 'ana'],
    ['dotted capital I', 'İPEK', 'i̇pek'],
  ])('is one for names that differ in %s', (_what, a, b) => {
    expect(userNameStream('acme', a)).toBe(userNameStream('acme', b));
  });

  it('is another for names that do not compare equal, and in another tenant', () => {
    const streams = ['ırmak', 'irmak', 'İrmak', 'straße', 'strasse', 'ana '].map((name) =>
      userNameStream('acme', name),
    );
    expect(new Set([...streams, userNameStream('other', 'irmak')]).size).toBe(7);
    expect(parseStream(streams[0] ?? '')).toMatchObject({ category: 'userName-', tenant: 'acme' });
  });
});
