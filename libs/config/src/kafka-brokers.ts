/** What KAFKA_BROKERS says. */
export interface KafkaBrokers {
  /** `host:port`, one or more. */
  readonly brokers: readonly string[];
  readonly ssl: boolean;
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  };
}

const MECHANISMS = ['scram-sha-512', 'scram-sha-256', 'plain'] as const;

export const KAFKA_BROKERS_FORM =
  'KAFKA_BROKERS must be host:port, several separated by commas; in front of them ssl:// for TLS and user:password@ (percent-encoded) for SASL, behind them ?sasl=scram-sha-512, scram-sha-256 or plain';

/** @returns undefined for what is not of that form */
export function parseKafkaBrokers(text: string): KafkaBrokers | undefined {
  const [, scheme, user, hosts, query] = /^(ssl:\/\/)?(?:([^@/?]*)@)?([^@/?]+)(?:\?(.*))?$/.exec(text.trim()) ?? [];
  if (hosts === undefined) return undefined;
  const brokers = hosts.split(',').map((broker) => broker.trim());
  if (!brokers.every(isBroker)) return undefined;
  const asked = new URLSearchParams(query ?? '');
  const named = asked.get('sasl') ?? MECHANISMS[0];
  const mechanism = MECHANISMS.find((each) => each === named);
  if (!mechanism || [...asked.keys()].some((key) => key !== 'sasl') || (asked.has('sasl') && user === undefined)) {
    return undefined;
  }
  const ssl = scheme !== undefined;
  if (user === undefined) return { brokers, ssl };
  const colon = user.indexOf(':');
  if (colon < 1) return undefined;
  try {
    const username = decodeURIComponent(user.slice(0, colon));
    const password = decodeURIComponent(user.slice(colon + 1));
    return password === '' ? undefined : { brokers, ssl, sasl: { mechanism, username, password } };
  } catch {
    return undefined; // % without two digits
  }
}

function isBroker(text: string): boolean {
  const [, port] = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):(\d{1,5})$/.exec(text) ?? [];
  return port !== undefined && Number(port) > 0 && Number(port) < 65_536;
}
