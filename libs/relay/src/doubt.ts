import { documentId } from '#projections';
import type { CollectionDefinition, Document } from '#read-models';
import type { RelayState } from './relay-state.js';

/** There is one while somebody is in doubt. */
export interface DoubtDocument extends Document {
  /** Decimal digits. */
  readonly until: string;
  /** RFC 3339, UTC. */
  readonly since: string;
  /** `tenant/userId` of the last person who has been told once more; empty while nobody has. */
  readonly upTo: string;
  /** Somebody was provisioned by then. */
  readonly somebody?: true;
}

export const DOUBTS: CollectionDefinition = { name: 'relay-doubts', indexes: [] };
export const DOUBT_ID = 'all';

/** What `settingsVersion` counts from where its last value is lost, ms since the epoch. */
const COUNTED_SINCE = Date.UTC(2026, 0, 1);

/** Whether nobody knows what products were told last of this person. */
export const isInDoubt = (document: DoubtDocument | undefined, tenant: string, userId: string): boolean =>
  document !== undefined && documentId(tenant, userId) > document.upTo;

/**
 * That nobody knows what products were told. A relay that begins without its documents may not be the first: what another
 * one told as of later places than the events that it now reads again (roles, views under a mapping), consumers have, and take
 * nothing of before for news. So everybody is told once more, in the order of tenants and ids, as of the end of the log or later.
 */
export class Doubt {
  private committed: DoubtDocument | undefined;
  private until = -1n;
  /** Nobody is known whom the directory shows only behind this. */
  private directoryFrom = -1n;
  /** The last provisioning of each tenant since, in the order of the log. */
  private readonly provisioned = new Map<string, bigint>();
  private staged: { readonly document: DoubtDocument | undefined } | undefined;

  constructor(private readonly state: RelayState) {}

  /**
   * @param until the end of the log: nothing was told as of a later place
   * @param since RFC 3339, UTC
   */
  begin(until: bigint, since: string): void {
    if (until < 0n) return;
    this.put({ _id: DOUBT_ID, until: `${until}`, since, upTo: '' });
    // Stored with the first checkpoint: before that, the next relay begins with nothing once more.
    this.state.commit();
    this.commit();
    this.directoryFrom = until;
  }

  /** @param end of the log when the relay begins */
  async load(end: bigint): Promise<void> {
    this.staged = { document: await this.state.get<DoubtDocument>(DOUBTS.name, DOUBT_ID) };
    this.commit();
    this.directoryFrom = end;
  }

  get isOver(): boolean {
    return this.document === undefined;
  }

  private get document(): DoubtDocument | undefined {
    return this.staged ? this.staged.document : this.committed;
  }

  /** Whether what happened at `position` may have been told of before. */
  covers(position: bigint): boolean {
    return !this.isOver && position <= this.until;
  }

  /** See {@link isInDoubt}. */
  includes(tenant: string, userId: string): boolean {
    return isInDoubt(this.document, tenant, userId);
  }

  /** See {@link DoubtDocument}. */
  get upTo(): string {
    return this.document?.upTo ?? '';
  }

  /** What makes it necessary to tell of everybody. */
  get cause(): { readonly id: string; readonly time: string } {
    return { id: `anew-${this.until}`, time: this.document?.since ?? '' };
  }

  /** Of views that are told once more; higher than all that may have been told as of the same position: settings change more seldom. */
  get settingsVersion(): number {
    return Math.floor((Date.parse(this.cause.time) - COUNTED_SINCE) / 1_000);
  }

  /** The relay has come to an event. Where there was nobody before, there is nobody to be told once more. */
  passTo(position: bigint): void {
    if (this.document && position > this.until && !this.document.somebody) this.end();
  }

  /** There is an event of somebody. */
  noteSomebody(position: bigint): void {
    if (this.document && this.covers(position) && !this.document.somebody) {
      this.put({ ...this.document, somebody: true });
    }
  }

  noteProvisioned(tenant: string, position: bigint): void {
    if (!this.isOver) this.provisioned.set(tenant, position);
  }

  /** What the directory must have passed to show everybody up to the person of this `tenant/userId`; undefined: up to the end. */
  mustHavePassed(last: string | undefined): bigint {
    let position = this.directoryFrom;
    for (const [tenant, each] of this.provisioned) {
      // The slash's successor ends the tenant's people.
      const isPassed = `${tenant}0` <= this.upTo || (last !== undefined && `${tenant}/` > last);
      if (!isPassed && each > position) position = each;
    }
    return position;
  }

  /** Everybody up to here has been told. */
  moveTo(upTo: string): void {
    if (this.document) this.put({ ...this.document, upTo });
  }

  /** Everybody has. */
  end(): void {
    this.staged = { document: undefined };
    this.state.delete(DOUBTS.name, DOUBT_ID);
  }

  commit(): void {
    if (!this.staged) return;
    this.committed = this.staged.document;
    this.staged = undefined;
    if (this.committed) this.until = BigInt(this.committed.until);
    else this.provisioned.clear();
  }

  rollback(): void {
    this.staged = undefined;
  }

  private put(document: DoubtDocument): void {
    this.staged = { document };
    this.state.put(DOUBTS.name, document);
  }
}
