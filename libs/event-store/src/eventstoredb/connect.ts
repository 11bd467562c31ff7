import { EventStoreDBClient } from '@eventstore/db-client';

/**
 * What every call asks for: a node that does not lead answers from what it has, which may lack what was acknowledged
 * elsewhere. Told that it does not lead, the client goes to the leader.
 */
export const OF_LEADER = { requiresLeader: true } as const;

/** What the client knows, in lower case; `tlsVerifyCert` it knows and ignores. */
const OPTIONS: ReadonlySet<string> = new Set(
  [
    ...['tls', 'tlsCAFile', 'userCertFile', 'userKeyFile', 'connectionName', 'throwOnAppendFailure', 'defaultDeadline'],
    ...['nodePreference', 'discoveryInterval', 'maxDiscoverAttempts', 'gossipTimeout'],
    ...['keepAliveInterval', 'keepAliveTimeout'],
  ].map((name) => name.toLowerCase()),
);

/**
 * A client that appends with one call each. `BatchAppend`, which it prefers, shares one stream and one register of answers
 * among all appends of the process: a lost connection rejects those of others, and an answer that comes after ends the
 * process (kurrent-io/KurrentDB-Client-NodeJS#523). To know whether the server has it, the client also asks once, and
 * where the cluster is not found then, it never asks again.
 * @throws TypeError the connection string is not one, or has an option that the client does not
 */
export function connect(connectionString: string): EventStoreDBClient {
  refuseIgnored(connectionString);
  try {
    const client = EventStoreDBClient.connectionString(connectionString);
    return Object.assign(client, { supports: () => Promise.resolve(false) });
  } catch {
    // The client's own error repeats the string, and with it the password: it goes into no message and no cause.
    throw new TypeError('The connection string of EventStoreDB is not one; it begins with esdb:// or esdb+discover://');
  }
}

/** Of what it ignores the client warns on the console, with the whole string: password included. */
function refuseIgnored(connectionString: string): void {
  const [, query = ''] = connectionString.trim().replace(/^[^:]+:\/\/(?:[^:]+:[^@]+@)?/, '').split(/\?(.*)/s); // prettier-ignore
  for (const [name = ''] of query.split('&').map((option) => option.split('='))) {
    if (name === '' || OPTIONS.has(name.trim().toLowerCase().replace(/[_-]/g, ''))) continue;
    throw new TypeError(`The connection string of EventStoreDB has an option that its client ignores: ${name}`);
  }
}
