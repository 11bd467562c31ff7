import { randomUUID } from 'node:crypto';
import { type AnyBulkWriteOperation, type ClientSession, type Collection, type Db, MongoClient } from 'mongodb';
import {
  CheckpointMoved,
  type CheckpointMove,
  type CollectionDefinition,
  type Document,
  type Filter,
  type Query,
  type QueryBudget,
  QueryTooCostly,
  type ReadModels,
  ReadModelsUnavailable,
  type WriteBatch,
} from '../read-models.port.js';
import { behindPlace, withTies } from './behind-place.js';
import { failure, isDuplicate, isOutOfTime } from './failures.js';
import { isAnsweredByIndex } from './index-use.js';
import { Migrations } from './migrations.js';
import { Outage } from './outage.js';

export interface MongoReadModelsOptions {
  /** `mongodb://…` or `mongodb+srv://…`. */
  readonly uri: string;
  /** Default the one of the URI, `rollcall` where it names none. */
  readonly database?: string;
  /** Longest wait for a server, and for an answer of it, milliseconds; default 3,000 and 30,000. */
  readonly serverSelectionTimeoutMs?: number;
  readonly socketTimeoutMs?: number;
}

interface CheckpointDocument {
  readonly _id: string;
  /** Decimal: positions reach beyond 2^63. Absent while a reset is under way. */
  readonly position?: string;
  /** Which reset that is, and how many batches of documents it has deleted. */
  readonly resetting?: string;
  readonly emptied?: number;
}

const CHECKPOINTS = 'rollcall.checkpoints';
/** Documents that one transaction of a reset deletes. */
const EMPTIED_AT_ONCE = 1_000;

/**
 * Read models in MongoDB. On a replica set or a sharded cluster a batch and its checkpoint are one transaction; on a single
 * server, which has none, the documents are written first and the checkpoint last, so that a crash repeats the batch; there
 * a writer whose checkpoint is moved while it writes is told so, but has written its documents.
 * Nothing is sent before the first call: a server that is away is ReadModelsUnavailable then, and no reason not to start.
 * @throws TypeError the URI is not one
 */
export function openMongoReadModels(options: MongoReadModelsOptions): ReadModels {
  const client = connect(options);
  return new MongoReadModels(client, client.db(options.database ?? databaseOf(options.uri)));
}

function connect({ uri, serverSelectionTimeoutMs, socketTimeoutMs }: MongoReadModelsOptions): MongoClient {
  try {
    return new MongoClient(uri, {
      appName: 'rollcall',
      ignoreUndefined: true,
      writeConcern: { w: 'majority', journal: true },
      readConcern: { level: 'majority' },
      serverSelectionTimeoutMS: serverSelectionTimeoutMs ?? 3_000,
      socketTimeoutMS: socketTimeoutMs ?? 30_000,
      // A server that is silent is looked at often, and no longer than this waited for: what it holds up is then let go.
      connectTimeoutMS: 3_000,
      heartbeatFrequencyMS: 2_000,
    });
  } catch (error) {
    const { message } = error as Error;
    // Where the driver's words repeat the URI they may repeat its password.
    const told = /[@]|:\/\//.test(message) || uri.includes(message) ? '' : ` (${message})`;
    // eslint-disable-next-line preserve-caught-error -- its words may hold the password
    throw new TypeError(`The URI of MongoDB is not one${told}`);
  }
}

/** The database that a URI names; `rollcall` where it names none. */
export function databaseOf(uri: string): string {
  const [, database] = /^mongodb(?:\+srv)?:\/\/[^/]*\/([^?]+)/.exec(uri) ?? [];
  return database === undefined ? 'rollcall' : decodeURIComponent(database);
}

class MongoReadModels implements ReadModels {
  readonly #definitions = new Map<string, CollectionDefinition>();
  /** Declared while the server was away; the next call makes up for it before anything else. */
  readonly #undeclared = new Map<string, CollectionDefinition>();
  readonly #outage = new Outage();
  #transactional: boolean | undefined;
  #preparing: Promise<void> | undefined;
  /** The write that goes on; the next one waits for it, so that calls are applied in their order. */
  #writing: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | undefined;

  constructor(
    private readonly client: MongoClient,
    private readonly db: Db,
  ) {}

  async declare(definition: CollectionDefinition): Promise<void> {
    this.#checkOpen();
    this.#definitions.set(definition.name, definition);
    this.#undeclared.set(definition.name, definition);
    await this.#inTurn(() => Promise.resolve()).catch((error: unknown) => {
      if (!(error instanceof ReadModelsUnavailable)) throw error;
    });
  }

  get<T extends Document>(collection: string, id: string, fields?: readonly string[]): Promise<T | undefined> {
    return this.#asking(async () => {
      const found = await this.#of(collection).findOne({ _id: id }, { ...projected(fields) });
      return (found ?? undefined) as T | undefined;
    });
  }

  getMany<T extends Document>(collection: string, ids: readonly string[]): Promise<(T | undefined)[]> {
    return this.#asking(async () => {
      if (ids.length === 0) return [];
      const found = await this.#of(collection)
        .find({ _id: { $in: [...ids] } })
        .toArray();
      const byId = new Map(found.map((document) => [document._id, document as unknown as T]));
      return ids.map((id) => byId.get(id));
    });
  }

  find<T extends Document>(collection: string, query: Query): Promise<T[]> {
    return this.#asking(async () => {
      const { filter, sort, after, skip = 0, limit, fields, budget } = query;
      if (limit !== undefined && limit <= 0) return [];
      const asked = after ? { $and: [filter, behindPlace(sort, after)] } : filter;
      const find = (maxTimeMS?: number): Promise<unknown[]> =>
        this.#of(collection)
          .find(asked, {
            sort: withTies(sort),
            skip,
            ...(limit !== undefined && { limit }),
            ...projected(fields),
            ...this.#snapshot(),
            ...(maxTimeMS !== undefined && { maxTimeMS }),
            allowDiskUse: true,
          })
          .toArray();
      return (await this.#within(collection, filter, sort, budget, find)) as T[];
    });
  }

  count(collection: string, filter: Filter, budget?: QueryBudget): Promise<number> {
    return this.#asking(() =>
      this.#within(collection, filter, 'unsorted', budget, (maxTimeMS) =>
        this.#of(collection).countDocuments(filter, {
          ...this.#snapshot(),
          ...(maxTimeMS !== undefined && { maxTimeMS }),
        }),
      ),
    );
  }

  async write(batch: WriteBatch): Promise<void> {
    // Taken apart now: what the caller does with its documents later is no concern of the batch.
    const work = prepare(batch, this.#definitions);
    return this.#inTurn(() => this.#apply(work));
  }

  checkpoint(name: string): Promise<bigint | undefined> {
    return this.#asking(async () => {
      const found = await this.#checkpoints.findOne({ _id: nameOf(name) });
      return positionOf(found);
    });
  }

  checkpoints(names: readonly string[]): Promise<(bigint | undefined)[]> {
    return this.#asking(async () => {
      const found = await this.#checkpoints.find({ _id: { $in: names.map(nameOf) } }).toArray();
      const byId = new Map(found.map((document) => [document._id, document]));
      return names.map((name) => positionOf(byId.get(nameOf(name))));
    });
  }

  reset(collections: readonly string[], checkpoints: readonly string[]): Promise<void> {
    return this.#inTurn(async () => {
      const names = checkpoints.map(nameOf);
      // From here on there is no position, and nobody can store a first one before the marks are gone again. Whoever finds
      // one that a crash has left, or that is another's, puts their own in its place and empties the collections again.
      const resetting = randomUUID();
      await this.#together(async (within) => {
        for (const _id of names) {
          await this.#checkpoints.replaceOne({ _id }, { resetting, emptied: 0 }, { upsert: true, ...within });
        }
      });
      for (const collection of collections) await this.#empty(collection, names, resetting);
      await this.#checkpoints.deleteMany({ _id: { $in: names }, resetting });
    });
  }

  /** @throws CheckpointMoved another reset has begun since */
  async #empty(collection: string, names: readonly string[], resetting: string): Promise<void> {
    for (;;) {
      const found = await this.db
        .collection<Document>(collection)
        .find({}, { projection: { _id: 1 }, limit: EMPTIED_AT_ONCE })
        .toArray();
      if (found.length === 0) return;
      await this.#together(async (within) => {
        for (const _id of names) {
          const { matchedCount } = await this.#checkpoints.updateOne(
            { _id, resetting },
            { $inc: { emptied: 1 } },
            within,
          );
          if (matchedCount === 0) throw new CheckpointMoved(_id, 'none', undefined);
        }
        const ids = found.map(({ _id }) => _id);
        await this.db.collection<Document>(collection).deleteMany({ _id: { $in: ids } }, within);
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= this.#writing.then(
      () => this.client.close(),
      () => this.client.close(),
    );
    await this.#closed;
  }

  get #checkpoints(): Collection<CheckpointDocument> {
    return this.db.collection(CHECKPOINTS);
  }

  #of(collection: string): Collection<Document> {
    if (!this.#definitions.has(collection)) throw new Error(`The collection ${collection} is not declared`);
    return this.db.collection<Document>(collection);
  }

  /** All that one query reads is of one moment. */
  #snapshot(): { readConcern?: { level: 'snapshot' } } {
    return this.#transactional ? { readConcern: { level: 'snapshot' } } : {};
  }

  async #within<T>(
    collection: string,
    filter: Filter,
    sort: Query['sort'] | 'unsorted',
    budget: QueryBudget | undefined,
    run: (maxTimeMS?: number) => Promise<T>,
  ): Promise<T> {
    const indexes = this.#definitions.get(collection)?.indexes ?? [];
    if (!budget || isAnsweredByIndex(indexes, filter, sort)) return run();
    if (budget.leftMs < 1) throw new QueryTooCostly(`No index of ${collection} answers the query`);
    const begun = performance.now();
    try {
      return await run(Math.ceil(budget.leftMs));
    } catch (error) {
      if (!isOutOfTime(error)) throw error;
      throw new QueryTooCostly(`A query on ${collection} took longer than its budget`, { cause: error });
    } finally {
      budget.leftMs -= performance.now() - begun;
    }
  }

  async #apply({ writes, checkpoints }: BatchWork): Promise<void> {
    if (writes.size === 0 && checkpoints.length === 0) return;
    for (const collection of writes.keys()) this.#of(collection);
    const single = writes.size === 0 && checkpoints.length === 1; // whole without a transaction
    await this.#together(async (within) => {
      const expecting = checkpoints.filter(({ after }) => after !== undefined);
      // Before anything is written; what moves them from here on makes the transaction fail.
      if (writes.size > 0) for (const move of expecting) await this.#assertUnmoved(move, within);
      for (const [collection, operations] of writes) {
        await this.#of(collection).bulkWrite([...operations.values()], { ordered: false, ...within });
      }
      for (const move of expecting) await this.#move(move, within);
      const others = checkpoints
        .filter(({ after }) => after === undefined)
        .map(({ name, position }) => ({
          replaceOne: { filter: { _id: nameOf(name) }, replacement: { position: `${position}` }, upsert: true },
        }));
      if (others.length > 0) await this.#checkpoints.bulkWrite(others, { ordered: false, ...within });
    }, single);
  }

  async #assertUnmoved({ name, after = 'none' }: CheckpointMove, within: Within): Promise<void> {
    const found = await this.#checkpoints.findOne({ _id: nameOf(name) }, within);
    const actual = positionOf(found) ?? 'none';
    if (actual !== after) throw new CheckpointMoved(name, after, actual);
  }

  async #move({ name, after = 'none', position }: CheckpointMove, within: Within): Promise<void> {
    const _id = nameOf(name);
    if (after === 'none') {
      await this.#checkpoints.insertOne({ _id, position: `${position}` }, within).catch((cause: unknown) => {
        throw isDuplicate(cause) ? new CheckpointMoved(name, after, undefined, { cause }) : cause;
      });
      return;
    }
    const where = { _id, position: `${after}` };
    const { matchedCount } = await this.#checkpoints.updateOne(where, { $set: { position: `${position}` } }, within);
    if (matchedCount === 0) throw new CheckpointMoved(name, after, undefined);
  }

  /** One transaction where there are any, the same steps in their order otherwise. */
  async #together(steps: (within: Within) => Promise<void>, single = false): Promise<void> {
    if (!this.#transactional || single) return steps({});
    await this.client.withSession((session) =>
      session.withTransaction(() => steps({ session }), { readConcern: { level: 'snapshot' } }),
    );
  }

  #inTurn<T>(action: () => Promise<T>): Promise<T> {
    return this.#asking(() => {
      const turn = this.#writing.then(action, action);
      this.#writing = turn.catch(() => undefined);
      return turn;
    });
  }

  #asking<T>(action: () => Promise<T>): Promise<T> {
    return this.#outage.watch(async () => {
      this.#checkOpen();
      try {
        if (this.#transactional === undefined || this.#undeclared.size > 0) await (this.#preparing ??= this.#prepare());
        return await action();
      } catch (error) {
        throw failure(error);
      }
    });
  }

  /** What a server must have been asked and told before it is used. */
  async #prepare(): Promise<void> {
    try {
      if (this.#transactional === undefined) {
        // By ourselves: where the driver did it for the first call and failed, it would never try again.
        await this.client.connect();
        const hello = await this.db.admin().command({ hello: 1 });
        this.#transactional = hello.setName !== undefined || hello.msg === 'isdbgrid';
      }
      for (const definition of [...this.#undeclared.values()]) {
        await new Migrations(this.db).apply(definition);
        if (this.#undeclared.get(definition.name) === definition) this.#undeclared.delete(definition.name);
      }
    } finally {
      this.#preparing = undefined;
    }
  }

  #checkOpen(): void {
    if (this.#closed) throw new ReadModelsUnavailable('The read models are closed');
  }
}

interface Within {
  readonly session?: ClientSession;
}

/** What a batch comes to: one operation for each document, one move for each checkpoint. */
interface BatchWork {
  readonly writes: ReadonlyMap<string, ReadonlyMap<string, AnyBulkWriteOperation<Document>>>;
  readonly checkpoints: readonly CheckpointMove[];
}

/** @throws TypeError a document holds what JSON cannot carry */
function prepare(
  { operations, checkpoint, checkpoints = [] }: WriteBatch,
  definitions: ReadonlyMap<string, CollectionDefinition>,
): BatchWork {
  const writes = new Map<string, Map<string, AnyBulkWriteOperation<Document>>>();
  for (const operation of operations) {
    const of = writes.get(operation.collection) ?? new Map<string, AnyBulkWriteOperation<Document>>();
    writes.set(operation.collection, of);
    if (operation.type === 'delete') of.set(operation.id, { deleteOne: { filter: { _id: operation.id } } });
    else {
      const { _id, ...own } = JSON.parse(JSON.stringify(operation.document)) as Document;
      const derived = definitions.get(operation.collection)?.derived;
      // Stored with the document: the server's queries and indexes look at it.
      const replacement = derived ? { ...own, [derived.name]: derived.of(operation.document) } : own;
      of.set(_id, { replaceOne: { filter: { _id }, replacement, upsert: true } });
    }
  }
  const moves = [...checkpoints, ...(checkpoint ? [checkpoint] : [])];
  return { writes, checkpoints: [...new Map(moves.map((move) => [move.name, move])).values()] };
}

const positionOf = (found: CheckpointDocument | null | undefined): bigint | undefined =>
  found?.position === undefined ? undefined : BigInt(found.position);

/** No checkpoint can be mistaken for our own document among them. */
const nameOf = (checkpoint: string): string => `checkpoint:${checkpoint}`;

function projected(fields: readonly string[] | undefined): { projection?: Record<string, 1> } {
  return fields ? { projection: Object.fromEntries(['_id', ...fields].map((field) => [field, 1])) } : {};
}
