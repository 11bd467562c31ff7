import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** docs/security.md promises; what it points to must be there. */
describe('docs/security.md', () => {
  const text = readFileSync('docs/security.md', 'utf8');
  const [, threats = ''] = text.split('## Threats');
  const rows = threats
    .split('\n## ', 1)
    .join()
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2);

  it('names a test that there is for every threat', () => {
    expect(rows.length).toBeGreaterThan(10);
    for (const row of rows) {
      const named = [...(row.split('|').at(-2) ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
      expect({ row, tests: named.length > 0 }).toEqual({ row, tests: true });
      const missing = named.filter((name) => !existsSync(name) && !existsSync(`test/e2e/${name}.e2e-spec.ts`));
      expect({ row, missing }).toEqual({ row, missing: [] });
    }
  });

  it('links to what there is', () => {
    const links = [...text.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, link = '']) => link);
    expect(links.filter((link) => !/^https?:/.test(link) && !existsSync(join('docs', link)))).toEqual([]);
  });
});
