import type { TenantEvent } from '#domain';
import type { RecordedEvent } from '#event-store';
import { Aggregates, IDENTITY_SOURCE, ReadYourWrites, systemIdentitySource } from '#handlers';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SharedLog } from '../../../libs/handlers/src/fakes/shared-log.fake.js';
import { DEMO_TENANT, makeDemoTenant } from './first-start.js';

/** A gateway of its own on a log that others may share. */
function aGateway(log: SharedLog): NestFastifyApplication {
  const parts = new Map<unknown, unknown>([
    [IDENTITY_SOURCE, systemIdentitySource],
    [Aggregates, new Aggregates(log, undefined as never, systemIdentitySource)],
    [ReadYourWrites, { acknowledge: () => Promise.resolve() }],
  ]);
  return { get: (token: unknown) => parts.get(token) } as unknown as NestFastifyApplication;
}

const start = (log: SharedLog): Promise<string | undefined> => makeDemoTenant(aGateway(log), log);

const typesOf = (events: readonly RecordedEvent[]): string[] => events.map(({ type }) => type);

describe('the first start', () => {
  const made: TenantEvent['type'][] = ['TenantRegistered', 'ConnectionCreated', 'CredentialIssued'];

  it('makes the tenant once, and shows its token to whoever made it', async () => {
    const log = new SharedLog();
    expect(await start(log)).toEqual(expect.any(String));
    expect(await start(log)).toBeUndefined();
    expect(typesOf(log.events)).toEqual(made);
  });

  it('lets one of several gateways make it that start at once on the same empty engines', async () => {
    const events: RecordedEvent[] = [];
    const gateways = Array.from({ length: 5 }, () => new SharedLog(() => new Promise(setImmediate), events));
    const tokens = await Promise.all(gateways.map(start));
    expect(tokens.filter((token) => token !== undefined)).toHaveLength(1);
    expect(typesOf(events)).toEqual(made);
    expect(new Set(events.map(({ stream }) => stream))).toEqual(new Set([`tenant-${DEMO_TENANT}`]));
  });

  it('leaves engines alone that hold anything', async () => {
    const log = new SharedLog();
    const event = { id: 'e', type: 'TenantRegistered', data: {}, metadata: {} };
    await log.append('tenant-acme', [event as never], 'noStream');
    expect(await start(log)).toBeUndefined();
    expect(log.events).toHaveLength(1);
  });
});
