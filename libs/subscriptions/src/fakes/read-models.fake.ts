import { CheckpointMoved, type CollectionDefinition, type Document, type ReadModels, ReadModelsUnavailable, type WriteBatch } from '#read-models'; // prettier-ignore

export type WriteOutcome = 'lands' | 'fails' | 'landsAndFails';

/** Read models in memory: documents by id, checkpoints, and failures when a spec wants them. No queries. */
export class FakeReadModels implements ReadModels {
  readonly collections = new Map<string, Map<string, Document>>();
  readonly positions = new Map<string, bigint>();
  readonly writes: WriteBatch[] = [];
  /** Ids asked for, one entry per `getMany`. */
  readonly reads: (readonly string[])[] = [];
  /** What becomes of the coming writes; those after the last entry land. */
  outcomes: WriteOutcome[] = [];
  /** True: everything but `write` fails. */
  away = false;
  /** A reset waits for this. */
  resetGate = Promise.resolve();

  async declare({ name }: CollectionDefinition): Promise<void> {
    this.#assertThere();
    if (!this.collections.has(name)) this.collections.set(name, new Map());
  }

  async get<T extends Document>(collection: string, id: string): Promise<T | undefined> {
    return this.#of(collection).get(id) as T | undefined;
  }

  async getMany<T extends Document>(collection: string, ids: readonly string[]): Promise<(T | undefined)[]> {
    this.#assertThere();
    this.reads.push(ids);
    return ids.map((id) => this.#of(collection).get(id) as T | undefined);
  }

  async find<T extends Document>(collection: string): Promise<T[]> {
    return [...this.#of(collection).values()] as T[];
  }

  async count(collection: string): Promise<number> {
    return this.#of(collection).size;
  }

  async write(batch: WriteBatch): Promise<void> {
    const outcome = this.outcomes.shift() ?? 'lands';
    await new Promise((resolve) => setImmediate(resolve));
    if (outcome === 'fails') throw new ReadModelsUnavailable('lost');
    const moves = [...(batch.checkpoint ? [batch.checkpoint] : []), ...(batch.checkpoints ?? [])];
    for (const { name, after } of moves) {
      const actual = this.positions.get(name) ?? 'none';
      if (after !== undefined && after !== actual) throw new CheckpointMoved(name, after, actual);
    }
    this.writes.push(batch);
    for (const operation of batch.operations) {
      if (operation.type === 'put') this.#of(operation.collection).set(operation.document._id, operation.document);
      else this.#of(operation.collection).delete(operation.id);
    }
    for (const { name, position } of moves) this.positions.set(name, position);
    if (outcome === 'landsAndFails') throw new ReadModelsUnavailable('the answer was lost');
  }

  async checkpoint(name: string): Promise<bigint | undefined> {
    this.#assertThere();
    return this.positions.get(name);
  }

  checkpoints(names: readonly string[]): Promise<(bigint | undefined)[]> {
    return Promise.all(names.map((name) => this.checkpoint(name)));
  }

  async reset(collections: readonly string[], checkpoints: readonly string[]): Promise<void> {
    this.#assertThere();
    await this.resetGate;
    for (const name of collections) this.#of(name).clear();
    for (const name of checkpoints) this.positions.delete(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  /** Everything in one collection, for comparing. */
  contents(collection: string): Record<string, Document> {
    return Object.fromEntries([...this.#of(collection)].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #of(name: string): Map<string, Document> {
    const collection = this.collections.get(name);
    if (!collection) throw new Error(`Collection ${name} was not declared`);
    return collection;
  }

  #assertThere(): void {
    if (this.away) throw new ReadModelsUnavailable('away');
  }
}
