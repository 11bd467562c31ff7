import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { belongsTo, specFiles } from './import-suite.js';
import { SLOW, SUITES } from './suites.js';

describe('the suites of npm test', () => {
  it.each(specFiles())('have %s once, or test:slow has it', (file) => {
    const suites = Object.keys(SUITES).filter((name) => belongsTo(file, SUITES[name] ?? []));
    const slow = belongsTo(file, SLOW);
    expect({ file, suites: suites.length }).toEqual({ file, suites: slow ? Math.min(suites.length, 1) : 1 });
  });

  it('have a file each', () => {
    const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.suite.ts'));
    expect(files.sort()).toEqual(Object.keys(SUITES).map((name) => `${name}.suite.ts`).sort()); // prettier-ignore
  });

  it.each(Object.entries(SUITES).flatMap(([suite, beginnings]) => beginnings.map((beginning) => [beginning, suite])))(
    'find something under %s, of %s',
    (beginning) => {
      expect(specFiles().filter((file) => file.startsWith(beginning))).not.toEqual([]);
    },
  );

  it.each(specFiles())(
    'are not disturbed by %s: a hook outside a describe would run for the specs beside it',
    (file) => {
      const text = readFileSync(join(import.meta.dirname, '../..', file), 'utf8');
      expect(text).not.toMatch(/^(before|after)(All|Each)\(/m);
    },
  );
});
