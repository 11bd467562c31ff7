/** Where a product says what it has taken in. Compacted: what proves something has a key of its own and stays. */
export function acksTopic(product: string): string {
  return `rollcall.product.${product}.acks`;
}

/** CloudEvents `type`: everything before a place is taken in. */
export const TAKEN_IN = 'rollcall.product.taken-in.v1';
/** CloudEvents `type`: a message that makes a person inactive is taken in. */
export const DEACTIVATION_TAKEN_IN = 'rollcall.product.deactivation.taken-in.v1';

/**
 * All messages of the partition below `next` are in the product's store, or in its dead-letter topic. Told for many
 * messages at once, so one that was lost is made up for by the one after it; key `{topic}/{partition}`.
 */
export interface TakenIn {
  readonly product: string;
  readonly topic: string;
  readonly partition: number;
  /** Offset of the first message not yet taken in, decimal digits. */
  readonly next: string;
  /** When the store had the last of them. RFC 3339, UTC. */
  readonly acknowledgedAt: string;
}

/**
 * The product's store has a person as inactive. Told for each message that says so, before its offset is committed: whatever
 * fails, it is told again and never left out; key `{tenant}/{userId}/{eventId}`.
 */
export interface DeactivationTakenIn {
  readonly product: string;
  readonly tenant: string;
  readonly userId: string;
  /** Id of the event behind the message. */
  readonly eventId: string;
  readonly revision: number;
  /** Place in the log as of which the person was inactive, decimal digits. */
  readonly position: string;
  readonly topic: string;
  readonly partition: number;
  /** Where the message stood, decimal digits. */
  readonly offset: string;
  /** When the store had it. RFC 3339, UTC. */
  readonly acknowledgedAt: string;
}

const DIGITS = /^\d{1,20}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/;

/** @throws TypeError naming the first field that is not as {@link DeactivationTakenIn} has it */
export function parseDeactivationTakenIn(data: unknown): DeactivationTakenIn {
  if (typeof data !== 'object' || data === null) throw new TypeError('an acknowledgement is a JSON object');
  const fields = data as Readonly<Record<string, unknown>>;
  const expect = (name: string, holds: (value: unknown) => boolean): void => {
    if (!holds(fields[name])) throw new TypeError(`${name} is missing or of another type`);
  };
  const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
  const isMatch = (pattern: RegExp) => (value: unknown) => typeof value === 'string' && pattern.test(value);
  for (const name of ['product', 'tenant', 'userId', 'eventId', 'topic']) expect(name, isText);
  for (const name of ['revision', 'partition']) expect(name, Number.isSafeInteger);
  for (const name of ['position', 'offset']) expect(name, isMatch(DIGITS));
  expect('acknowledgedAt', isMatch(INSTANT));
  return data as DeactivationTakenIn;
}
