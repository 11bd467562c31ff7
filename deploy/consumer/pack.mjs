// Makes rollcall-{version}.tgz, which a product installs: `npm run pack:consumer`. Needs what `npm run build` has built.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assemble } from './assemble.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'rollcall-pack-'));
const [types, target] = [join(work, 'types'), join(work, 'package')];
try {
  const project = join(work, 'tsconfig.json');
  const compilerOptions = {
    ...{ declaration: true, emitDeclarationOnly: true, sourceMap: false, incremental: false },
    ...{
      rootDir: root,
      outDir: types,
      tsBuildInfoFile: null,
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
    },
  };
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const files = Object.values(exports).map((each) => join(root, each.types));
  writeFileSync(project, JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, files, include: [] }));
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', project], { stdio: 'inherit' });
  const { files: packed, dependencies } = await assemble({ root, code: join(root, 'dist'), types, target });
  const [tarball] = execFileSync('npm', ['pack', '--silent', '--pack-destination', root], {
    cwd: target,
    encoding: 'utf8',
  })
    .trim()
    .split('\n')
    .slice(-1);
  process.stdout.write(`${tarball}: ${packed.length} files, needs ${Object.keys(dependencies).join(', ')}\n`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
