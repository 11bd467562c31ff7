import { randomUUID } from 'node:crypto';
import { connect, createServer } from 'node:net';
import { jest } from '@jest/globals';
import { MongoClient } from 'mongodb';
import { freePort } from '../../../../test/support/free-port.js';
import { type ReadModels, ReadModelsUnavailable } from '../read-models.port.js';
import { readModelsContract } from '../read-models.contract.js';
import { openMongoReadModels } from './index.js';

/** Runs against the server that MONGODB_URI names, in databases of its own. */
const uri = process.env['MONGODB_URI'];

if (uri === undefined) {
  process.stdout.write('Skipped: the contract on MongoDB, as MONGODB_URI is not set\n');
  it.skip('MONGODB_URI is not set', () => undefined);
} else {
  // A stand-in for MongoDB may be slow, and some tests write and ask thousands of times.
  jest.setTimeout(300_000);
  const databases = new Set<string>();
  const unmet = await unmetBy(uri);
  for (const title of unmet)
    process.stdout.write(`Skipped, as the server is not MongoDB and answers otherwise: ${title}\n`);
  afterAll(async () => {
    await using client = await MongoClient.connect(uri);
    for (const database of databases) await client.db(database).dropDatabase();
  });
  readModelsContract(
    'MongoDB',
    (storage) => {
      databases.add(storage);
      return openMongoReadModels({ uri, database: storage });
    },
    unmet,
  );

  it('begins once the server is there, with what was declared before', async () => {
    const database = `contract-${randomUUID()}`;
    databases.add(database);
    const [{ host, port }] = (await hostsOf(uri)) as [{ host: string; port: number }];
    // Not listening yet: who connects is refused.
    const way = createServer((socket) => {
      const onward = connect(port, host);
      socket.pipe(onward).pipe(socket);
      for (const [end, other] of [
        [socket, onward],
        [onward, socket],
      ] as const) {
        end.on('error', () => other.destroy());
        end.on('close', () => other.destroy());
      }
    });
    const own = await freePort();
    await using models = openMongoReadModels({
      uri: `mongodb://127.0.0.1:${own}/?directConnection=true`,
      database,
      serverSelectionTimeoutMs: 300,
    });
    await models.declare({ name: 'users', indexes: [{ name: 'n', fields: ['n'] }] });
    await expect(models.get('users', '1')).rejects.toBeInstanceOf(ReadModelsUnavailable);
    way.listen(own, '127.0.0.1');
    const document = { _id: '1', n: 1 };
    for (;;) {
      try {
        await models.write({ operations: [{ type: 'put', collection: 'users', document }] });
        break;
      } catch (error) {
        expect(error).toBeInstanceOf(ReadModelsUnavailable);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    expect(await models.find('users', { filter: { n: 1 } })).toEqual([document]);
    way.close();
  });

  it('lets one of several processes win that write behind the same checkpoint, with all it writes', async () => {
    const database = `contract-${randomUUID()}`;
    databases.add(database);
    const writers: ReadModels[] = [];
    for (let i = 0; i < 4; i++) {
      const writer = openMongoReadModels({ uri, database });
      await writer.declare({ name: 'users', indexes: [] });
      writers.push(writer);
    }
    for (let round = 1; round <= 10; round++) {
      const outcomes = await Promise.allSettled(
        writers.map((writer, w) => {
          const documents = ['a', 'b', `own-${w}`].map((_id) => ({ _id, round, w }));
          const operations = documents.map((document) => ({ type: 'put', collection: 'users', document }) as const);
          const after = round === 1 ? 'none' : BigInt(round - 1);
          return writer.write({ operations, checkpoint: { name: 'p', position: BigInt(round), after } });
        }),
      );
      const winner = outcomes.findIndex(({ status }) => status === 'fulfilled');
      for (const [w, outcome] of outcomes.entries()) {
        if (w !== winner) expect(outcome).toMatchObject({ reason: { name: 'CheckpointMoved' } });
      }
      const [models] = writers as [ReadModels];
      const written = await models.find('users', { filter: { round } });
      expect(written.map(({ _id }) => _id)).toEqual(['a', 'b', `own-${winner}`]);
    }
    await Promise.all(writers.map((writer) => writer[Symbol.asyncDispose]()));
  });
}

async function hostsOf(server: string): Promise<{ host: string; port: number }[]> {
  await using client = await MongoClient.connect(server);
  return client.options.hosts.map(({ host = '127.0.0.1', port = 27017 }) => ({ host, port }));
}

/** What the stand-in for MongoDB that these tests may run on is known to answer otherwise than MongoDB 8 does. */
async function unmetBy(server: string): Promise<ReadonlySet<string>> {
  await using client = await MongoClient.connect(server);
  const { secantusVersion } = await client.db('admin').command({ buildInfo: 1 });
  if (secantusVersion === undefined) return new Set();
  return new Set([
    // An index on a path through arrays gives it no key for a missing member, and two bounds are met by one element.
    'null under a path matches array elements without the member, not an empty array',
    'two comparisons may be met by two elements',
    '$elemMatch with $or inside',
    // It takes no pattern beyond 1,000 characters.
    'lets documents share a key, and tells long values apart',
  ]);
}
