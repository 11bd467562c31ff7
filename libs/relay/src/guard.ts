import {
  changeSettings,
  type Fact,
  type GuardEvent,
  guardSettings,
  type HoldFacts,
  parseStream,
  type TenantSettings,
  type TenantSettingsChanges,
  type User,
} from '#domain';
import type { RecordedEvent } from '#event-store';
import type { CollectionDefinition, Document, ReadModels } from '#read-models';
import type { RelayState } from './relay-state.js';

/** Departures of about the same time. */
interface Departures {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly count: number;
  readonly occurredAt: string;
  /** Where the first of them stands; absent in what an older release has written. */
  readonly first?: HoldFacts['firstDeparture'];
}

interface OpenHold {
  readonly id: string;
  readonly facts: HoldFacts;
  /** The tenant's log says so too. */
  readonly recorded?: true;
}

/** A hold that has ended: whoever it held is being delivered, because of this event. */
export interface Ending {
  readonly holdId: string;
  readonly eventId: string;
  readonly occurredAt: string;
}

/** What the guard knows of a tenant; `_id` is its slug. */
interface GuardDocument extends Document {
  /** Active people. */
  readonly people: number;
  /** Within the window, oldest first. */
  readonly departures: readonly Departures[];
  readonly settings: TenantSettings;
  readonly hold?: OpenHold;
  readonly endings?: readonly Ending[];
  /** Until then nothing is held. */
  readonly passUntil?: string;
}

/** Somebody whose changes wait; `_id` is `tenant/userId`. */
export interface HeldDocument extends Document {
  readonly tenant: string;
  readonly userId: string;
  readonly holdId: string;
  /** Of the first of the person's events that waits; one more than their last one where it is roles that they lost. */
  readonly revision: number;
  /** What products were told last is not what they were before that event. */
  readonly unsure?: true;
}

export const GUARDS: CollectionDefinition = { name: 'relay-guards', indexes: [] };
export const HELD: CollectionDefinition = { name: 'relay-held', indexes: [] };

/** Pieces that the window is kept in. */
const PIECES = 20;

export type Verdict = 'deliver' | 'hold' | { readonly back: HeldDocument };

/**
 * Holds the delivery of departures where so many depart in so short a time that somebody should look first. A departure is
 * held when, with those before it in the window, it goes past the tenant's thresholds; those before it have been delivered.
 */
export class Guard {
  /** Tenants that may have somebody held or to be delivered. */
  private readonly concerned = new Set<string>();

  constructor(private readonly state: RelayState) {}

  async load(readModels: ReadModels): Promise<void> {
    const documents = await readModels.find<GuardDocument>(GUARDS.name, { filter: {}, sort: { _id: 1 } });
    for (const { _id, hold, endings } of documents) if (hold || endings) this.concerned.add(_id);
  }

  /** What is to become of an event of a person. */
  async consider(tenant: string, userId: string, event: RecordedEvent, before: User, after: User): Promise<Verdict> {
    const was = before.status === 'active';
    const is = after.status === 'active';
    if (was !== is) {
      const tripped = await this.count(tenant, event, was ? 1 : before.status === 'absent' ? 0 : -1, is ? 1 : -1);
      if (tripped !== undefined) {
        if (!(await this.held(tenant, userId))) this.hold(tenant, userId, tripped, event.revision);
        return 'hold';
      }
    }
    if (!this.concerned.has(tenant)) return 'deliver';
    const held = await this.held(tenant, userId);
    if (!held) return 'deliver';
    return is && !was ? { back: held } : 'hold';
  }

  /**
   * So many active people lose their roles by one event.
   * @returns id of the hold, where they are to be held
   */
  considerStripped(tenant: string, event: RecordedEvent, people: number): Promise<string | undefined> {
    return this.count(tenant, event, people, 0);
  }

  hold(tenant: string, userId: string, holdId: string, revision: number): void {
    const document: HeldDocument = { _id: `${tenant}/${userId}`, tenant, userId, holdId, revision };
    this.state.put(HELD.name, document);
  }

  async held(tenant: string, userId: string): Promise<HeldDocument | undefined> {
    return this.concerned.has(tenant) ? this.state.get<HeldDocument>(HELD.name, `${tenant}/${userId}`) : undefined;
  }

  /** Whether the person's deliveries wait; then what they were told last is no longer what it would be compared with. */
  async passesOver(tenant: string, userId: string): Promise<boolean> {
    const held = await this.held(tenant, userId);
    if (held) this.makeUnsure(held);
    return held !== undefined;
  }

  makeUnsure(held: HeldDocument): void {
    if (!held.unsure) this.state.put(HELD.name, { ...held, unsure: true } as HeldDocument);
  }

  letGo({ _id }: HeldDocument): void {
    this.state.delete(HELD.name, _id);
  }

  /** Of all tenants: holds that the log does not tell of yet. */
  async unrecorded(): Promise<{ tenant: string; facts: HoldFacts }[]> {
    const found: { tenant: string; facts: HoldFacts }[] = [];
    for (const tenant of this.concerned) {
      const { hold } = await this.of(tenant);
      if (hold && !hold.recorded) found.push({ tenant, facts: hold.facts });
    }
    return found;
  }

  /** Of all tenants: holds that have ended, and whose people are to be delivered. */
  async endings(): Promise<{ tenant: string; ending: Ending }[]> {
    const found: { tenant: string; ending: Ending }[] = [];
    for (const tenant of this.concerned) {
      const { hold, endings = [] } = await this.of(tenant);
      for (const ending of endings) found.push({ tenant, ending });
      if (!hold && endings.length === 0) this.concerned.delete(tenant);
    }
    return found;
  }

  get isIdle(): boolean {
    return this.concerned.size === 0;
  }

  /** Everybody whom the hold held has been delivered. */
  async ended(tenant: string, { holdId }: Ending): Promise<void> {
    const { endings = [], ...rest } = await this.of(tenant);
    const left = endings.filter((ending) => ending.holdId !== holdId);
    this.put({ ...rest, ...(left.length > 0 && { endings: left }) });
  }

  async hear(event: RecordedEvent): Promise<void> {
    const { tenant } = parseStream(event.stream);
    const document = await this.of(tenant);
    switch (event.type) {
      case 'TenantSettingsChanged': {
        const { changes } = event.data as { changes: TenantSettingsChanges };
        this.put({ ...document, settings: changeSettings(document.settings, changes) });
        return;
      }
      case 'DeprovisioningHeld': {
        const { data: facts } = event as unknown as Fact<Extract<GuardEvent, { type: 'DeprovisioningHeld' }>>;
        this.put({ ...document, hold: { id: facts.holdId, facts, recorded: true } });
        return;
      }
      case 'DeprovisioningReleased':
      case 'DeprovisioningUndone': {
        const { holdId, passUntil } = event.data as { holdId: string; passUntil?: string };
        if (document.hold?.id === holdId) this.end(document, event, passUntil);
        return;
      }
      case 'TenantDeleted':
        // Nobody is left to release them, and access has ended: products hear how it was.
        if (document.hold) this.end(document, event);
    }
  }

  private end({ hold, ...document }: GuardDocument, event: RecordedEvent, passUntil?: string): void {
    const { id: eventId, metadata } = event;
    const ending: Ending = { holdId: hold?.id ?? '', eventId, occurredAt: metadata.occurredAt };
    // What was let through does not count against what comes after it.
    this.put({
      ...document,
      departures: [],
      endings: [...(document.endings ?? []), ending],
      ...(passUntil !== undefined && { passUntil }),
    });
  }

  /**
   * @param leaving how many depart; -1: one comes back
   * @param change of the number of active people
   * @returns id of the hold when this goes past the thresholds
   */
  private async count(
    tenant: string,
    event: RecordedEvent,
    leaving: number,
    change: number,
  ): Promise<string | undefined> {
    const document = await this.of(tenant);
    const { occurredAt } = event.metadata;
    const at = Date.parse(occurredAt);
    const thresholds = guardSettings(document.settings);
    const windowMs = thresholds.windowMinutes * 60_000;
    let departures = document.departures.filter((piece) => piece.at > at - windowMs);
    const last = departures.at(-1);
    if (leaving > 0) {
      departures =
        last && at - last.at < windowMs / PIECES
          ? [...departures.slice(0, -1), { ...last, count: last.count + leaving }]
          : [...departures, { at, count: leaving, occurredAt, first: placeOf(event) }];
    } else if (leaving < 0 && last) {
      const rest = departures.slice(0, -1);
      departures = last.count > 1 ? [...rest, { ...last, count: last.count - 1 }] : rest;
    }
    const people = document.people + change;
    const next: GuardDocument = { ...document, people, departures };
    const total = departures.reduce((sum, { count }) => sum + count, 0);
    // Those who left are no longer among the people; those who lost their roles are.
    const before = change < 0 ? people + total : people;
    const { percent, leastPeople } = thresholds;
    const passes = document.passUntil !== undefined && occurredAt < document.passUntil;
    const tooMany = leaving > 0 && !passes && percent < 100 && total >= leastPeople && total * 100 > percent * before;
    if (!tooMany) {
      this.put(next);
      return undefined;
    }
    const { occurredAt: since, first } = departures[0] ?? { occurredAt, first: placeOf(event) };
    const hold = document.hold ?? {
      id: event.id,
      facts: {
        holdId: event.id,
        since,
        ...(first && { firstDeparture: first }),
        departures: total,
        people: before,
        settings: thresholds,
      },
    };
    this.put({ ...next, hold });
    return hold.id;
  }

  private async of(tenant: string): Promise<GuardDocument> {
    const document = await this.state.get<GuardDocument>(GUARDS.name, tenant);
    return document ?? { _id: tenant, people: 0, departures: [], settings: {} };
  }

  private put(document: GuardDocument): void {
    this.state.put(GUARDS.name, document);
    if (document.hold || document.endings) this.concerned.add(document._id);
  }
}

const placeOf = ({ stream, revision }: RecordedEvent) => ({ stream, revision });
