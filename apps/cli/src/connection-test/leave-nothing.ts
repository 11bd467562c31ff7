import { CommandFailed, EXIT } from '../exit-codes.js';
import type { Values } from './fill.js';
import type { ScimClient } from './scim-client.js';

/** Removes the user and the groups of the test, whoever has left them. @throws CommandFailed where it cannot */
export async function leaveNothing(client: ScimClient, values: Values): Promise<void> {
  const [userName, groupName] = [String(values.get('userName')), String(values.get('groupName'))];
  await removeAll(client, '/Users', [`userName eq ${JSON.stringify(userName)}`]);
  const renamed = `${groupName} 2`;
  await removeAll(
    client,
    '/Groups',
    [groupName, renamed].map((name) => `displayName eq ${JSON.stringify(name)}`),
  );
}

async function removeAll(client: ScimClient, path: string, filters: readonly string[]): Promise<void> {
  for (const filter of filters) {
    const { status, body } = await client.send('GET', `${path}?filter=${encodeURIComponent(filter)}`);
    const { Resources = [], detail } = (body ?? {}) as { Resources?: { id: string }[]; detail?: string };
    if (status !== 200) throw new CommandFailed(EXIT.failed, `Cannot clean up (${status}): ${detail ?? ''}`);
    for (const { id } of Resources) await client.send('DELETE', `${path}/${id}`);
  }
}
