import {
  absentUser,
  evolveUser,
  type Fact,
  parseStream,
  type User,
  type UserEvent,
  USER_STREAMS,
  GROUP_STREAMS,
} from '#domain';
import type { EventStore, RecordedEvent } from '#event-store';

export interface LoggedUser {
  readonly tenant: string;
  readonly id: string;
  readonly events: RecordedEvent[];
  /** In the words of the load's ledgers. */
  readonly facts: string[];
}

/** What the whole log tells. */
export interface LogFacts {
  readonly events: readonly RecordedEvent[];
  readonly users: ReadonlyMap<string, LoggedUser>;
  /** `tenant/group/user` → joined and left. */
  readonly memberships: ReadonlyMap<string, readonly string[]>;
}

export async function readLogFacts(store: EventStore): Promise<LogFacts> {
  const events: RecordedEvent[] = [];
  for await (const event of store.readAll('start')) events.push(event);
  const users = new Map<string, LoggedUser>();
  const memberships = new Map<string, string[]>();
  for (const event of events) {
    const { category, tenant, id } = parseStream(event.stream);
    if (category === USER_STREAMS) {
      const key = `${tenant}/${id}`;
      const user = users.get(key) ?? { tenant, id, events: [], facts: [] };
      users.set(key, user);
      user.events.push(event);
      user.facts.push(...factsOf(event));
    } else if (category === GROUP_STREAMS && event.type === 'GroupMembershipChanged') {
      const { added, removed } = event.data as Record<'added' | 'removed', { value: string }[]>;
      for (const [members, fact] of [
        [removed, 'left'],
        [added, 'joined'],
      ] as const) {
        for (const { value } of members) {
          const key = `${tenant}/${id}/${value}`;
          memberships.set(key, [...(memberships.get(key) ?? []), fact]);
        }
      }
    }
  }
  return { events, users, memberships };
}

function factsOf({ type, data }: RecordedEvent): string[] {
  switch (type) {
    case 'UserProvisioned':
      return [`provisioned ${(data as { resource: { title?: string } }).resource.title}`];
    case 'UserUpdated': {
      const { title } = (data as { changes: { title?: string } }).changes;
      return title === undefined ? [] : [`title ${title}`];
    }
    case 'UserDeactivated':
      return ['deactivated'];
    case 'UserReactivated':
      return ['reactivated'];
    case 'UserDeprovisioned':
      return ['deprovisioned'];
    default:
      return [];
  }
}

/** The user after each of their events. */
export function statesOf({ events }: LoggedUser): { readonly event: RecordedEvent; readonly user: User }[] {
  let user = absentUser;
  return events.map((event) => {
    user = evolveUser(user, event as unknown as Fact<UserEvent>);
    return { event, user };
  });
}
