import { jest } from '@jest/globals';
import { MongoClient } from 'mongodb';
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
