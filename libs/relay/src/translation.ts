import {
  type GroupEvent,
  parseStream,
  type ProductEvent,
  TENANT_STREAMS,
  type User,
  USER_STREAMS,
  userStream,
} from '#domain';
import type { RecordedEvent } from '#event-store';
import { CHANGE_TYPES, GROUPS_TOPIC, USERS_TOPIC } from '#products';
import { asksForGroupNames, type Differences, followsGroups } from './differences.js';
import type { Doubt } from './doubt.js';
import type { Guard, HeldDocument } from './guard.js';
import type { Memberships } from './memberships.js';
import { idFor } from './rederivation.js';
import { canonicalChange, type Cause, type Outbox, viewChanged } from './relay-messages.js';
import { again, isUncertain, isUnderWay, rulesFor } from './serving.js';
import type { Served, ServingBook } from './serving-book.js';
import type { Sweeps } from './sweeps.js';
import type { UserHistory } from './user-history.js';

export interface TranslationParts {
  readonly guard: Guard;
  readonly history: UserHistory;
  readonly book: ServingBook;
  readonly memberships: Memberships;
  readonly differences: Differences;
  readonly sweeps: Sweeps;
  readonly doubt: Doubt;
  /** Told of everybody's first event. */
  noteProvisioned(tenant: string, position: bigint): void;
}

/** What an event of the log means to products: the change as it is, and each view that really differs by it. */
export class Translation {
  constructor(private readonly parts: TranslationParts) {}

  /** Puts into the outbox what products are to be told of `event`. */
  async translate(event: RecordedEvent, outbox: Outbox): Promise<void> {
    const { category, tenant, id } = parseStream(event.stream);
    outbox.begin(event);
    this.parts.doubt.passTo(event.position);
    if (category === TENANT_STREAMS) {
      this.hear(tenant, event);
      await this.parts.guard.hear(event);
      return;
    }
    if (category === USER_STREAMS) return this.tellOfUser(event, tenant, id, outbox);
    this.putCanonical(event, tenant, id, outbox);
    return this.tellOfGroup(event, tenant, id, outbox);
  }

  /** The change as it is. */
  private putCanonical(event: RecordedEvent, tenant: string, id: string, outbox: Outbox): void {
    const type = (CHANGE_TYPES as Readonly<Record<string, string | undefined>>)[event.type];
    if (type === undefined) return;
    const isUser = event.stream.startsWith(USER_STREAMS);
    outbox.put(isUser ? USERS_TOPIC : GROUPS_TOPIC, canonicalChange(event, { tenant, id, type, isUser }));
  }

  private async tellOfUser(event: RecordedEvent, tenant: string, userId: string, outbox: Outbox): Promise<void> {
    const { revision, position } = event;
    if (revision === 0) this.parts.noteProvisioned(tenant, position);
    this.parts.doubt.noteSomebody(position);
    const isPast = this.parts.doubt.covers(position);
    const { before, after } = await this.parts.history.around(event);
    const cause = { id: event.id, time: event.metadata.occurredAt, position };
    const verdict = await this.parts.guard.consider(tenant, userId, event, before, after);
    if (verdict === 'hold') return;
    if (verdict !== 'deliver') return this.deliverHeld(verdict.back, cause, outbox);
    this.putCanonical(event, tenant, userId, outbox);
    for (const served of this.parts.book.of(tenant)) {
      const rules = rulesFor(served.serving, userId);
      if (!rules.enabled || (await this.waitsForRoles(served, tenant, userId, after))) continue;
      const person = (user: typeof before) => ({ tenant, userId, revision, user });
      // Of the past, what it changed is enough: everybody is told once more.
      const former = !isPast && this.isUncertain(served, tenant, userId) ? undefined : rules;
      const view = await this.parts.differences.find(served, former, rules, person(before), person(after));
      if (view) outbox.put(served.topic, viewChanged(cause, view));
    }
  }

  /** Tells of somebody who was held what became of them meanwhile: every change as it is, and the view as it is now. */
  async deliverHeld(held: HeldDocument, cause: Cause, outbox: Outbox): Promise<void> {
    const { tenant, userId, revision, unsure } = held;
    const stream = userStream(tenant, userId);
    const { before, events } = await this.parts.history.since(stream, revision, cause.position);
    for (const event of events) this.putCanonical(event, tenant, userId, outbox);
    const after = await this.parts.history.asOf(stream, cause.position);
    for (const served of this.parts.book.of(tenant)) {
      const rules = rulesFor(served.serving, userId);
      if (!rules.enabled || (await this.waitsForRoles(served, tenant, userId, after.state))) continue;
      const person = ({ state: user, revision }: typeof before) => ({ tenant, userId, revision, user });
      const former = unsure || this.isUncertain(served, tenant, userId) ? undefined : rules;
      const view = await this.parts.differences.find(served, former, rules, person(before), person(after));
      if (view) outbox.put(served.topic, viewChanged(cause, view));
    }
    this.parts.guard.letGo(held);
  }

  /** Whether nobody knows what the product was told last of this person. */
  private isUncertain({ serving }: Served, tenant: string, userId: string): boolean {
    return isUncertain(serving, userId) || this.parts.doubt.includes(tenant, userId);
  }

  /**
   * Whether the person must be told once more first: they may have been told roles, and what those are is not known before
   * the groups are. Whoever has left has none.
   */
  private async waitsForRoles(served: Served, tenant: string, userId: string, user: User): Promise<boolean> {
    if (user.status !== 'active' || !this.parts.doubt.includes(tenant, userId) || !followsGroups(served)) return false;
    return !(await this.parts.memberships.isLive(tenant));
  }

  /** Holds those who lose all their mapped roles with this event, where they are too many. */
  private async guardRoles(event: RecordedEvent, tenant: string, interested: readonly Served[]): Promise<void> {
    if (event.type !== 'GroupMembershipChanged') return;
    const { removed } = (event as unknown as Extract<GroupEvent, { type: 'GroupMembershipChanged' }>).data;
    const stripped: { userId: string; revision: number }[] = [];
    for (const { value: userId, type } of removed) {
      if (type !== 'User' || !(await this.isStripped(tenant, userId, interested))) continue;
      const { state, revision } = await this.parts.history.asOf(userStream(tenant, userId), event.position);
      if (state.status === 'active') stripped.push({ userId, revision });
    }
    if (stripped.length === 0) return;
    const holdId = await this.parts.guard.considerStripped(tenant, event, stripped.length);
    if (holdId === undefined) return;
    for (const { userId, revision } of stripped) {
      if (!(await this.parts.guard.held(tenant, userId))) this.parts.guard.hold(tenant, userId, holdId, revision + 1);
    }
  }

  private async isStripped(tenant: string, userId: string, interested: readonly Served[]): Promise<boolean> {
    for (const served of interested) {
      const rules = rulesFor(served.serving, userId);
      if (await this.parts.differences.strips(served, rules, { tenant, userId })) return true;
    }
    return false;
  }

  /** Whoever joins or leaves may have other roles by it. */
  private async tellOfGroup(event: RecordedEvent, tenant: string, group: string, outbox: Outbox): Promise<void> {
    const interested = this.parts.book.of(tenant).filter(followsGroups);
    if (interested.length === 0) return;
    const { id: eventId, position } = event;
    const { occurredAt } = event.metadata;
    if (!(await this.parts.memberships.isLive(tenant))) {
      // A product that is enabled for everybody has no event to begin with: its roles begin with the first group.
      for (const { profile, serving } of interested) {
        if (!isUnderWay(serving) && !this.parts.doubt.covers(position))
          this.parts.book.put(tenant, profile.id, again(serving, eventId, occurredAt));
      }
      return;
    }
    const { users, groups } = await this.parts.memberships.fold(event);
    await this.guardRoles(event, tenant, interested);
    for (const userId of users) {
      const held = await this.parts.guard.held(tenant, userId);
      if (held) {
        await this.tellOfHeld(held, interested, { id: idFor(eventId, userId), time: occurredAt, position }, outbox);
        continue;
      }
      for (const served of interested) {
        const rules = rulesFor(served.serving, userId);
        if (!(await this.parts.differences.mayDiffer(served, rules, { tenant, userId }))) continue;
        const { state: user, revision } = await this.parts.history.asOf(userStream(tenant, userId), position);
        const person = { tenant, userId, revision, user };
        const former = this.isUncertain(served, tenant, userId) ? undefined : rules;
        const view = await this.parts.differences.find(served, former, rules, person, person);
        if (!view) continue;
        outbox.put(served.topic, viewChanged({ id: idFor(eventId, userId), time: occurredAt, position }, view));
      }
    }
    for (const changed of groups) {
      if (changed === group && !interested.some(asksForGroupNames)) continue;
      this.parts.sweeps.add({ tenant, group: changed, eventId, occurredAt });
    }
  }

  /** Somebody held whom a group gives back what products were told of last need not wait any longer. */
  private async tellOfHeld(
    held: HeldDocument,
    interested: readonly Served[],
    cause: Cause,
    outbox: Outbox,
  ): Promise<void> {
    const { tenant, userId } = held;
    const { state } = await this.parts.history.asOf(userStream(tenant, userId), cause.position);
    let differs = state.status !== 'active';
    for (const served of interested) {
      const rules = rulesFor(served.serving, userId);
      differs ||= await this.parts.differences.mayDiffer(served, rules, { tenant, userId });
    }
    if (!differs) await this.deliverHeld(held, cause, outbox);
  }

  private hear(tenant: string, { type, data, id, metadata, position }: RecordedEvent): void {
    const { book, doubt } = this.parts;
    switch (type) {
      case 'ProductEnabled':
      case 'ProductDisabled':
      case 'AttributeMappingChanged':
      case 'RoleMappingChanged':
        book.hear(tenant, { type, data } as ProductEvent, id, metadata.occurredAt, doubt.covers(position));
        break;
      case 'TenantDeleted':
        book.forget(tenant, metadata.occurredAt);
    }
  }
}
