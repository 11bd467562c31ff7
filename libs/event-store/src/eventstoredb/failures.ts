import { ErrorType, isCommandError, WrongExpectedVersionError } from '@eventstore/db-client';
import { EventStoreUnavailable, EventTooLarge, WrongExpectedRevision } from '../event-store.port.js';

/** What says that the server, or the way to it, will not take this however often it is asked. */
const PERMANENT: ReadonlySet<string> = new Set([
  ErrorType.ACCESS_DENIED,
  ErrorType.INVALID_ARGUMENT,
  ErrorType.INVALID_TRANSACTION,
  ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED,
  ErrorType.MISSING_REQUIRED_METADATA_PROPERTY,
  ErrorType.STREAM_DELETED,
  ErrorType.UNSUPPORTED,
  ErrorType.WRONG_EXPECTED_VERSION,
]);

/** The same by gRPC's numbers, for what this client has no word for: invalid argument, permission denied, unimplemented. */
const PERMANENT_STATUS: ReadonlySet<unknown> = new Set([3, 7, 12]);

/**
 * Whether asking again can help. Everything else than what the server has decided can: a time-out, a lost connection, a
 * leader that is being chosen. For an append that leaves open whether it was written; its event ids make a repetition safe.
 */
export function isTransient(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof WrongExpectedRevision) return false;
  if (!(error instanceof Error) || !isCommandError(error)) return true;
  return !PERMANENT.has(error.type) && !PERMANENT_STATUS.has(error.code);
}

/** Whether the node that was asked has sent the client on to another. */
export const isNotLeader = (error: unknown): boolean => typeOf(error) === ErrorType.NOT_LEADER;

const typeOf = (error: unknown): ErrorType | undefined =>
  error instanceof Error && isCommandError(error) ? error.type : undefined;

/** An append's error in the words of the port. */
export function appendFailure(stream: string, expected: number | 'noStream', cause: unknown): Error {
  if (cause instanceof WrongExpectedRevision) return cause;
  if (cause instanceof WrongExpectedVersionError) {
    const { actualVersion } = cause;
    const actual = typeof actualVersion === 'bigint' ? Number(actualVersion) : ('noStream' as const);
    return new WrongExpectedRevision(stream, expected, actual, { cause });
  }
  if (typeOf(cause) === ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED) {
    return new EventTooLarge(`EventStoreDB takes no append to ${stream} of this size; raise its MaxAppendSize`, {
      cause,
    });
  }
  return unavailable(`EventStoreDB did not take an append to ${stream}`, cause);
}

/** Of any other call. What the adapter refuses itself stays what it is. */
export function unavailable(what: string, cause: unknown): Error {
  if (cause instanceof TypeError || cause instanceof EventStoreUnavailable) return cause;
  // The client leaves the message of some of its errors empty.
  const reason = cause instanceof Error ? cause.message || typeOf(cause) || cause.name : String(cause);
  return new EventStoreUnavailable(`${what}: ${reason}`, { cause });
}
