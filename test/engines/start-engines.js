import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import process from 'node:process';
import { URL } from 'node:url';
import { GenericContainer, getContainerRuntimeClient, Wait } from 'testcontainers';
import { parse } from 'yaml';

const START_MS = 180_000;
const { services } = parse(readFileSync(new URL('../../docker-compose.yml', import.meta.url), 'utf8'), { merge: true });

/** Each engine as the compose file has it, on a port of this machine. */
const ENGINES = {
  async EVENTSTORE_URI() {
    const container = await engine('eventstore')
      .withExposedPorts(2113)
      .withWaitStrategy(Wait.forHttp('/health/live', 2113).forStatusCodeMatching((code) => code < 300))
      .start();
    return { container, address: `esdb://${container.getHost()}:${container.getMappedPort(2113)}?tls=false` };
  },

  async MONGODB_URI() {
    const container = await engine('mongodb')
      .withCommand(services.mongodb.command)
      .withExposedPorts(27017)
      .withWaitStrategy(Wait.forSuccessfulCommand(mongosh('db.hello()')))
      .start();
    // Under the name that it has for itself: whoever asks from outside asks this one member alone.
    const initiate = "rs.initiate({ _id: 'rollcall', members: [{ _id: 0, host: 'localhost:27017' }] })";
    await succeeds(container, mongosh(initiate));
    await succeeds(container, mongosh('while (!db.hello().isWritablePrimary) sleep(100)'));
    const address = `mongodb://${container.getHost()}:${container.getMappedPort(27017)}/?directConnection=true`;
    return { container, address };
  },

  async KAFKA_BROKERS() {
    // The broker tells clients where it is, so the port is chosen before it starts; itself it reaches on another listener.
    const port = await freePort();
    const container = await engine('kafka', {
      KAFKA_LISTENERS: 'PLAINTEXT://:9092,BROKER://localhost:9094,CONTROLLER://localhost:9093',
      KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://localhost:${port},BROKER://localhost:9094`,
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,BROKER:PLAINTEXT',
      KAFKA_INTER_BROKER_LISTENER_NAME: 'BROKER',
    })
      .withExposedPorts({ container: 9092, host: port })
      .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
      .start();
    return { container, address: `localhost:${port}` };
  },
};

/**
 * Before the engine tests: an engine whose address is not given is started in a container, where Docker runs. The tests of
 * one that cannot be had are skipped.
 */
export default async function startEngines() {
  const started = (globalThis.startedEngines = []);
  const missing = Object.keys(ENGINES).filter((name) => process.env[name] === undefined);
  if (missing.length === 0) return;
  const without = await reasonAgainstContainers();
  if (without !== undefined) {
    process.stdout.write(`${missing.join(', ')}: not given, and no container runtime to start one in (${without})\n`);
    return;
  }
  await Promise.all(
    missing.map(async (name) => {
      const { container, address } = await ENGINES[name]();
      started.push(container);
      process.env[name] = address;
      process.stdout.write(`${name}=${address}, in a container\n`);
    }),
  );
}

async function reasonAgainstContainers() {
  try {
    await getContainerRuntimeClient();
    return undefined;
  } catch (error) {
    return error.message;
  }
}

function engine(service, environment = {}) {
  const { image, environment: described = {}, platform } = services[service];
  const container = new GenericContainer(image).withEnvironment({ ...described, ...environment });
  return (platform ? container.withPlatform(platform) : container).withStartupTimeout(START_MS);
}

const mongosh = (script) => `mongosh --quiet --norc --eval "${script}"`;

async function succeeds(container, command) {
  const { exitCode, output } = await container.exec(['sh', '-c', command]);
  if (exitCode !== 0) throw new Error(`${command} ended with ${exitCode}: ${output}`);
}

async function freePort() {
  const server = createServer();
  await new Promise((listening) => server.listen(0, listening));
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return port;
}
