import { open } from 'lmdb';
import { type Sample, summarize } from './drive.js';
import { userBody } from './user-body.js';

/** What the parent asks for. */
export interface LoopRequest {
  readonly writers: number;
  readonly seconds: number;
}

const BODIES = 512;
/** Same address space as the event log's at first, so that growing the map is not measured. */
const MAP_BYTES = 2 ** 30;

/*
 * The bare durable write: writers that each put a user's bytes under the next key and wait until the disk has them; lmdb
 * commits together what waits together. With its default, overlappingSync, `await put` is answered when the write is
 * visible and before the disk has it; without, a commit is answered after fdatasync of the pages and a synchronous write
 * of the root page.
 */
const database = open<Buffer, number>({
  path: process.argv[2] ?? '',
  noSubdir: false,
  overlappingSync: false,
  encoding: 'binary',
  mapSize: MAP_BYTES,
});
const bodies = Array.from({ length: BODIES }, (_, n) => Buffer.from(userBody('y', n)));
let last = 0;

async function loop({ writers, seconds }: LoopRequest): Promise<Sample> {
  const latencies: number[] = [];
  const before = process.cpuUsage();
  const start = performance.now();
  const end = start + seconds * 1000;
  const writer = async (): Promise<void> => {
    for (let now = performance.now(); now < end;) {
      await database.put(++last, bodies[last % BODIES] as Buffer);
      const durable = performance.now();
      latencies.push(durable - now);
      now = durable;
    }
  };
  await Promise.all(Array.from({ length: writers }, writer));
  const { user, system } = process.cpuUsage(before);
  const sample = summarize(latencies, (performance.now() - start) / 1000);
  return { ...sample, cpu: (user + system) / latencies.length, generator: 0 };
}

process.on('message', (request: LoopRequest) => {
  loop(request).then(
    (sample) => process.send?.(sample),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
