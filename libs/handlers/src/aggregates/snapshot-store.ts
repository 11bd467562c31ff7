import type { CollectionDefinition, Document, ReadModels } from '#read-models';

interface SnapshotDocument extends Document {
  readonly revision: number;
  /** Shape of `state`; one of another version is passed over and the stream is read from its start. */
  readonly version: number;
  readonly state: object;
}

const SNAPSHOT_VERSION = 1;

export const SNAPSHOTS: CollectionDefinition = { name: 'snapshots', indexes: [] };

/**
 * Folded states of long streams. Only ever a cache: losing one costs a longer read, and one that is not there yet is as
 * good as none, so writing is not waited for and a failure is only counted.
 */
export class SnapshotStore {
  constructor(
    private readonly readModels: ReadModels,
    private readonly onFailure: (error: unknown) => void = () => undefined,
  ) {}

  async get(stream: string): Promise<{ revision: number; state: object } | undefined> {
    try {
      const document = await this.readModels.get<SnapshotDocument>(SNAPSHOTS.name, stream);
      return document?.version === SNAPSHOT_VERSION ? document : undefined;
    } catch (error) {
      this.onFailure(error);
      return undefined;
    }
  }

  put(stream: string, revision: number, state: object): void {
    const document: SnapshotDocument = { _id: stream, revision, version: SNAPSHOT_VERSION, state };
    this.readModels
      .write({ operations: [{ type: 'put', collection: SNAPSHOTS.name, document }] })
      .catch((error: unknown) => this.onFailure(error));
  }
}
