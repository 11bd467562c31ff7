import type { CauseCode } from './causes/causes.js';
import type { ContactRecord } from './request-log.documents.js';
import { isOfWholeConnection, type StreakRecord } from './streak.js';

export const CONNECTION_STATES = ['waiting', 'active', 'failing', 'paused', 'deleted'] as const;

/**
 * `waiting`: no call of the connection has come yet. `failing`: see {@link failureOf}. `active`: neither. `paused` and
 * `deleted` are what an admin has made of it, whatever its calls meet.
 */
export type ConnectionState = (typeof CONNECTION_STATES)[number];

/** Refusals in a row of one sort of call from which on a connection fails. */
export const FAILING_FROM = 5;

/**
 * Since when a connection fails, and why. It begins with the first refusal of a row (reads and changes are counted apart)
 * that is {@link FAILING_FROM} long, or with a single one that any call would have met: the token has expired or belongs to
 * another tenant, the tenant is suspended, this service is away. It ends with the next success: of the same sort, or, for
 * what any call would have met, of either. What is refused because of the one resource it is about, or because of the
 * moment (404, 412, 429), neither begins nor ends it.
 */
export function failureOf({ reads, changes }: Pick<ContactRecord, 'reads' | 'changes'>): StreakRecord | undefined {
  const failing = [reads, changes].filter((streak) => streak !== undefined && isFailure(streak));
  return failing.sort((a, b) => ((a?.last ?? '') < (b?.last ?? '') ? 1 : -1))[0];
}

const isFailure = ({ refusals, cause }: StreakRecord): boolean =>
  refusals >= FAILING_FROM || isOfWholeConnection(cause);

export interface StatedConnection {
  readonly paused: boolean;
  readonly deleted?: boolean;
}

export interface StateOfConnection {
  readonly state: ConnectionState;
  /** Of a failing one. */
  readonly failing?: { readonly cause: CauseCode; readonly since: string; readonly refusals: number };
}

export function stateOf(connection: StatedConnection, contact: ContactRecord | undefined): StateOfConnection {
  if (connection.deleted) return { state: 'deleted' };
  if (connection.paused) return { state: 'paused' };
  if (!contact) return { state: 'waiting' };
  const failure = failureOf(contact);
  if (!failure) return { state: contact.requests === 0 && contact.refusals === 0 ? 'waiting' : 'active' };
  const { cause, since, refusals } = failure;
  return { state: 'failing', failing: { cause, since, refusals } };
}
