import { randomUUID } from 'node:crypto';
import { jest } from '@jest/globals';
import { MongoClient } from 'mongodb';
import { openMongoReadModels } from '#read-models/mongodb';
import { SharedEngines } from '../support/shared-engines.js';
import { sharedEnginesSuite } from '../support/shared-engines.suite.js';

/** Runs against the server that MONGODB_URI names, in databases of its own. */
const uri = process.env['MONGODB_URI'];

if (uri === undefined) {
  process.stdout.write('Skipped: two gateways on MongoDB, as MONGODB_URI is not set\n');
  it.skip('MONGODB_URI is not set', () => undefined);
} else {
  // A stand-in for MongoDB may be slow.
  jest.setTimeout(300_000);
  const databases = new Set<string>();
  afterAll(async () => {
    await using client = await MongoClient.connect(uri);
    for (const database of databases) await client.db(database).dropDatabase();
  });
  sharedEnginesSuite('MongoDB', () => {
    const base = `shared-${randomUUID().slice(0, 8)}`;
    return SharedEngines.start((name) => {
      const database = `${base}-${name}`;
      databases.add(database);
      return openMongoReadModels({ uri, database });
    });
  });
}
