import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { measureByUrl } from './by-url.section.js';
import { measureCreate } from './create.section.js';
import { measureDelivery } from './delivery.section.js';
import { Directory } from './directory.js';
import { WrongAnswer } from './drive.js';
import { measureEntraCycle } from './entra.section.js';
import { measureFilters } from './filters.section.js';
import { measureFlood } from './flood.section.js';
import { measureGroups } from './group.section.js';
import { measureGrowth } from './growth.section.js';
import { residentMemory } from './process-meter.js';
import { profile, PROFILED, type Profiled } from './profile.section.js';
import { measurePages, measureReads } from './read.section.js';
import { Report } from './report.js';
import { measureRequestLog } from './request-log.section.js';
import { measureRestart } from './restart.section.js';
import { measureSizes } from './sizes.section.js';
import { FULL, QUICK } from './scale.js';
import { measureTokens } from './tokens.section.js';
import { type AppName, AppServer, startYardstickServer } from './servers.js';

/** Rest after a start before its memory is read. */
const SETTLE_MS = 1_000;

const USAGE = `npm run bench -- [options]
  --quick             under 90 seconds: fewer users, shorter rounds
  --only=create       the durable create and its yardsticks alone
  --only=delivery     from a request to the products, and to their acknowledgement
  --only=filters      operators, sorts and cursors at three sizes
  --only=tokens       knowing a caller among 10 and among 1,000,000 tokens
  --only=flood        what one tenant feels of another's flood; with --flood=NAME of one kind of flood, e.g. bulk
  --only=request-log  what remembering calls costs a create and a look-up
  --only=sizes        what a person takes in each store; events a second of one relay and one projector, on the engines
                      at KAFKA_BROKERS and MONGODB_URI where these are given
  --only=directory    everything else alone
  --url=URL           measures what runs there instead, from outside, by a tenant of its own; several: side by side
  --compare           with --url: the embedded standalone, started here, beside them
  --admin-key=KEY     of the --url; default ROLLCALL_ADMIN_KEY
  --strict            exit code 2 when a bar is missed
  --prof=KIND         profile one kind of request: ${PROFILED.join(', ')}
  --prof-dir=DIR      where its profile goes (./bench-profile)
  --app=APP           what is profiled or filled: scim-gateway (default), standalone`;

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    url: { type: 'string', multiple: true },
    compare: { type: 'boolean', default: false },
    'admin-key': { type: 'string' },
    strict: { type: 'boolean', default: false },
    prof: { type: 'string' },
    flood: { type: 'string' },
    'prof-dir': { type: 'string', default: 'bench-profile' },
    app: { type: 'string', default: 'scim-gateway' },
    help: { type: 'boolean', default: false },
  },
});

async function bench(): Promise<number> {
  const app = options.app as AppName;
  const known = options.prof === undefined || (PROFILED as readonly string[]).includes(options.prof);
  if (options.help || !known || !['scim-gateway', 'standalone'].includes(app)) {
    process.stdout.write(`${USAGE}\n`);
    return options.help ? 0 : 1;
  }
  const report = new Report();
  const scale = options.quick ? QUICK : FULL;
  const start = performance.now();
  report.machine();
  if (options.url) {
    const adminKey = options['admin-key'] ?? process.env['ROLLCALL_ADMIN_KEY'] ?? '';
    await measureByUrl(report, scale, { urls: options.url, adminKey, isCompared: options.compare });
    report.line(`\n${((performance.now() - start) / 1000).toFixed(0)} s; every answer was checked.`);
    return 0;
  }
  if (options.prof !== undefined) {
    await profile(report, app, options.prof as Profiled, options['prof-dir']);
    return 0;
  }
  const yardsticks = await startYardstickServer();
  const section = (name: string): boolean => options.only === undefined || options.only === name;
  if (section('create')) await measureCreate(report, scale, yardsticks);
  if (section('delivery')) {
    const server = await AppServer.start('standalone');
    await measureDelivery(report, scale, new Directory(server));
    await server.kill();
  }
  if (options.only === 'filters') await measureFilters(report, scale, new Directory(await AppServer.start(app)));
  if (options.only === 'tokens') await measureTokens(report);
  if (options.only === 'flood') await measureFlood(report, scale, options.flood);
  if (options.only === 'request-log') await measureRequestLog(report, scale);
  if (options.only === 'sizes') await measureSizes(report, scale);
  if (section('directory')) {
    const server = await AppServer.start(app);
    await sleep(SETTLE_MS);
    const atStart = residentMemory(server.pid);
    const directory = new Directory(server);
    await measureGrowth(report, scale, directory, yardsticks, atStart);
    await measureReads(report, scale, directory, yardsticks);
    await measurePages(report, scale, directory);
    await measureGroups(report, scale, directory);
    await measureEntraCycle(report, scale, directory);
    await measureRestart(report, scale, directory);
  }
  const met = report.verdicts();
  report.line(`\n${((performance.now() - start) / 1000).toFixed(0)} s; every answer was checked.`);
  return met || !options.strict ? 0 : 2;
}

try {
  process.exit(await bench());
} catch (error) {
  const plain = error instanceof WrongAnswer;
  process.stderr.write(
    `\n${plain ? `Wrong answer: ${error.message}` : error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exit(1);
}
