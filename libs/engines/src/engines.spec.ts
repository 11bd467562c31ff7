import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError, loadConfig } from '#config';
import { DirectoryLocked } from './directory-lock.js';
import { openEngines, openProductEngines } from './engines.js';

/** Nobody listens there. */
const NOWHERE = '127.0.0.1:9';
const ADDRESSES = {
  EVENTSTORE_URI: `esdb://user:hunter2@${NOWHERE}?tls=false`,
  MONGODB_URI: `mongodb://user:hunter2@${NOWHERE}/people`,
  KAFKA_BROKERS: `user:hunter2@${NOWHERE}`,
};

describe('openEngines', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rollcall-engines-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const configOf = (settings: Partial<typeof ADDRESSES>) => loadConfig({ ...settings, DATA_DIR: directory });

  it.each<[string, Partial<typeof ADDRESSES>, string[]]>([
    ['nothing', {}, ['event-store', 'grants', 'message-bus', 'read-models', 'request-log']],
    [
      'EventStoreDB',
      { EVENTSTORE_URI: ADDRESSES.EVENTSTORE_URI },
      ['grants', 'message-bus', 'read-models', 'request-log'],
    ],
    ['MongoDB', { MONGODB_URI: ADDRESSES.MONGODB_URI }, ['event-store', 'message-bus']],
    ['Kafka', { KAFKA_BROKERS: ADDRESSES.KAFKA_BROKERS }, ['event-store', 'grants', 'read-models', 'request-log']],
    ['all', ADDRESSES, []],
  ])('takes the embedded engine where no address is given: %s', async (_what, settings, folders) => {
    await using engines = await openEngines(configOf(settings));
    const found = (await readdir(directory)).filter((name) => !name.startsWith('lock.'));
    expect(found.sort()).toEqual(folders);
    expect(engines.store.soleWriter).toBe(settings.EVENTSTORE_URI === undefined);
    expect(engines.leases !== undefined).toBe(settings.MONGODB_URI !== undefined);
  });

  it('keeps others out of the data directory only where it uses it', async () => {
    await using _embedded = await openEngines(configOf({ MONGODB_URI: ADDRESSES.MONGODB_URI }));
    await expect(openEngines(configOf({}))).rejects.toBeInstanceOf(DirectoryLocked);
    await using _addressed = await openEngines(configOf(ADDRESSES));
    const { MONGODB_URI, KAFKA_BROKERS } = ADDRESSES;
    await using _product = await openProductEngines(configOf({ MONGODB_URI, KAFKA_BROKERS }));
  });

  it.each([
    ['EVENTSTORE_URI', 'http://user:hunter2@db:2113'],
    ['EVENTSTORE_URI', 'esdb://user:hunter2@'],
    ['EVENTSTORE_URI', 'esdb://user:hunter2@db:port'],
    ['MONGODB_URI', 'postgres://user:hunter2@db'],
    ['MONGODB_URI', 'mongodb://user:hunter2@db:port/people'],
    ['MONGODB_URI', 'mongodb://us@er:hunter2@db/people'],
    ['MONGODB_URI', 'mongodb://user:hunter2@db/people?tls=maybe'],
    ['MONGODB_URI', 'mongodb://user:hunter2@db/people?unheardOf=1'],
    ['KAFKA_BROKERS', 'kafka://user:hunter2@db:9092'],
  ])('refuses %s=%s in its words, without the password', async (setting, value) => {
    const opened = (async () => openEngines(loadConfig({ [setting]: value, DATA_DIR: directory })))();
    const error = (await opened.then(
      async (engines) => engines[Symbol.asyncDispose](),
      (refusal: unknown) => refusal,
    )) as Error;
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error.message).toContain(setting);
    expect(`${error.stack} ${JSON.stringify(error)}`).not.toContain('hunter2');
    expect(error.cause).toBeUndefined();
  });
});
