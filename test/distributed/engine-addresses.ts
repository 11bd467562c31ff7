import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import type { Endpoint } from './tcp-proxy.js';

const run = promisify(execFile);

/** The real engines of a run, and the program that kills and starts them. */
export interface EngineAddresses {
  readonly kafka: Endpoint;
  readonly mongo: Endpoint;
  /** Takes `kill kafka`, `start mongo` and so on. */
  readonly control: string;
}

/** @returns undefined, and says what is missing, where the environment names no engines */
export function engineAddresses(env: NodeJS.ProcessEnv): EngineAddresses | undefined {
  const { KAFKA_BROKERS, MONGODB_URI, ENGINES } = env;
  const missing = Object.entries({ KAFKA_BROKERS, MONGODB_URI, ENGINES }).flatMap(([name, value]) => (value ? [] : [name])); // prettier-ignore
  if (missing.length > 0) {
    process.stdout.write(`Skipped: the distributed set-up, as ${missing.join(', ')} is not set\n`);
    return undefined;
  }
  const [kafkaHost = '', kafkaPort] = (KAFKA_BROKERS ?? '').split(',')[0]?.split(':') ?? [];
  const mongo = new URL(MONGODB_URI ?? '');
  return {
    kafka: { host: kafkaHost, port: Number(kafkaPort) },
    mongo: { host: mongo.hostname, port: Number(mongo.port) },
    control: ENGINES ?? '',
  };
}

export type RealEngine = 'kafka' | 'mongo';

export async function control(
  { control: program }: EngineAddresses,
  verb: 'kill' | 'start',
  engine: RealEngine,
): Promise<void> {
  await run(program, [verb, engine]);
}

/** How long members of earlier runs may hold a group, ms. */
const GROUPS_MS = 60_000;

/** Topics and groups of earlier runs go: their names are the same in every installation. */
export async function emptyKafka({ kafka }: EngineAddresses): Promise<void> {
  const admin = new Kafka({ brokers: [`${kafka.host}:${kafka.port}`], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    const ours = async () => (await admin.listTopics()).filter((topic) => topic.startsWith('rollcall.'));
    await deleteGroups(admin);
    const topics = await ours();
    if (topics.length > 0) await admin.deleteTopics({ topics });
    while ((await ours()).length > 0) await new Promise((resolve) => setTimeout(resolve, 50));
  } finally {
    await admin.disconnect();
  }
}

async function deleteGroups(admin: Admin): Promise<void> {
  const until = Date.now() + GROUPS_MS;
  for (;;) {
    const { groups } = await admin.listGroups();
    const ids = groups.map(({ groupId }) => groupId);
    if (ids.length === 0) return;
    const refused = await admin.deleteGroups(ids).then(
      () => 0,
      () => ids.length,
    );
    if (refused > 0 && Date.now() > until) throw new Error('Groups of an earlier run are still in use');
    if (refused > 0) await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
