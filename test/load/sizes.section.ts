import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig } from '#config';
import { type Engines, openEngines } from '#engines';
import { productProfiles, topicsFor } from '#products';
import { PROJECTIONS } from '#projections';
import type { CollectionDefinition, ReadModels } from '#read-models';
import { Relay, RELAY_COLLECTIONS } from '#relay';
import { ProjectionRunner } from '#subscriptions';
import { newDirectory } from './child-process.js';
import { Directory } from './directory.js';
import { drive } from './drive.js';
import { meterBus } from './metered-bus.js';
import { cpuSeconds } from './process-meter.js';
import type { Report } from './report.js';
import { CONCURRENCY, type Scale } from './scale.js';
import { AppServer } from './servers.js';

/** One group for so many people, all of them its members: everybody is in one group for each round of groups. */
const GROUP_SIZE = 50;
const GROUP_ROUNDS = 3;
/** Documents read at a time. */
const PAGE = 1_000;
const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };

/**
 * What one person takes in each store, and how many events a second one relay and one projector carry. The people, their
 * groups and a change each are written through a gateway on embedded engines; relay and projector then take that log up from
 * its start, on the engines at KAFKA_BROKERS and MONGODB_URI where these are given.
 */
export async function measureSizes(report: Report, scale: Scale): Promise<void> {
  const [, people] = scale.userCounts;
  const server = await AppServer.start('scim-gateway');
  await writePeople(server, people);
  await server.stop();

  const embedded = { DATA_DIR: server.directory, LOG_LEVEL: 'silent' };
  const gateway = await openEngines(loadConfig(embedded));
  const { EVENTSTORE_URI: _, ...addresses } = process.env;
  const others = await openEngines(loadConfig({ ...addresses, ...embedded, DATA_DIR: await newDirectory() }));
  try {
    report.section(`What a person takes, of ${people}`);
    const events = await measureEvents(report, gateway, people);
    await measureProjector(report, gateway, others, events);
    const projected = PROJECTIONS.flatMap(({ collections }) => collections);
    await measureDocuments(report, 'projector', others.readModels, projected, people);
    await measureRelay(report, gateway, others, people, events);
    await measureDocuments(report, 'relay', others.readModels, RELAY_COLLECTIONS, people);
  } finally {
    await gateway[Symbol.asyncDispose]();
    await others[Symbol.asyncDispose]();
  }
}

async function writePeople(server: AppServer, people: number): Promise<void> {
  const directory = new Directory(server);
  await drive(server, { concurrency: CONCURRENCY, count: people, next: () => directory.create() });
  let n = 0;
  await drive(server, { concurrency: CONCURRENCY, count: people, next: () => directory.patch(n++) });
  const groups: string[] = [];
  const count = Math.ceil((people / GROUP_SIZE) * GROUP_ROUNDS);
  const next = () => directory.createGroup(`Group ${groups.length}`, (id) => groups.push(id));
  await drive(server, { concurrency: 1, count, next });
  let g = 0;
  const fill = () => {
    const first = (g * GROUP_SIZE) % people;
    return directory.addMembers(groups[g++] ?? '', directory.ids.slice(first, first + GROUP_SIZE));
  };
  await drive(server, { concurrency: 8, count, next: fill, untilIdle: true });
}

/** @returns how many there are */
async function measureEvents(report: Report, { store }: Engines, people: number): Promise<number> {
  const types = new Map<string, { events: number; data: number; metadata: number; stream: number }>();
  let events = 0;
  for await (const { type, data, metadata, stream } of store.readAll('start')) {
    const sum = types.get(type) ?? { events: 0, data: 0, metadata: 0, stream: 0 };
    types.set(type, sum);
    events += 1;
    sum.events += 1;
    sum.data += jsonBytes(data);
    sum.metadata += jsonBytes(metadata);
    sum.stream += stream.length + type.length;
  }
  report.table(
    ['event', 'a person', 'bytes of data', 'of metadata', 'of names'],
    [...types].map(([type, sum]) => [
      type,
      (sum.events / people).toFixed(2),
      ...[sum.data, sum.metadata, sum.stream].map((bytes) => (bytes / sum.events).toFixed(0)),
    ]),
  );
  return events;
}

async function measureDocuments(
  report: Report,
  whose: string,
  models: ReadModels,
  collections: readonly CollectionDefinition[],
  people: number,
): Promise<void> {
  const rows: string[][] = [];
  for (const { name, indexes = [] } of collections) {
    let [documents, bytes, keys] = [0, 0, 0];
    for await (const document of documentsOf(models, name)) {
      documents += 1;
      bytes += jsonBytes(document);
      for (const { fields } of indexes) {
        keys += fields.reduce(
          (sum, path) => sum + valuesAt(document, path).reduce((n, value) => n + value.length, 0),
          0,
        );
      }
    }
    if (documents === 0) continue;
    const each = (sum: number): string => (sum / people).toFixed(0);
    rows.push([name, (documents / people).toFixed(2), String(indexes.length), each(bytes), each(keys)]);
  }
  report.line(`\nDocuments of the ${whose}`);
  report.table(['collection', 'a person', 'indexes', 'bytes of JSON', 'of index keys'], rows);
}

async function* documentsOf(models: ReadModels, collection: string): AsyncGenerator<{ _id: string }> {
  for (let after = ''; ;) {
    const page = await models.find(collection, { filter: { _id: { $gt: after } }, sort: { _id: 1 }, limit: PAGE });
    yield* page;
    const last = page.at(-1);
    if (!last) return;
    after = last._id;
  }
}

async function measureProjector(report: Report, { store }: Engines, others: Engines, events: number): Promise<void> {
  const models = others.readModels;
  const runner = new ProjectionRunner({ store, models, projections: PROJECTIONS, log: SILENT });
  const end = (await store.lastPosition()) ?? 0n;
  await rate(report, 'projector', process.env['MONGODB_URI'] ? 'MongoDB' : 'embedded', events, async () => {
    await runner.start();
    while (!(await runner.progress.waitFor(end, 600_000)));
  });
  await runner.stop();
}

async function measureRelay(
  report: Report,
  { store }: Engines,
  others: Engines,
  people: number,
  events: number,
): Promise<void> {
  const { bus, topics } = meterBus(others.bus);
  // What happens once in the life of an installation is not what is measured.
  await bus.declareTopics(topicsFor(productProfiles));
  await (await bus.openWriter('bench'))[Symbol.asyncDispose]();
  const relay = new Relay({ store, readModels: others.readModels, bus, products: productProfiles, log: SILENT });
  const end = (await store.lastPosition()) ?? 0n;
  await rate(report, 'relay', process.env['KAFKA_BROKERS'] ? 'Kafka' : 'embedded', events, async () => {
    await relay.start();
    while ((relay.position ?? -1n) < end) await sleep(5);
  });
  await relay.stop();
  report.table(
    ['topic', 'messages a person', 'bytes each'],
    [...topics].map(([topic, { messages, bytes }]) => [
      topic,
      (messages / people).toFixed(2),
      (bytes / messages).toFixed(0),
    ]),
  );
}

async function rate(
  report: Report,
  what: string,
  on: string,
  events: number,
  work: () => Promise<void>,
): Promise<void> {
  const [start, cpu] = [performance.now(), cpuSeconds(process.pid)];
  await work();
  const seconds = (performance.now() - start) / 1000;
  const micros = ((cpuSeconds(process.pid) - cpu) / events) * 1e6;
  const figures = `${(events / seconds).toFixed(0)} events/s, ${micros.toFixed(0)} µs of processor time an event`;
  report.line(`\nOne ${what}, ${on}: ${events} events in ${seconds.toFixed(1)} s: ${figures}`);
}

const jsonBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/** What is at a dotted path, through arrays, as text. */
function valuesAt(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => valuesAt(each, path));
  if (path === '') return typeof value === 'string' ? [value] : [JSON.stringify(value) ?? ''];
  if (typeof value !== 'object' || value === null) return [];
  const [head = '', ...rest] = path.split('.');
  return valuesAt((value as Record<string, unknown>)[head], rest.join('.'));
}
