import type { CollectionDefinition, Document, ReadModels, WriteOperation } from '#read-models';

/** Which message a row was last written from. */
export interface Version {
  /** Revision of the subject's stream. */
  readonly revision: number;
  /** Place in the log as of which the message is true. */
  readonly position?: bigint;
  /** Of the settings that made the view: a changed mapping, say, derives it anew without a new revision. */
  readonly settingsVersion?: number;
  readonly eventId: string;
}

export interface VersionedRow<Row> {
  readonly version: Version;
  /** Undefined once the subject was erased: the version stays, so that an older message does not bring it back. */
  readonly row: Row | undefined;
}

/** What a product keeps: a row per key, and the version it is at, which make a repeated message recognisable. */
export interface RevisionedStore<Row extends object> {
  /**
   * In the order of `keys`; undefined for a key never seen.
   * @param partition which part of the topic asks for them, e.g. `topic/3`: all keys of a load are of it
   */
  load(keys: readonly string[], partition?: string): Promise<readonly (VersionedRow<Row> | undefined)[]>;
  /**
   * Rows and versions land together, or nothing does. A call repeated after a failure must be harmless. Where somebody else
   * has saved of the same partition since the load, this rejects: a consumer that was given up for dead and wakes up late must
   * not put older rows in the place of newer ones.
   */
  save(changes: ReadonlyMap<string, VersionedRow<Row>>, partition?: string): Promise<void>;
}

/** As stored: JSON has no bigint. */
type StoredRow = Document & {
  readonly _version: Omit<Version, 'position'> & { readonly position?: string };
};

/**
 * Rows in a collection of read models: each is a document with the message key as `_id`, the fields of the row and
 * `_version`. What is left of erased ones stands in a collection of its own, so that lists need not look for it.
 */
export async function openRevisionedStore<Row extends object>(
  models: ReadModels,
  collection: CollectionDefinition,
): Promise<RevisionedStore<Row>> {
  const rows = collection.name;
  const erased = `${rows}-erased`;
  await models.declare(collection);
  await models.declare({ name: erased, indexes: [] });
  /** Keys of the last load that neither collection has: what is saved under them need not be removed from the other. */
  let unseen = new Set<string>();
  /** What the count of saves of each partition was after the last that we know of. */
  const saves = new Map<string, bigint | undefined>();
  const countOf = (partition: string): string => `${rows}/${partition}`;
  return {
    async load(keys, partition) {
      // Before the rows: whoever saves in between is noticed.
      if (partition !== undefined && !saves.has(partition)) {
        saves.set(partition, await models.checkpoint(countOf(partition)));
      }
      const found: (StoredRow | undefined)[] = await models.getMany<StoredRow>(rows, keys);
      const missing = keys.filter((_, i) => !found[i]);
      const gone = missing.length > 0 ? await models.getMany<StoredRow>(erased, missing) : [];
      const goneByKey = new Map(missing.map((key, i) => [key, gone[i]]));
      unseen = new Set(missing.filter((_, i) => !gone[i]));
      return keys.map((key, i) => {
        const live = found[i];
        if (live) return { version: versionOf(live), row: rowOf<Row>(live) };
        const left = goneByKey.get(key);
        return left && { version: versionOf(left), row: undefined };
      });
    },

    async save(changes, partition) {
      const operations: WriteOperation[] = [];
      for (const [_id, { version, row }] of changes) {
        const { position, ...rest } = version;
        const _version = { ...rest, ...(position !== undefined && { position: `${position}` }) };
        const document = { ...row, _id, _version };
        operations.push({ type: 'put', collection: row ? rows : erased, document });
        if (!unseen.has(_id)) operations.push({ type: 'delete', collection: row ? erased : rows, id: _id });
      }
      if (partition === undefined) await models.write({ operations });
      else {
        const before = saves.get(partition);
        const position = (before ?? 0n) + 1n;
        // Known again once it is stored; after a failure it is looked up.
        saves.delete(partition);
        const checkpoint = { name: countOf(partition), position, after: before ?? ('none' as const) };
        await models.write({ operations, checkpoint });
        saves.set(partition, position);
      }
      // Seen now: a second save without a load in between must find them.
      unseen.clear();
    },
  };
}

function versionOf({ _version: { position, ...rest } }: StoredRow): Version {
  return { ...rest, ...(position !== undefined && { position: BigInt(position) }) };
}

function rowOf<Row>({ _id, _version, ...row }: StoredRow): Row {
  return row as Row;
}

/**
 * Whether `next` is news to someone who has seen `seen`: true as of a later position, or of the same position by newer
 * settings. Messages without a position are told apart by their revisions, and within one by their event ids.
 */
export function isNews(next: Version, seen: Version | undefined): boolean {
  if (!seen) return true;
  if (next.position !== undefined && seen.position !== undefined) {
    if (next.position !== seen.position) return next.position > seen.position;
    return (next.settingsVersion ?? 0) > (seen.settingsVersion ?? 0);
  }
  if (next.revision !== seen.revision) return next.revision > seen.revision;
  return next.eventId !== seen.eventId;
}
