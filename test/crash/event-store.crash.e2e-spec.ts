import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import type { RecordedEvent } from '#event-store';
import { openLmdbEventStore } from '#event-store/lmdb';

const ROUNDS = 5;
const WRITERS = 8;
const COMPILED = join(process.cwd(), 'dist/libs/event-store/src/lmdb/index.js');

/** Appends to `WRITERS` streams without end, one to three events at a time, and prints what is acknowledged. */
const WRITING_PROCESS = `
  import { randomUUID } from 'node:crypto';
  import { writeSync } from 'node:fs';
  const { openLmdbEventStore } = await import(${JSON.stringify(pathToFileURL(COMPILED).href)});
  const store = await openLmdbEventStore({ directory: process.argv[1] });
  const metadata = { tenant: 'acme', correlationId: 'c', causationId: 'c', occurredAt: '2026-01-31T08:15:30.123Z', schemaVersion: 1 };
  async function write(stream) {
    let expected = 'noStream';
    for await (const last of store.read(stream, { direction: 'backwards', limit: 1 })) expected = last.revision;
    for (;;) {
      const size = 1 + Math.floor(Math.random() * 3);
      const data = { append: randomUUID(), size, text: 'ä'.repeat(Math.random() * 1500) };
      const events = Array.from({ length: size }, () => ({ id: randomUUID(), type: 'UserUpdated', data, metadata }));
      const { revision } = await store.append(stream, events, expected);
      // One write() for all of it: a line is either told whole or not at all.
      writeSync(1, events.map((e, i) => [stream, revision - size + 1 + i, e.id].join(' ') + '\\n').join(''));
      expected = revision;
    }
  }
  await Promise.all(Array.from({ length: ${WRITERS} }, (_, n) => write('user-acme.' + n)));
`;

/** Runs a writing process, kills it -9 once it has acknowledged `count` events, returns all that it acknowledged. */
async function writeUntilKilled(directory: string, count: number): Promise<string[]> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', WRITING_PROCESS, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const acknowledged: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(line);
    if (acknowledged.length === count) child.kill('SIGKILL');
  }
  return acknowledged;
}

async function collect(events: AsyncIterable<RecordedEvent>): Promise<RecordedEvent[]> {
  const all: RecordedEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

describe('event store on LMDB, killed while it writes', () => {
  let directory: string;
  beforeAll(async () => {
    if (!existsSync(COMPILED)) throw new Error(`${COMPILED} is missing: run "npm run build" first`);
    directory = await mkdtemp(join(tmpdir(), 'rollcall-crash-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  it('keeps everything acknowledged exactly once, in order, and nothing half', async () => {
    const acknowledged: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      acknowledged.push(...(await writeUntilKilled(directory, 100 + Math.floor(Math.random() * 900))));

      await using store = await openLmdbEventStore({ directory });
      const events = await collect(store.readAll('start'));
      const found = new Map(events.map((event) => [`${event.stream} ${event.revision} ${event.id}`, event]));
      expect(acknowledged.filter((line) => !found.has(line))).toEqual([]);
      expect(new Set(events.map((event) => event.id)).size).toBe(events.length);
      expect(events.every((event, i) => i === 0 || event.position > (events[i - 1] as RecordedEvent).position)).toBe(
        true,
      );
      expect(await store.lastPosition()).toBe(events.at(-1)?.position);

      for (let n = 0; n < WRITERS; n++) {
        const inLog = events.filter((event) => event.stream === `user-acme.${n}`);
        expect(inLog.map((event) => event.revision)).toEqual(inLog.map((_, revision) => revision));
        expect(await collect(store.read(`user-acme.${n}`))).toEqual(inLog);
      }
      const written = new Map<string, number>();
      for (const event of events) {
        const { append, size } = event.data as { append: string; size: number };
        written.set(append, (written.get(append) ?? size) - 1);
      }
      expect([...written].filter(([, missing]) => missing !== 0)).toEqual([]);
    }
    expect(acknowledged.length).toBeGreaterThan(ROUNDS * 100 - 1);
  });
});
