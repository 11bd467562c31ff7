import { type Answer, HttpConnection, type Place } from './http-client.js';
import { becameIdle, cpuSeconds } from './process-meter.js';

/** A server under load. */
export interface Target extends Place {
  readonly port: number;
  /** NaN where its processor time cannot be read: it is not on this machine, or is more than one process. */
  readonly pid: number;
}

/** One request and what its answer must be. */
export interface Exchange {
  readonly request: string;
  /** @returns what is wrong with the answer, undefined when it is right */
  readonly check: (answer: Answer) => string | undefined;
}

/** What a load came to. Times per request are in milliseconds, processor time in microseconds. */
export interface Sample {
  readonly requests: number;
  readonly seconds: number;
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
  /** Processor time of all the server's threads per request; NaN where it cannot be read. */
  readonly cpu: number;
  /** Share of one core that the load generator took, 0 to 1. */
  readonly generator: number;
}

export interface Load {
  readonly concurrency: number;
  /** Ends after this time or this many requests, whichever is first. */
  readonly seconds?: number;
  readonly count?: number;
  readonly next: () => Exchange;
  /** Goes on until the server rests, so that work it put off counts as work of these requests. */
  readonly untilIdle?: boolean;
}

/** Longest that a server may go on working after its last answer, milliseconds. */
const IDLE_LIMIT_MS = 60_000;

export class WrongAnswer extends Error {
  override readonly name = 'WrongAnswer';
}

/** @throws WrongAnswer naming the request, the fault and the answer's beginning */
export async function exchange(connection: HttpConnection, { request, check }: Exchange): Promise<Answer> {
  const answer = await connection.send(request);
  const fault = check(answer);
  if (fault === undefined) return answer;
  const asked = request.slice(0, request.indexOf('\r\n'));
  throw new WrongAnswer(`${asked}\n  ${fault}\n  answered ${answer.status} ${answer.body.slice(0, 600)}`);
}

/** Keeps `concurrency` requests in flight, each on its own connection, and checks every answer. */
export async function drive(target: Target, load: Load): Promise<Sample> {
  const connections = await Promise.all(
    Array.from({ length: load.concurrency }, () => HttpConnection.open(target.port, target)),
  );
  try {
    return await measure(target, load, connections);
  } finally {
    for (const connection of connections) connection.close();
  }
}

async function measure(target: Target, load: Load, connections: readonly HttpConnection[]): Promise<Sample> {
  const latencies: number[] = [];
  const generatorBefore = process.cpuUsage();
  const cpuBefore = cpuSeconds(target.pid);
  const start = performance.now();
  const end = start + (load.seconds ?? Infinity) * 1000;
  let left = load.count ?? Infinity;
  const worker = async (connection: HttpConnection): Promise<void> => {
    for (let now = performance.now(); now < end && left-- > 0;) {
      await exchange(connection, load.next());
      const answered = performance.now();
      latencies.push(answered - now);
      now = answered;
    }
  };
  await Promise.all(connections.map(worker));
  const generator = process.cpuUsage(generatorBefore);
  const answered = performance.now();
  const finished = load.untilIdle ? Math.max(answered, await becameIdle(target.pid, IDLE_LIMIT_MS)) : answered;
  const cpu = cpuSeconds(target.pid) - cpuBefore;
  return {
    ...summarize(latencies, (finished - start) / 1000),
    cpu: (cpu * 1e6) / latencies.length,
    generator: (generator.user + generator.system) / 1000 / (answered - start),
  };
}

export function summarize(
  latencies: readonly number[],
  seconds: number,
): Pick<Sample, 'requests' | 'seconds' | 'rate' | 'p50' | 'p99'> {
  const sorted = Float64Array.from(latencies).sort();
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
  const requests = latencies.length;
  return { requests, seconds, rate: requests / seconds, p50: at(0.5), p99: at(0.99) };
}
