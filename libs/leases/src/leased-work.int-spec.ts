import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { MongoClient } from 'mongodb';
import { type ReadModels, ReadModelsUnavailable } from '#read-models';
import { openMongoReadModels } from '#read-models/mongodb';
import { workUnderLease } from './leased-work.js';

/** Runs against the server that MONGODB_URI names, in a database of its own. */
const uri = process.env['MONGODB_URI'];

if (uri === undefined) {
  process.stdout.write('Skipped: leases on MongoDB, as MONGODB_URI is not set\n');
  it.skip('MONGODB_URI is not set', () => undefined);
} else {
  const database = `leases-${randomUUID()}`;
  afterAll(async () => {
    await using client = await MongoClient.connect(uri);
    await client.db(database).dropDatabase();
  });

  it('hands work from one process to the next, whether it stops or falls silent', async () => {
    const opened: ReadModels[] = [];
    let working = 0;
    let most = 0;
    const begun = new EventTarget();
    const start = async (name: string) => {
      const models = openMongoReadModels({ uri, database });
      opened.push(models);
      const line = { cut: false };
      const over = async <T>(call: () => Promise<T>): Promise<T> => {
        if (line.cut) throw new ReadModelsUnavailable('cut');
        return call();
      };
      const lease = workUnderLease({
        name: 'projector',
        renewMs: 100,
        // Nobody is taken for silent because the machine stood still.
        takeoverMs: 10_000,
        models: {
          checkpoint: (each) => over(() => models.checkpoint(each)),
          write: (batch) => over(() => models.write(batch)),
        },
        work: async (signal) => {
          most = Math.max(most, ++working);
          begun.dispatchEvent(new CustomEvent('begun', { detail: name }));
          if (!signal.aborted) await once(signal, 'abort');
          working -= 1;
        },
      });
      return { name, line, lease };
    };
    const next = async (): Promise<string> => ((await once(begun, 'begun')) as [CustomEvent<string>])[0].detail;

    let first = next();
    const processes = await Promise.all(['a', 'b', 'c'].map(start));
    const order: string[] = [];
    for (const way of ['stop', 'cut', 'stop'] as const) {
      const holder = await first;
      order.push(holder);
      const process = processes.find(({ name }) => name === holder);
      first = next();
      if (way === 'cut' && process) process.line.cut = true;
      else if (order.length < processes.length) await process?.lease.stop();
    }
    expect(new Set(order).size).toBe(3);
    expect(most).toBe(1);
    await Promise.all(processes.map(({ lease }) => lease.stop()));
    await Promise.all(opened.map((models) => models[Symbol.asyncDispose]()));
  });
}
