import type { Database } from 'lmdb';

/**
 * How far each group has come in each topic. Commits are kept in memory and written along with the next publish, or
 * by the bus within a second: what is on disk may lag behind the handlers, which costs a crash some redelivery, but
 * it never runs ahead of them.
 */
export class GroupOffsets {
  readonly #groups = new Map<string, Map<number, number>>();
  /** What is to be written; undefined is to be removed. */
  #dirty = new Map<string, number | undefined>();
  #staged = new Map<string, number | undefined>();

  constructor(private readonly database: Database<number, string>) {
    for (const { key, value } of database.getRange()) {
      const slash = key.indexOf('/');
      this.#group(key.slice(slash + 1)).set(Number(key.slice(0, slash)), value);
    }
  }

  get dirty(): boolean {
    return this.#dirty.size > 0;
  }

  /** Next offset the group is to be handed, undefined for a group this topic has never seen. */
  get(group: string, topicId: number): number | undefined {
    return this.#groups.get(group)?.get(topicId);
  }

  commit(group: string, topicId: number, next: number): void {
    this.#group(group).set(topicId, next);
    this.#dirty.set(`${topicId}/${group}`, next);
  }

  forget(group: string, topicId: number): void {
    if (this.#groups.get(group)?.delete(topicId)) this.#dirty.set(`${topicId}/${group}`, undefined);
  }

  /** Offset that every known group of the topic has passed; `Infinity` without groups. */
  lowest(topicId: number): number {
    let lowest = Infinity;
    for (const offsets of this.#groups.values()) lowest = Math.min(lowest, offsets.get(topicId) ?? Infinity);
    return lowest;
  }

  /** Puts what is not on disk yet. Called inside a write batch. */
  write(): void {
    this.#staged = this.#dirty;
    this.#dirty = new Map();
    for (const [key, next] of this.#staged) {
      if (next === undefined) void this.database.remove(key);
      else void this.database.put(key, next);
    }
  }

  /** The write failed: what it held is still to be written, unless something newer is. */
  restage(): void {
    this.#dirty = new Map([...this.#staged, ...this.#dirty]);
  }

  #group(name: string): Map<number, number> {
    let group = this.#groups.get(name);
    if (!group) this.#groups.set(name, (group = new Map<number, number>()));
    return group;
  }
}
