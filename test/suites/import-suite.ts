import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SUITES } from './suites.js';

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

export const belongsTo = (file: string, beginnings: readonly string[]): boolean =>
  beginnings.some((beginning) => file.startsWith(beginning));

/** Registers the tests of every spec of a suite. */
export async function importSuite(name: string): Promise<void> {
  const beginnings = SUITES[name];
  if (!beginnings) throw new Error(`There is no suite ${name}`);
  for (const file of specFiles().filter((candidate) => belongsTo(candidate, beginnings)))
    await import(join(ROOT, file));
}
