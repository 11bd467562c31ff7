import type { Directory } from './directory.js';
import { exchange } from './drive.js';
import { HttpConnection } from './http-client.js';
import { cpuSeconds } from './process-meter.js';
import { type Report, thousands } from './report.js';
import type { Scale } from './scale.js';
import { AppServer } from './servers.js';

const READY_BOUND_SECONDS = 3;

/** Killed with all its users, started again: the time until it is ready and reads a user. */
export async function measureRestart(report: Report, scale: Scale, directory: Directory): Promise<void> {
  report.section('Start');
  const { server } = directory;
  const rows: string[][] = [];
  const empty = performance.now();
  const other = await AppServer.start(server.app);
  rows.push(['on empty data', seconds(performance.now() - empty), `${cpuSeconds(other.pid).toFixed(2)} s`]);
  await other.kill();

  let slowest = 0;
  for (let n = 0; n < scale.rounds; n++) {
    await server.kill();
    const start = performance.now();
    server.startAgain();
    await server.ready();
    const connection = await HttpConnection.open(server.port);
    await exchange(connection, directory.readById());
    const taken = performance.now() - start;
    slowest = Math.max(slowest, taken);
    rows.push([
      `after kill -9, ${thousands(directory.size)} users`,
      seconds(taken),
      `${cpuSeconds(server.pid).toFixed(2)} s`,
    ]);
    await exchange(connection, directory.lookup('externalId'));
    connection.close();
  }
  report.table(['', 'ready and read by id after', 'server CPU'], rows);
  report.atMost('ready again after kill -9, slowest', slowest / 1000, READY_BOUND_SECONDS, ' s');
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}
