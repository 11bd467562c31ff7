import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Linux counts processor time in hundredths of a second for every reader of /proc. */
const TICKS_PER_SECOND = 100;
const IDLE_WINDOW_MS = 200;
/** Processor time per window that still counts as idle: timers and the collector never rest quite. */
const IDLE_CPU_SECONDS = 0.02;

/** @returns seconds of processor time of all threads, user and system; NaN where there is no /proc */
export function cpuSeconds(pid: number): number {
  try {
    const { user, system } = readCpuTime(`/proc/${pid}/stat`);
    return user + system;
  } catch {
    return NaN;
  }
}

/** Seconds of processor time; the first thread is the one that runs our JavaScript. */
export interface ThreadTime {
  readonly name: string;
  readonly user: number;
  readonly system: number;
}

/** Threads that have worked at all, in the order of their start; none where there is no /proc. */
export function threadTimes(pid: number): ThreadTime[] {
  try {
    const ids = readdirSync(`/proc/${pid}/task`).map(Number);
    const threads = ids.sort((a, b) => a - b).map((id) => readCpuTime(`/proc/${pid}/task/${id}/stat`));
    return threads.filter(({ user, system }) => user + system > 0);
  } catch {
    return [];
  }
}

function readCpuTime(file: string): ThreadTime {
  const stat = readFileSync(file, 'latin1');
  // The second field is the name in brackets and may hold blanks; utime and stime are fields 14 and 15.
  const end = stat.lastIndexOf(')');
  const fields = stat.slice(end + 2).split(' ');
  const seconds = (field: number): number => Number(fields[field - 3]) / TICKS_PER_SECOND;
  return { name: stat.slice(stat.indexOf('(') + 1, end), user: seconds(14), system: seconds(15) };
}

/** Resident memory in bytes; `anonymous` leaves out pages of mapped files, which the system takes back at will. */
export interface ResidentMemory {
  readonly total: number;
  readonly anonymous: number;
}

/** NaN where there is no /proc. */
export function residentMemory(pid: number): ResidentMemory {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const bytes = (name: string): number =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? NaN) * 1024;
    return { total: bytes('VmRSS'), anonymous: bytes('RssAnon') };
  } catch {
    return { total: NaN, anonymous: NaN };
  }
}

/**
 * Waits until a process has nothing left to do.
 * @returns when it became idle, as `performance.now()`; the time given up, where it still worked after `limitMs`
 */
export async function becameIdle(pid: number, limitMs: number): Promise<number> {
  const limit = performance.now() + limitMs;
  let idleSince = performance.now();
  for (let idleWindows = 0; idleWindows < 2 && performance.now() < limit;) {
    const before = cpuSeconds(pid);
    await sleep(IDLE_WINDOW_MS);
    if (cpuSeconds(pid) - before > IDLE_CPU_SECONDS) {
      idleWindows = 0;
      idleSince = performance.now();
    } else idleWindows++;
  }
  return idleSince;
}
