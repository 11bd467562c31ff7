import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const pages = [
  'README.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md') && !file.startsWith('adr'))
    .map((file) => join('docs', file)),
].map((file) => [file, readFileSync(file, 'utf8')] as const);

/** Names for where the admin API is, for the header with a key, and for the key. No page has others. */
const NAMES = ['ADMIN_URL', 'ADMIN', 'ADMIN_KEY'];

describe('examples in the documents', () => {
  it.each(pages)('%s says what its names for the admin API stand for', (_file, text) => {
    const used = [...text.matchAll(/\$\{?([A-Z_]+)/g)].map(([, name = '']) => name);
    for (const name of NAMES.filter((each) => used.includes(each))) {
      // By a shell's assignment, or in words before or below.
      expect(text).toMatch(
        new RegExp(`(export |^| )${name}=|\`\\$${name}\` (is|the|that)|\\b${name}\\b\` (is|the)`, 'm'),
      );
    }
    expect(used.filter((name) => /^(URL|KEY|ROLLCALL|ROLLCALL_URL)$/.test(name))).toEqual([]);
  });

  it.each(pages)('%s uses them for that', (_file, text) => {
    expect(text).not.toMatch(/\$ADMIN\//);
    expect(text).not.toMatch(/\$ADMIN_URL\/admin\//);
    expect(text).not.toMatch(/-H "\$ADMIN_(URL|KEY)"/);
    expect(text).not.toMatch(/\bADMIN_URL=\S*(?<!\/admin\/v1)(\s|$)/);
  });

  it('finds pages', () => {
    expect(pages.length).toBeGreaterThan(25);
  });
});
