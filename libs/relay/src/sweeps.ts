import type { CollectionDefinition, Document, ReadModels } from '#read-models';
import type { RelayState } from './relay-state.js';

/** A group whose people may have other roles since an event; `_id` is `tenant/groupId`. */
export interface SweepDocument extends Document {
  readonly tenant: string;
  readonly group: string;
  readonly eventId: string;
  readonly occurredAt: string;
}

export const SWEEPS: CollectionDefinition = { name: 'relay-sweeps', indexes: [] };

/** Groups that have changed for all their people at once: renamed, or nested into another one. */
export class Sweeps {
  private pending = new Map<string, SweepDocument>();
  private readonly changed = new Map<string, SweepDocument | undefined>();

  constructor(private readonly state: RelayState) {}

  async load(readModels: ReadModels): Promise<void> {
    const documents = await readModels.find<SweepDocument>(SWEEPS.name, { filter: {}, sort: { _id: 1 } });
    this.pending = new Map(documents.map((document) => [document._id, document]));
  }

  get all(): SweepDocument[] {
    return [...this.pending.values()];
  }

  add(sweep: Omit<SweepDocument, '_id'>): void {
    const document: SweepDocument = { _id: `${sweep.tenant}/${sweep.group}`, ...sweep };
    this.changed.set(document._id, document);
    this.state.put(SWEEPS.name, document);
  }

  /** Everybody was looked at; one that was asked for again meanwhile stays. */
  done(sweep: SweepDocument): void {
    if (this.pending.get(sweep._id) !== sweep) return;
    this.changed.set(sweep._id, undefined);
    this.state.delete(SWEEPS.name, sweep._id);
  }

  commit(): void {
    for (const [id, sweep] of this.changed) {
      if (sweep) this.pending.set(id, sweep);
      else this.pending.delete(id);
    }
    this.changed.clear();
  }

  rollback(): void {
    this.changed.clear();
  }
}
