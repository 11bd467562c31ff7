import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { REST, SLOW, SUITES } from './suites.js';

const ROOT = join(import.meta.dirname, '../..');

/** Every spec that needs no engine, as paths from the top of the project. */
export function specFiles(): string[] {
  return ['apps', 'libs', 'test']
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`),
    )
    .filter((file) => /\.(e2e-)?spec\.ts$/.test(file))
    .sort();
}

const beginsWith = (file: string, beginnings: readonly string[]): boolean =>
  beginnings.some((beginning) => file.startsWith(beginning));

/** Names of the suites that a spec belongs to; none where only `npm run test:slow` runs it. */
export function suitesOf(file: string): string[] {
  const named = Object.keys(SUITES).filter((name) => beginsWith(file, SUITES[name] ?? []));
  return named.length > 0 || beginsWith(file, SLOW) ? named : [REST];
}

/** Registers the tests of every spec of a suite. */
export async function importSuite(name: string): Promise<void> {
  for (const file of specFiles()) if (suitesOf(file).includes(name)) await import(join(ROOT, file));
}
