import { randomUUID } from 'node:crypto';
import { issueToken } from '#access';
import { decideTenant, evolveTenant, SCOPES, type TenantCommand, tenantStream } from '#domain';
import type { RollcallConfig } from '#config';
import { type Engines, untilDone } from '#engines';
import type { EventStore } from '#event-store';
import { Aggregates, IDENTITY_SOURCE, type IdentitySource, ReadYourWrites } from '#handlers';
import type { Logger } from '#telemetry';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

export const DEMO_TENANT = 'demo';

/**
 * On empty data, makes tenant `demo` with one connection, in one append, so that a start cut short leaves none or both, and
 * so that of several gateways that start on the same empty engines one makes it.
 * @returns the connection's token, shown this once; undefined when there is data already, or another gateway came first
 */
export async function makeDemoTenant(app: NestFastifyApplication, store: EventStore): Promise<string | undefined> {
  if ((await store.lastPosition()) !== undefined) return undefined;
  const source = app.get<IdentitySource>(IDENTITY_SOURCE);
  const { token, credential } = issueToken({
    credentialId: source.newResourceId(),
    name: 'first token',
    scopes: SCOPES,
  });
  const commands: TenantCommand[] = [
    { type: 'RegisterTenant', slug: DEMO_TENANT, name: 'Demo' },
    {
      type: 'CreateConnection',
      connectionId: source.newResourceId(),
      idp: 'generic',
      name: 'First connection',
      matchingAttribute: 'userName',
      credential,
    },
  ];
  const context = { tenant: DEMO_TENANT, actor: 'first start', correlationId: randomUUID() };
  const metadata = { occurredAt: source.now() };
  const executed = await app
    .get(Aggregates)
    .tenants.execute(tenantStream(DEMO_TENANT), context, ({ state, revision }) => {
      // Another gateway's, which has been faster, and which shows its token.
      if (revision >= 0) return [];
      return commands.flatMap((command) => {
        const events = decideTenant(state, command);
        for (const event of events) state = evolveTenant(state, { ...event, metadata });
        return events;
      });
    });
  if (executed.position === undefined) return undefined;
  await app.get(ReadYourWrites).acknowledge(executed.position);
  return token;
}

interface FirstStartParts {
  readonly app: NestFastifyApplication;
  readonly engines: Pick<Engines, 'store' | 'mayBeAway'>;
  readonly config: RollcallConfig;
  readonly logger: Logger;
}

/**
 * Makes tenant `demo` where that is due: now, or as soon as the engines are there where they may be away.
 * @returns to be called once the app listens, with what tells its token; what that returns ends the waiting for the engines
 */
export async function prepareFirstStart({
  app,
  engines: { store, mayBeAway },
  config,
  logger,
}: FirstStartParts): Promise<(tell: (token: string) => void) => () => void> {
  const nothing = (): void => undefined;
  if (config.DEMO_TENANT !== 'true') return () => nothing;
  if (!mayBeAway) {
    const token = await makeDemoTenant(app, store);
    return (tell) => {
      if (token !== undefined) tell(token);
      return nothing;
    };
  }
  return (tell) => {
    const stopping = new AbortController();
    const make = async (): Promise<void> => {
      const token = await makeDemoTenant(app, store);
      if (token !== undefined) tell(token);
    };
    const warn = (err: unknown): void => logger.warn({ err }, 'Whether this is a first start cannot be told yet');
    void untilDone(make, stopping.signal, warn);
    return () => stopping.abort();
  };
}

/** What the first start prints: enough to create a user by pasting. */
export function firstStartNotice(baseUrl: string, token: string): string {
  return [
    '',
    '  Tenant "demo" is ready. Its token is shown this once:',
    '',
    `  SCIM base URL   ${baseUrl}`,
    `  Token           ${token}`,
    '',
    '  Create a first user:',
    '',
    `  curl -s ${baseUrl}/Users -H 'Authorization: Bearer ${token}' -H 'Content-Type: application/scim+json' -d '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ana@example.com","name":{"givenName":"Ana","familyName":"Lee"},"emails":[{"value":"ana@example.com","type":"work","primary":true}],"active":true}'`,
    '',
  ].join('\n');
}
