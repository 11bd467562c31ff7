import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const REQUIREMENTS = 'test/conformance/requirements.txt';
const PARENT = 'node_modules/.cache';

/**
 * A Python virtual environment with exactly what {@link REQUIREMENTS} pins; kept until that file changes.
 * @returns its folder of programs
 * @throws when there is no Python 3.10 or newer with its venv module, or a package cannot be had
 */
export async function virtualEnvironment(): Promise<string> {
  const pins = await readFile(REQUIREMENTS);
  const name = `scim-judges-${createHash('sha256').update(pins).digest('hex').slice(0, 12)}`;
  const bin = join(PARENT, name, 'bin');
  if (await exists(join(PARENT, name, 'complete'))) return bin;
  await rm(join(PARENT, name), { recursive: true, force: true });
  await run('python3', ['-m', 'venv', join(PARENT, name)]);
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '-r', REQUIREMENTS];
  await run(join(bin, 'python'), install);
  await run(join(bin, 'python'), ['-m', 'pip', 'check']);
  // Made last, so that an installation which was cut short is not taken for a whole one.
  await writeFile(join(PARENT, name, 'complete'), '');
  return bin;
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
