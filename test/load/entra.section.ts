import type { Directory } from './directory.js';
import { exchange, type Exchange, type Sample, summarize } from './drive.js';
import { HttpConnection } from './http-client.js';
import { cpuSeconds } from './process-meter.js';
import type { Report } from './report.js';
import type { Scale } from './scale.js';

const WORKERS = 8;
const GROUP_MEMBERS = 100;
const BATCH = 20;

/** What Entra ID does in a cycle: for each person lookup, POST, GET; then groups, their members in batches. */
export async function measureEntraCycle(report: Report, scale: Scale, directory: Directory): Promise<void> {
  report.section(`An Entra-like cycle, ${WORKERS} at a time`);
  const { server } = directory;
  const latencies = new Map<string, number[]>();
  const timed = async (connection: HttpConnection, step: string, next: Exchange): Promise<void> => {
    const start = performance.now();
    await exchange(connection, next);
    const taken = performance.now() - start;
    const all = latencies.get(step);
    if (all) all.push(taken);
    else latencies.set(step, [taken]);
  };
  const person = async (connection: HttpConnection): Promise<string> => {
    const n = directory.newcomer();
    await timed(connection, 'lookup of nobody', directory.lookupAbsent(n));
    await timed(connection, 'POST', directory.create(n));
    await timed(connection, 'GET', directory.readById(n));
    return directory.ids[n] ?? '';
  };
  const group = async (connection: HttpConnection, name: string, members: readonly string[]): Promise<void> => {
    let id = '';
    await timed(
      connection,
      'POST group',
      directory.createGroup(name, (created) => (id = created)),
    );
    for (let from = 0; from < members.length; from += BATCH) {
      await timed(connection, `PATCH of ${BATCH} members`, directory.addMembers(id, members.slice(from, from + BATCH)));
    }
    await timed(connection, 'GET group', directory.readGroup(id, name));
    await exchange(connection, directory.readMembers(id, members.length));
  };

  const connections = await Promise.all(Array.from({ length: WORKERS }, () => HttpConnection.open(server.port)));
  const generatorBefore = process.cpuUsage();
  const cpuBefore = cpuSeconds(server.pid);
  const start = performance.now();
  const end = start + scale.entra * 1000;
  const people: string[] = [];
  await Promise.all(
    connections.map(async (connection) => {
      while (performance.now() < end) people.push(await person(connection));
    }),
  );
  const peopleSeconds = (performance.now() - start) / 1000;
  let groups = 0;
  await Promise.all(
    connections.map(async (connection) => {
      for (let n; (n = groups++) * GROUP_MEMBERS < people.length;) {
        await group(connection, `Team ${n}`, people.slice(n * GROUP_MEMBERS, (n + 1) * GROUP_MEMBERS));
      }
    }),
  );
  const seconds = (performance.now() - start) / 1000;
  const all = [...latencies.values()].flat();
  const generator = process.cpuUsage(generatorBefore);
  const whole: Sample = {
    ...summarize(all, seconds),
    cpu: ((cpuSeconds(server.pid) - cpuBefore) * 1e6) / all.length,
    generator: (generator.user + generator.system) / 1e6 / seconds,
  };
  for (const connection of connections) connection.close();
  report.samples([''], [['all requests', whole]]);
  report.line();
  report.table(
    ['step', 'requests', 'p50 ms', 'p99 ms'],
    [...latencies].map(([step, times]) => {
      const { requests, p50, p99 } = summarize(times, seconds);
      return [step, String(requests), p50.toFixed(2), p99.toFixed(2)];
    }),
  );
  report.line(
    `${people.length} people in ${peopleSeconds.toFixed(1)} s, all with their groups in ${seconds.toFixed(1)} s`,
  );
}
