import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '../..');

/** What `npm run pack:consumer` packs, but for the declarations, which take seconds to be made. */
describe('the package of the consumer library', () => {
  let directory: string;
  let target: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rollcall-package-'));
    target = join(directory, 'node_modules/rollcall');
    const { assemble } = (await import(join(root, 'deploy/consumer/assemble.mjs'))) as {
      assemble(places: object): Promise<{ dependencies: Record<string, string> }>;
    };
    const { dependencies } = await assemble({ root, code: join(root, 'dist'), target });
    for (const name of Object.keys(dependencies)) {
      const place = join(directory, 'node_modules', name);
      await mkdir(dirname(place), { recursive: true });
      await symlink(join(root, 'node_modules', name), place);
    }
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  const manifestOf = async (folder: string) =>
    JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
      version: string;
      exports: Record<string, { default: string }>;
      dependencies: Record<string, string>;
    };

  it('exports what the project does, in files that are in it', async () => {
    const [own, whole] = [await manifestOf(target), await manifestOf(root)];
    expect(Object.keys(own.exports)).toEqual(Object.keys(whole.exports));
    expect(own.version).toBe(whole.version);
    for (const { default: file } of Object.values(own.exports)) await access(join(target, file));
    await access(join(target, 'LICENSE'));
  });

  it('runs on its own dependencies, none of which is a server’s', async () => {
    const { exports, dependencies } = await manifestOf(target);
    expect(Object.keys(dependencies).filter((name) => /nest|fastify|db-client|mongodb/.test(name))).toEqual([]);
    const imports = Object.keys(exports).map((path, i) => `import * as m${i} from 'rollcall${path.slice(1)}';`);
    const names = `console.log(JSON.stringify([${imports.map((_, i) => `Object.keys(m${i})`).join()}].flat()));`;
    await writeFile(join(directory, 'product.mjs'), `${imports.join('\n')}\n${names}\n`);
    const { stdout } = await promisify(execFile)(process.execPath, ['product.mjs'], {
      cwd: directory,
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    expect(JSON.parse(stdout)).toEqual(
      expect.arrayContaining(['consumeViews', 'openKafkaMessageBus', 'openLmdbMessageBus', 'parseViewMessage']),
    );
  });
});
