import { randomUUID } from 'node:crypto';
import { jest } from '@jest/globals';
import { MongoClient } from 'mongodb';
import type { ReadModels } from '../read-models.port.js';
import { readModelsContract } from '../read-models.contract.js';
import { openMongoReadModels } from './index.js';

/** Runs against the server that MONGODB_URI names, in databases of its own. */
const uri = process.env['MONGODB_URI'];

if (uri === undefined) {
  process.stdout.write('Skipped: the contract on MongoDB, as MONGODB_URI is not set\n');
  it.skip('MONGODB_URI is not set', () => undefined);
} else {
  // A stand-in for MongoDB may be slow, and some tests write and ask thousands of times.
  jest.setTimeout(180_000);
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

  it('lets one of several processes win that write behind the same checkpoint, with all it writes', async () => {
    const database = `contract-${randomUUID()}`;
    databases.add(database);
    const writers: ReadModels[] = [];
    for (let i = 0; i < 4; i++) {
      const writer = await openMongoReadModels({ uri, database });
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
