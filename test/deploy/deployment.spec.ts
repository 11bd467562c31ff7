import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RollcallConfig } from '#config';
import { getMetadataStorage } from 'class-validator';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- files whose shape their own tools check
type Parsed = any;
const yaml = (file: string): Parsed => parse(read(file), { merge: true });

/** Every app that is a service of its own. */
const services = readdirSync(join(root, 'apps')).filter((app) => app !== 'cli' && app !== 'standalone');
const settings = new Set(
  getMetadataStorage()
    .getTargetValidationMetadatas(RollcallConfig, '', false, false)
    .map(({ propertyName }) => propertyName),
);
const unknown = (names: Iterable<string>): string[] => [...names].filter((name) => !settings.has(name));
const { version, engines } = JSON.parse(read('package.json')) as { version: string; engines: { node: string } };

describe('Dockerfile', () => {
  const lines = read('deploy/docker/Dockerfile').split('\n');
  const argument = (instruction: string): string =>
    lines.findLast((line) => line.startsWith(`${instruction} `))?.slice(instruction.length + 1) ?? '';

  it('begins with a release of Node that we run on, by its whole version', () => {
    const [, found] = /^FROM node:(\d+\.\d+\.\d+)-\w+-slim AS base$/m.exec(lines.join('\n')) ?? [];
    const [major = 0, minor = 0] = (found ?? '').split('.').map(Number);
    const [leastMajor = 0, leastMinor = 0] = engines.node.replace('>=', '').split('.').map(Number);
    expect(major === leastMajor && minor >= leastMinor).toBe(true);
    expect(lines.filter((line) => /^FROM (?!base |node:)/.test(line))).toEqual([]);
  });

  it('runs as somebody who is not root, and is asked how it is', () => {
    expect(argument('USER')).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(argument('HEALTHCHECK')).toContain('deploy/docker/healthy.mjs');
    expect(argument('ENTRYPOINT')).toContain('deploy/docker/start.mjs');
  });

  it('sets what the apps know', () => {
    const names = [...argument('ENV').matchAll(/(\w+)=/g)].map(([, name]) => name ?? '');
    expect(unknown(names)).toEqual(['NODE_ENV']);
  });
});

describe('docker-compose.yml', () => {
  const compose = yaml('docker-compose.yml');
  const all = Object.entries<Parsed>(compose.services);
  const apps = all.filter(([, { build }]) => build);

  it('has every app as a service, and starts it by its name', () => {
    expect(apps.map(([name]) => name).toSorted()).toEqual(services.toSorted());
    for (const [name, { command }] of apps) expect(command).toEqual([name]);
  });

  it('gives them settings that there are', () => {
    for (const [, { environment }] of apps) expect(unknown(Object.keys(environment))).toEqual([]);
    const suggested = [...read('deploy/compose/env.example').matchAll(/^#(\w+)=/gm)].map(([, name]) => name ?? '');
    expect(unknown(suggested)).toEqual(['ROLLCALL_PORT', 'GRAFANA_PORT', 'COMPOSE_FILE', 'KAFKA_PORT']);
  });

  it('says which settings it takes from nobody', () => {
    // The words of a comment that go on in the next line.
    const text = read('deploy/compose/env.example').replaceAll('\n# ', ' ');
    const [, listed = ''] = /docker-compose\.yml sets itself \(([A-Z_, ]+)\)/.exec(text) ?? [];
    const taken = Object.entries<string>(compose['x-app'].environment).filter(
      ([name, value]) => !value.includes('${') && name !== 'PRODUCTS_DIR',
    );
    expect(listed.split(', ').toSorted()).toEqual(taken.map(([name]) => name).toSorted());
  });

  it('shows every app the product profiles of one folder, which is there', () => {
    for (const [, { volumes, environment }] of apps) {
      const [folder] = volumes.filter(({ target }: Parsed) => target === environment.PRODUCTS_DIR);
      expect(folder).toMatchObject({ type: 'bind', read_only: true, bind: { create_host_path: false } });
      const [, name = ''] = /^\$\{PRODUCTS_DIR:-\.\/(.*)\}$/.exec(folder.source) ?? [];
      expect(readdirSync(join(root, name))).toEqual(['README.md']);
    }
  });

  it.each(all)('%s: has a pinned image, a health check, no rights it does not need, and starts again', (_, service) => {
    expect(service.image).toMatch(/:[\w.${}:-]*\d+\.\d+/);
    expect(service.image).not.toMatch(/latest/);
    expect(service.healthcheck.test.length).toBeGreaterThan(1);
    expect(service.restart).toBe('unless-stopped');
    expect(service.cap_drop).toEqual(['ALL']);
    expect(service.security_opt).toEqual(['no-new-privileges:true']);
  });

  it('waits for what is healthy, not for what has only started', () => {
    for (const [, { depends_on = {} }] of all) {
      for (const [other, how] of Object.entries(depends_on)) {
        expect(compose.services).toHaveProperty([other]);
        expect(how).toEqual({ condition: 'service_healthy' });
      }
    }
  });

  it('lets the proxy and the dashboard alone be reached, from this machine', () => {
    const reached = all.filter(([, { ports }]) => ports);
    expect(reached.map(([name]) => name)).toEqual(['proxy', 'grafana']);
    for (const [, { ports }] of reached) expect(ports).toEqual([expect.stringMatching(/^127\.0\.0\.1:/)]);
    for (const [name, { networks }] of all) {
      expect(networks).toEqual(['proxy', 'grafana'].includes(name) ? ['inside', 'outside'] : ['inside']);
    }
    expect(compose.networks.inside).toEqual({ internal: true });
  });

  it('opens the topics to this machine alone, where a second file asks for it', () => {
    const { services, ...others } = yaml('deploy/compose/kafka-outside.yaml');
    expect({ others, named: Object.keys(services) }).toEqual({ others: {}, named: ['kafka'] });
    const { networks, ports, environment } = services.kafka;
    expect(networks).toEqual(['inside', 'outside']);
    expect(ports).toEqual([expect.stringMatching(/^127\.0\.0\.1:.*:9094$/)]);
    const told = { ...compose.services.kafka.environment, ...environment };
    const listeners = (name: string): string[] => [...told[name].matchAll(/(\w+):\/\//g)].map(([, each]) => each ?? '');
    expect(listeners('KAFKA_LISTENERS')).toEqual(['PLAINTEXT', 'EXTERNAL', 'CONTROLLER']);
    // Apps are told what they were told before.
    expect(told.KAFKA_ADVERTISED_LISTENERS).toContain(
      `${compose.services.kafka.environment.KAFKA_ADVERTISED_LISTENERS},`,
    );
    const published = ports[0].replace(/:9094$/, '');
    expect(told.KAFKA_ADVERTISED_LISTENERS).toContain(`EXTERNAL://${published}`);
    for (const each of listeners('KAFKA_LISTENERS')) {
      expect(told.KAFKA_LISTENER_SECURITY_PROTOCOL_MAP).toContain(`${each}:PLAINTEXT`);
    }
  });

  it('asks every app for its numbers, where it tells them', () => {
    const [{ dns_sd_configs: found }] = yaml('deploy/compose/prometheus.yaml').scrape_configs;
    expect(found).toEqual([expect.objectContaining({ names: expect.arrayContaining(services) })]);
    for (const [, { environment }] of apps) expect(environment.METRICS_PORT).toBe(String(found[0].port));
  });

  it('mounts files that there are', () => {
    for (const { file } of Object.values<Parsed>(compose.configs)) expect(read(file)).not.toBe('');
    const mounted = all.flatMap(([, { configs = [] }]) => configs.map(({ source }: Parsed) => source));
    expect(mounted.toSorted()).toEqual(Object.keys(compose.configs).toSorted());
  });

  it('keeps what the engines write in volumes that have names', () => {
    const mounted = all.flatMap(([, { volumes = [] }]) =>
      volumes.filter((volume: Parsed) => typeof volume === 'string').map((volume: string) => volume.split(':')[0]),
    );
    expect(new Set(mounted)).toEqual(new Set(Object.keys(compose.volumes)));
  });

  it('lets EventStoreDB take appends as large as requests', () => {
    const most = Number(compose.services.eventstore.environment.EVENTSTORE_MAX_APPEND_SIZE);
    expect(most).toBeGreaterThan(new RollcallConfig().MAX_BODY_BYTES);
  });

  it('runs the release that this is', () => {
    for (const [, { image }] of apps) expect(image).toBe(`\${ROLLCALL_IMAGE:-rollcall:${version}}`);
  });

  it('leads every path to an app that listens there', () => {
    const caddyfile = read('deploy/compose/Caddyfile');
    const targets = [...caddyfile.matchAll(/import app ([\w-]+)/g)].map(([, name]) => name);
    const served = services.filter((name) => !['projector', 'relay'].includes(name));
    expect(targets.toSorted()).toEqual(served.toSorted());
    expect(caddyfile).toContain(`dynamic a {args[0]} ${apps[0]?.[1].environment.PORT}`);
    for (const name of served) {
      if (!['scim-gateway', 'admin'].includes(name)) expect(caddyfile).toContain(`handle_path /${name}/* {`);
    }
  });
});

describe('Helm chart', () => {
  const chart = 'deploy/helm/rollcall';
  const values = yaml(`${chart}/values.yaml`);
  const examples = readdirSync(join(root, chart, 'ci')).map((file) => yaml(`${chart}/ci/${file}`));
  const templates = readdirSync(join(root, chart, 'templates'))
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => read(`${chart}/templates/${file}`))
    .join('\n');

  it('is of the release that this is', () => {
    expect(yaml(`${chart}/Chart.yaml`)).toMatchObject({ version, appVersion: version });
  });

  it('has every app', () => {
    expect(Object.keys(values.apps).toSorted()).toEqual(services.toSorted());
    const schema = JSON.parse(read(`${chart}/values.schema.json`));
    expect(Object.keys(schema.properties.apps.properties).toSorted()).toEqual(services.toSorted());
  });

  it('gives them settings that there are', () => {
    const named = [values, ...examples].flatMap(({ settings = {}, secret, apps = {} }) => [
      ...Object.keys(settings),
      ...Object.keys(secret?.values ?? {}),
      ...Object.values<Parsed>(apps).flatMap((app) => Object.keys(app.settings ?? {})),
    ]);
    expect(named).toContain('PUBLIC_URL');
    expect(unknown(named)).toEqual([]);
    const written = [...templates.matchAll(/name: ([A-Z][A-Z_]+), value:/g)].map(([, name]) => name ?? '');
    expect(written).toContain('PORT');
    expect(unknown(written)).toEqual(['NODE_OPTIONS']);
    const [, needed = ''] =
      /define "rollcall.secrets" -}}\s*([A-Z_ ]+)/.exec(read(`${chart}/templates/_helpers.tpl`)) ?? [];
    expect(needed.trim().split(' ')).toContain('EVENTSTORE_URI');
    expect(unknown(needed.trim().split(' '))).toEqual([]);
  });

  it('asks for no secret in its values', () => {
    expect(values.secret).toEqual({ existingSecret: '', values: {} });
  });

  it('leaves an app the time to end that it takes', () => {
    const [, seconds] = /SHUTDOWN_MS = ([\d_]+)/.exec(read('apps/scim-gateway/src/run.ts')) ?? [];
    const needed = Number(seconds?.replace('_', '')) / 1000;
    const { drainSeconds, terminationGracePeriodSeconds } = values.defaults;
    expect(terminationGracePeriodSeconds).toBeGreaterThan(drainSeconds + needed);
    const { stop_grace_period: grace } = yaml('docker-compose.yml')['x-app'];
    expect(Number.parseInt(grace, 10)).toBeGreaterThan(needed);
  });

  it('lets the heap be smaller than the memory', () => {
    for (const app of [values.defaults, ...Object.values<Parsed>(values.apps)]) {
      if (!app.heapMb) continue;
      const [, number, unit] = /^(\d+)(Mi|Gi)$/.exec(app.resources.limits.memory) ?? [];
      expect(app.heapMb).toBeLessThan(Number(number) * (unit === 'Gi' ? 1024 : 1));
    }
  });
});
