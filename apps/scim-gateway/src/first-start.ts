import { randomUUID } from 'node:crypto';
import { hashToken, newToken } from '#access';
import type { EventStore } from '#event-store';
import { ChangeTenant, IDENTITY_SOURCE, type IdentitySource } from '#handlers';
import { CommandBus } from '@nestjs/cqrs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

export const DEMO_TENANT = 'demo';

/** On empty data, makes tenant `demo` with one connection. @returns its token, shown this once; undefined otherwise */
export async function makeDemoTenant(app: NestFastifyApplication, store: EventStore): Promise<string | undefined> {
  if ((await store.lastPosition()) !== undefined) return undefined;
  const commands = app.get(CommandBus);
  const source = app.get<IdentitySource>(IDENTITY_SOURCE);
  const context = { tenant: DEMO_TENANT, actor: 'first start', correlationId: randomUUID() };
  const token = newToken();
  await commands.execute(new ChangeTenant(context, { type: 'RegisterTenant', slug: DEMO_TENANT, name: 'Demo' }));
  await commands.execute(
    new ChangeTenant(context, {
      type: 'CreateConnection',
      connectionId: source.newResourceId(),
      idp: 'generic',
      name: 'First connection',
      matchingAttribute: 'userName',
      credential: {
        credentialId: source.newResourceId(),
        name: 'first token',
        tokenHash: hashToken(token),
        lastFour: token.slice(-4),
      },
    }),
  );
  return token;
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
