import { CheckpointMoved, type Document, ReadModelsUnavailable, type WriteBatch } from '../read-models.port.js';
import type { Collection, Entries } from './collection.js';
import { seenValue, writeSeen } from './indexed-field.js';
import { isUsableId, MAX_ID_BYTES } from './key-encoding.js';
import { Mutations } from './mutations.js';
import type { Storage } from './storage.js';
import { encodeDocument } from './document-codec.js';

/** Operations of waiting batches that are put into one transaction, unless a single batch has more. */
const MAX_GROUP_OPERATIONS = 1024;

interface EncodedDocument {
  readonly json: string;
  readonly entries: Entries;
  /** The declaration the entries were made for. */
  readonly collection: Collection;
}

interface EncodedOperation {
  readonly collection: string;
  readonly id: string;
  /** Undefined: a delete. */
  readonly document: EncodedDocument | undefined;
}

interface EncodedCheckpoint {
  readonly name: string;
  /** Where it is kept. */
  readonly value: string;
  readonly position: string;
  readonly after: bigint | 'none' | undefined;
}

interface Task {
  readonly operations: readonly EncodedOperation[];
  readonly checkpoints: readonly EncodedCheckpoint[];
  /** Runs alone, between transactions. */
  readonly alone?: () => Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export function checkpointValue(name: string): string {
  if (name.length === 0 || name.length > MAX_ID_BYTES) throw new TypeError('A checkpoint name has 1 to 512 characters');
  return `checkpoint/${name}`;
}

/**
 * Applies batches in the order of the calls. One transaction is under way at a time; batches that arrive meanwhile are
 * encoded at once, wait, and share the next one. So whatever a batch reads of older documents is settled, and what a
 * transaction costs is paid once for all that wait.
 */
export class Writer {
  #tasks: Task[] = [];
  #running: Promise<void> | undefined;
  #splitNeeded = false;
  /** `seenSum` of each collection as stored. */
  readonly #storedSeen = new Map<Collection, number>();

  constructor(
    private readonly storage: Storage,
    private readonly collections: ReadonlyMap<string, Collection>,
  ) {}

  /** @throws TypeError an operation cannot be stored; nothing of the batch is */
  write(batch: WriteBatch): Promise<void> {
    const operations = batch.operations.map((operation) =>
      operation.type === 'put'
        ? this.#encode(operation.collection, operation.document)
        : { collection: this.#collection(operation.collection).name, id: operation.id, document: undefined },
    );
    const given = batch.checkpoint ? [batch.checkpoint, ...(batch.checkpoints ?? [])] : (batch.checkpoints ?? []);
    const checkpoints = given.map(({ name, position, after }) => ({
      name,
      value: checkpointValue(name),
      position: position.toString(),
      after,
    }));
    return this.#enqueue({ operations, checkpoints });
  }

  /** Runs when every earlier call is done and before any later one begins. */
  alone(run: () => Promise<void>): Promise<void> {
    return this.#enqueue({ operations: [], checkpoints: [], alone: run });
  }

  /** Resolves when all that was asked for is done. */
  async idle(): Promise<void> {
    await this.#running;
  }

  /** Commits outside the queue; for what runs `alone`. */
  async commit(mutations: Mutations, collections: Iterable<Collection>): Promise<void> {
    try {
      await this.#commit(mutations, [...collections]);
    } catch (cause) {
      this.#forget();
      throw new ReadModelsUnavailable('The file could not be written', { cause });
    }
  }

  #enqueue(task: Omit<Task, 'resolve' | 'reject'>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#tasks.push({ ...task, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  async #run(): Promise<void> {
    // What is called in the same turn shares the first transaction.
    await Promise.resolve();
    for (;;) {
      if (this.#splitNeeded) await this.#split();
      const task = this.#tasks[0];
      if (!task) {
        // In the same step as the look at the queue: a task that comes later starts another run.
        this.#running = undefined;
        return;
      }
      if (task.alone) {
        this.#tasks.shift();
        await task.alone().then(task.resolve, task.reject);
      } else await this.#commitGroup(this.#takeGroup());
    }
  }

  #takeGroup(): Task[] {
    let operations = 0;
    let end = 0;
    for (const task of this.#tasks) {
      operations += task.operations.length;
      if (task.alone || (end > 0 && operations > MAX_GROUP_OPERATIONS)) break;
      end++;
    }
    return this.#tasks.splice(0, end);
  }

  async #commitGroup(group: readonly Task[]): Promise<void> {
    try {
      const { mutations, touched, refused } = this.#workOut(group);
      await this.#commit(mutations, touched);
      for (const task of group) {
        const moved = refused.get(task);
        if (moved) task.reject(moved);
        else task.resolve();
      }
    } catch (cause) {
      this.#forget();
      const error = new ReadModelsUnavailable('The batch could not be written', { cause });
      for (const task of group) task.reject(error);
    }
  }

  /** The last operation on an id decides, so the document stored before is read once and compared with that. */
  #workOut(group: readonly Task[]): {
    mutations: Mutations;
    touched: Collection[];
    refused: ReadonlyMap<Task, CheckpointMoved>;
  } {
    const mutations = new Mutations();
    const refused = new Map<Task, CheckpointMoved>();
    const last = new Map<string, Map<string, EncodedDocument | undefined>>();
    for (const task of group) {
      const moved = this.#movedUnder(task, mutations);
      if (moved) {
        refused.set(task, moved);
        continue;
      }
      for (const { collection, id, document } of task.operations) {
        let documents = last.get(collection);
        if (!documents) last.set(collection, (documents = new Map<string, EncodedDocument | undefined>()));
        documents.set(id, document);
      }
      for (const { value, position } of task.checkpoints) mutations.putValue(value, position);
    }
    const touched: Collection[] = [];
    for (const [name, documents] of last) {
      const collection = this.#collection(name);
      touched.push(collection);
      for (const [id, next] of documents) replaceDocument(mutations, collection, id, next);
      mutations.putCounts(collection);
      const seen = collection.seenSum();
      if (seen !== this.#storedSeen.get(collection)) {
        mutations.putValue(seenValue(name), writeSeen(collection.seen()));
        this.#storedSeen.set(collection, seen);
      }
    }
    return { mutations, touched, refused };
  }

  /** The first checkpoint of the task that is not where its writer expects it, with what comes before it in the group. */
  #movedUnder({ checkpoints }: Task, mutations: Mutations): CheckpointMoved | undefined {
    for (const { name, value, after } of checkpoints) {
      if (after === undefined) continue;
      const stored = mutations.value(value) ?? this.storage.value(value);
      const actual = stored === undefined ? 'none' : BigInt(stored);
      if (actual !== after) return new CheckpointMoved(name, after, actual);
    }
    return undefined;
  }

  #commit(mutations: Mutations, touched: readonly Collection[]): Promise<void> {
    return this.storage.commit(
      () => mutations.apply(this.storage),
      () => {
        for (const { indexes } of touched) {
          for (const { segments } of indexes) if (segments?.settle()) this.#splitNeeded = true;
        }
      },
    );
  }

  async #split(): Promise<void> {
    this.#splitNeeded = false;
    const mutations = new Mutations();
    const touched = [...this.collections.values()].filter((collection) =>
      collection.indexes.map(({ segments }) => segments?.split() ?? false).includes(true),
    );
    for (const collection of touched) mutations.putCounts(collection);
    // Long segments are slow, not wrong; if this fails the next batch tries again.
    if (touched.length > 0) await this.commit(mutations, touched).catch(() => undefined);
  }

  #forget(): void {
    this.storage.refresh();
    this.#storedSeen.clear();
    for (const { indexes } of this.collections.values()) for (const { segments } of indexes) segments?.forget();
  }

  #encode(name: string, document: Document): EncodedOperation {
    const collection = this.#collection(name);
    const id = document._id;
    if (!isUsableId(id)) {
      throw new TypeError(`An _id is a string of 1 to ${MAX_ID_BYTES} bytes of UTF-8 (collection ${name})`);
    }
    // Text first: what JSON cannot carry is refused here, before anything else has happened.
    const json = encodeDocument(document);
    return { collection: name, id, document: { json, entries: collection.entriesOf(document), collection } };
  }

  #collection(name: string): Collection {
    const collection = this.collections.get(name);
    if (!collection) throw new TypeError(`Collection ${name} is not declared`);
    return collection;
  }
}

function replaceDocument(
  mutations: Mutations,
  collection: Collection,
  id: string,
  next: EncodedDocument | undefined,
): void {
  const stored = isUsableId(id) ? collection.documents.get(id) : undefined;
  if (stored === next?.json && next?.collection === collection) return;
  const before = stored === undefined ? undefined : collection.entriesOf(collection.read(stored));
  if (!next) {
    if (before) mutations.removeDocument(collection, id);
    mutations.replaceEntries(collection, before, undefined);
    return;
  }
  // Declared anew since the call: other indexes, other entries.
  const after = next.collection === collection ? next.entries : collection.entriesOf(collection.read(next.json));
  if (!before) {
    mutations.addDocument(collection, id, next.json, after);
    return;
  }
  mutations.putDocument(collection, id, next.json);
  mutations.replaceEntries(collection, before, after);
}
