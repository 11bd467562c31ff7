import { readFileSync } from 'node:fs';

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
  readonly dev?: boolean;
  readonly link?: boolean;
  readonly inBundle?: boolean;
}

/** Packages that may run code of theirs when they are installed, and why that cannot be helped. */
const INSTALL_SCRIPTS: Readonly<Record<string, string>> = {
  lmdb: 'builds the engine where there is none built for the platform',
  'msgpackr-extract': 'as lmdb, for its codec; optional',
  protobufjs: 'tells of version schemes that do not fit; writes nothing',
  '@swc/core': 'development: checks that the compiler for the platform is there',
  'unrs-resolver': 'development: as @swc/core, for the resolver of jest',
  '@parcel/watcher': 'development: builds the watcher of the Nest CLI where there is none',
  ssh2: 'development: builds its optional ciphers, for testcontainers',
  'cpu-features': 'development: as ssh2; optional',
};

const REGISTRY = 'https://registry.npmjs.org/';

/** What `npm ci` puts on a machine is what package-lock.json says. */
describe('the dependencies', () => {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, Locked> };
  const locked = Object.entries(packages).filter(([path, { link }]) => path !== '' && link !== true);
  const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

  it('run no scripts when they are installed, but for those that are known', () => {
    const names = locked.filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([path]) => nameOf(path));
    const unknown = names.filter((name) => !Object.hasOwn(INSTALL_SCRIPTS, name));
    expect({ remedy: 'read the script; then add the package to INSTALL_SCRIPTS, or do without it', unknown }).toEqual({
      remedy: expect.any(String),
      unknown: [],
    });
    expect(Object.keys(INSTALL_SCRIPTS).filter((name) => !names.includes(name))).toEqual([]);
  });

  it('in production run the scripts of three', () => {
    const names = locked
      .filter(([, { hasInstallScript, dev }]) => hasInstallScript === true && dev !== true)
      .map(([path]) => nameOf(path));
    expect(names.sort()).toEqual(['lmdb', 'msgpackr-extract', 'protobufjs']);
  });

  it('come from the registry that npm is set to, each held to its hash', () => {
    // Without `resolved` it is the registry’s; anything else would be an address of somebody’s own.
    const others = locked.filter(
      ([, { resolved, integrity, inBundle }]) =>
        inBundle !== true &&
        !(integrity?.startsWith('sha512-') === true && (resolved ?? REGISTRY).startsWith(REGISTRY)),
    );
    expect(others.map(([path]) => path)).toEqual([]);
    expect(locked.length).toBeGreaterThan(300);
  });
});
