import { ADMIN_STREAMS, GROUP_STREAMS, TENANT_STREAMS, USER_STREAMS } from '#domain';
import { EVENT_STORE, type EventStore } from '#event-store';
import { READ_MODELS, type ReadModels } from '#read-models';
import { type DynamicModule, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { ADMIN_HANDLERS } from './admins/admin.handlers.js';
import { Aggregates } from './aggregates/aggregates.js';
import { DeprovisioningUndo } from './guard/deprovisioning-undo.js';
import { GROUP_HANDLERS } from './groups/group.handlers.js';
import { GroupUpdates } from './groups/group-updates.js';
import { MembershipCleanup } from './groups/membership-cleanup.js';
import { IDENTITY_SOURCE, type IdentitySource, systemIdentitySource } from './identity-source.js';
import { READ_MODEL_PROGRESS, type ReadModelProgress, ReadYourWrites } from './read-your-writes.js';
import { TENANT_HANDLERS } from './tenants/tenant.handlers.js';
import { USER_HANDLERS } from './users/user.handlers.js';
import { UserNameClaims } from './users/user-name-claims.js';
import { UserUpdates } from './users/user-updates.js';

/** Position of the newest event that a list may show: a claim of a userName is not one. */
async function newestListed(store: EventStore): Promise<bigint | undefined> {
  const streamPrefixes = [USER_STREAMS, GROUP_STREAMS, TENANT_STREAMS, ADMIN_STREAMS];
  for await (const { position } of store.readAll('end', { direction: 'backwards', limit: 1, streamPrefixes })) {
    return position;
  }
  return undefined;
}

/** The write side: command handlers over the event store. Expects the ports' tokens from a global module. */
@Module({})
export class HandlersModule {
  /** @param limits how long a write waits for the read model, and a list for recent writes, milliseconds */
  static forRoot(limits: {
    writeWaitMs: number;
    listWaitMs: number;
    writtenBefore?: bigint | undefined;
    sharedReadModels?: boolean;
  }): DynamicModule {
    return {
      module: HandlersModule,
      global: true,
      imports: [CqrsModule.forRoot()],
      providers: [
        { provide: IDENTITY_SOURCE, useValue: systemIdentitySource },
        {
          provide: Aggregates,
          inject: [EVENT_STORE, READ_MODELS, IDENTITY_SOURCE],
          useFactory: (store: EventStore, readModels: ReadModels, source: IdentitySource) =>
            new Aggregates(store, readModels, source),
        },
        {
          provide: UserNameClaims,
          inject: [Aggregates, IDENTITY_SOURCE, MembershipCleanup],
          useFactory: (aggregates: Aggregates, source: IdentitySource, memberships: MembershipCleanup) =>
            new UserNameClaims(aggregates, source, memberships),
        },
        {
          provide: UserUpdates,
          inject: [Aggregates, UserNameClaims],
          useFactory: (aggregates: Aggregates, claims: UserNameClaims) => new UserUpdates(aggregates, claims),
        },
        {
          provide: GroupUpdates,
          inject: [Aggregates],
          useFactory: (aggregates: Aggregates) => new GroupUpdates(aggregates),
        },
        {
          provide: MembershipCleanup,
          inject: [Aggregates, EVENT_STORE, READ_MODELS, READ_MODEL_PROGRESS],
          useFactory: (a: Aggregates, store: EventStore, readModels: ReadModels, progress: ReadModelProgress) =>
            new MembershipCleanup(a, store, readModels, progress, limits.listWaitMs),
        },
        {
          provide: DeprovisioningUndo,
          inject: [EVENT_STORE, Aggregates, UserNameClaims, GroupUpdates],
          useFactory: (store: EventStore, aggregates: Aggregates, claims: UserNameClaims, groups: GroupUpdates) =>
            new DeprovisioningUndo(store, aggregates, claims, groups),
        },
        {
          provide: ReadYourWrites,
          inject: [READ_MODEL_PROGRESS, EVENT_STORE],
          useFactory: (progress: ReadModelProgress, store: EventStore) => {
            const { soleWriter } = store;
            const newest = () => newestListed(store);
            return new ReadYourWrites(progress, { ...limits, soleWriter, ...(!soleWriter && { newest }) });
          },
        },
        ...USER_HANDLERS,
        ...GROUP_HANDLERS,
        ...TENANT_HANDLERS,
        ...ADMIN_HANDLERS,
      ],
      exports: [
        CqrsModule,
        Aggregates,
        UserNameClaims,
        MembershipCleanup,
        DeprovisioningUndo,
        ReadYourWrites,
        IDENTITY_SOURCE,
      ],
    };
  }
}
