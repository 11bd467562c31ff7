import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  imports: Record<string, { types: string }>;
  exports: Record<string, { types: string; default: string }>;
};

/** What a file imports when it runs: types are gone by then. */
function importsOf(file: string): string[] {
  const source = readFileSync(join(ROOT, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  return [...source.matchAll(/^(?:import|export)\s(?!type\b)([\s\S]*?)\sfrom\s'([^']+)'/gm)]
    .filter(([, names = '']) => !/^\{(?:\s*type\s+\w+(?:\s+as\s+\w+)?,?)+\s*\}$/.test(names.trim()))
    .map(([, , from = '']) => from);
}

/** Every file and package that running `entry` brings in. */
function closureOf(entry: string): { files: Set<string>; packages: Set<string> } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    for (const from of importsOf(file)) {
      if (from.startsWith('#')) visit((manifest.imports[from]?.types ?? from).slice(2));
      else if (from.startsWith('.')) visit(join(dirname(file), from).replace(/\.js$/, '.ts'));
      else packages.add(from);
    }
  };
  visit(entry);
  return { files, packages };
}

describe('the consumer library, as others import it', () => {
  const { files, packages } = closureOf('libs/consumer/src/index.ts');

  it('brings in the contract and nothing of the server: no framework, driver or engine', () => {
    const libs = new Set([...files].map((file) => file.split('/')[1]));
    expect([...libs].sort()).toEqual(['consumer', 'message-bus', 'products', 'scim']);
    expect([...files].filter((file) => /\/(lmdb|kafka|mongodb)\//.test(file))).toEqual([]);
    // ajv checks product profiles; OpenTelemetry's API does nothing unless the product registers an SDK with it.
    expect([...packages].filter((name) => !name.startsWith('node:')).sort()).toEqual([
      '@opentelemetry/api',
      'ajv/dist/2020.js',
    ]);
    expect(files.size).toBeGreaterThan(30);
  });

  it('would be seen to bring in what it must not', () => {
    expect([...closureOf('libs/admin-http/src/index.ts').packages]).toContain('@nestjs/common');
    expect([...closureOf('libs/message-bus/src/lmdb/index.ts').packages]).toContain('lmdb');
  });

  it('has an entry of its own in the package, and so has what is used with it', () => {
    for (const name of ['consumer', 'message-bus', 'message-bus/lmdb', 'products', 'read-models/lmdb']) {
      const { types, default: code } = manifest.exports[`./${name}`] ?? { types: '', default: '' };
      expect(readFileSync(join(ROOT, types), 'utf8')).toContain('export');
      expect(code).toBe(`./dist/${types.slice(2).replace(/\.ts$/, '.js')}`);
    }
  });
});
