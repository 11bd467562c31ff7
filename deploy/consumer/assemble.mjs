import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { dirname, join, posix } from 'node:path';
import ts from 'typescript';

const BUILTIN = new Set([...builtinModules, ...builtinModules.map((name) => `node:${name}`)]);
const packageOf = (name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/');

/**
 * Puts together what a product installs: of everything built, what the package's `exports` lead to, and of its dependencies
 * those that this needs. `rollcall` itself depends on a server.
 * @param {{root: string, code: string, types?: string, target: string}} places `root` has package.json; `code` and `types`
 *   have `libs/…` as JavaScript and as declarations
 * @returns {Promise<{files: string[], dependencies: Record<string, string>}>} files relative to `target`
 */
export async function assemble({ root, code, types, target }) {
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const packages = new Set();
  const internal = new Set();
  const files = [];
  const placeOf = ({ types: source }) => source.replace(/^\.\//, '').replace(/\.ts$/, '');

  const follow = async (from, extension, entries) => {
    const seen = new Set();
    const visit = async (place) => {
      if (seen.has(place)) return;
      seen.add(place);
      const file = `${place}${extension}`;
      const text = await readFile(join(from, file), 'utf8');
      await mkdir(dirname(join(target, file)), { recursive: true });
      await copyFile(join(from, file), join(target, file));
      files.push(file);
      for (const { fileName: name } of ts.preProcessFile(text, true, true).importedFiles) {
        if (name.startsWith('.')) await visit(posix.join(posix.dirname(place), name).replace(/\.js$/, ''));
        else if (name.startsWith('#')) {
          internal.add(name);
          await visit(placeOf(manifest.imports[name]));
        } else if (!BUILTIN.has(name)) packages.add(packageOf(name));
      }
    };
    for (const entry of entries) await visit(entry);
  };

  const entries = Object.values(manifest.exports).map(placeOf);
  await follow(code, '.js', entries);
  if (types !== undefined) await follow(types, '.d.ts', entries);

  const published = (each) => {
    const place = `./${placeOf(each)}`;
    return { ...(types !== undefined && { types: `${place}.d.ts` }), default: `${place}.js` };
  };
  const dependencies = {};
  for (const name of [...packages].sort()) {
    if (manifest.dependencies[name] === undefined) throw new Error(`${name} is imported and no dependency`);
    dependencies[name] = manifest.dependencies[name];
  }
  const { name, version, license, type, engines } = manifest;
  const own = {
    ...{ name, version, license, type, engines },
    description: 'Follow a product topic of Rollcall: the consumer library, and the buses and stores it runs on.',
    exports: Object.fromEntries(Object.entries(manifest.exports).map(([path, each]) => [path, published(each)])),
    imports: Object.fromEntries([...internal].sort().map((path) => [path, published(manifest.imports[path])])),
    dependencies,
  };
  await writeFile(join(target, 'package.json'), `${JSON.stringify(own, null, 2)}\n`);
  for (const file of ['LICENSE', 'docs/guide/consume-a-topic.md']) {
    await copyFile(join(root, file), join(target, file.endsWith('.md') ? 'README.md' : file));
  }
  return { files, dependencies };
}
