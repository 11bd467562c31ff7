import {
  absentAdmin,
  absentGroup,
  absentTenant,
  absentUser,
  type Admin,
  type AdminEvent,
  evolveAdmin,
  evolveGroup,
  evolveTenant,
  evolveUser,
  evolveUserName,
  type Group,
  type GroupEvent,
  type GroupSnapshot,
  restoreGroup,
  snapshotGroup,
  type Tenant,
  type TenantEvent,
  unclaimed,
  type User,
  type UserEvent,
  type UserNameClaim,
  type UserNameEvent,
} from '#domain';
import type { EventStore } from '#event-store';
import type { ReadModels } from '#read-models';
import { attributesJson } from '#scim';
import type { IdentitySource } from '../identity-source.js';
import { AggregateRepository } from './aggregate-repository.js';
import { SnapshotStore } from './snapshot-store.js';

/** Events after which a user's stream is worth a snapshot. */
const USER_SNAPSHOT_INTERVAL = 100;
/** A group's snapshot costs as much as it has members, so one is due when about as many events have come since. */
const GROUP_SNAPSHOT_INTERVAL = 256;
const MEMBERS_PER_KILOBYTE = 8;

/** The repositories of the write side, one per kind of aggregate. */
export class Aggregates {
  readonly users: AggregateRepository<User, UserEvent>;
  readonly userNames: AggregateRepository<UserNameClaim, UserNameEvent>;
  readonly groups: AggregateRepository<Group, GroupEvent>;
  readonly tenants: AggregateRepository<Tenant, TenantEvent>;
  readonly admins: AggregateRepository<Admin, AdminEvent>;

  constructor(store: EventStore, readModels: ReadModels, source: IdentitySource) {
    const snapshots = new SnapshotStore(readModels);
    this.users = new AggregateRepository(
      store,
      {
        initial: absentUser,
        evolve: evolveUser,
        // The text shows the user to others too; see attributesJson.
        dataJson: (event) =>
          event.type === 'UserProvisioned' ? `{"resource":${attributesJson(event.data.resource)}}` : undefined,
        weigh: () => 6,
        snapshots: {
          take: (user) => user,
          restore: (snapshot) => snapshot as User,
          interval: () => USER_SNAPSHOT_INTERVAL,
        },
      },
      source,
      snapshots,
      30_000,
    );
    this.userNames = new AggregateRepository(
      store,
      { initial: unclaimed, evolve: evolveUserName, forgetsNew: true },
      source,
      undefined,
      10_000,
    );
    this.groups = new AggregateRepository(
      store,
      {
        initial: absentGroup,
        evolve: evolveGroup,
        weigh: (group) => 2 + group.members.size / MEMBERS_PER_KILOBYTE,
        snapshots: {
          take: snapshotGroup,
          restore: (snapshot) => restoreGroup(snapshot as GroupSnapshot),
          interval: (group) => Math.max(GROUP_SNAPSHOT_INTERVAL, group.members.size / 2),
        },
      },
      source,
      snapshots,
      100_000,
    );
    this.tenants = new AggregateRepository(
      store,
      { initial: absentTenant, evolve: evolveTenant },
      source,
      undefined,
      20_000,
    );
    this.admins = new AggregateRepository(
      store,
      { initial: absentAdmin, evolve: evolveAdmin },
      source,
      undefined,
      1_000,
    );
  }
}
