import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { specFiles, suitesOf } from './import-suite.js';
import { REST, SUITES } from './suites.js';

describe('the suites of npm test', () => {
  it('have each spec once at most', () => {
    expect(specFiles().filter((file) => suitesOf(file).length > 1)).toEqual([]);
  });

  it('have a file each', () => {
    const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.suite.ts'));
    expect(files.sort()).toEqual([...Object.keys(SUITES), REST].map((name) => `${name}.suite.ts`).sort()); // prettier-ignore
  });

  it('find something under each beginning', () => {
    const found = (beginning: string): boolean => specFiles().some((file) => file.startsWith(beginning));
    expect(Object.values(SUITES).flat().filter((beginning) => !found(beginning))).toEqual([]); // prettier-ignore
  });

  it('have no spec with a hook outside a describe, which would run for the specs beside it', () => {
    const text = (file: string): string => readFileSync(join(import.meta.dirname, '../..', file), 'utf8');
    expect(specFiles().filter((file) => /^(before|after)(All|Each)\(/m.test(text(file)))).toEqual([]);
  });
});
