import { MongoError, MongoNetworkError, MongoServerError } from 'mongodb';
import { QueryTooCostly, ReadModelsUnavailable } from '../read-models.port.js';

const MAX_TIME_EXPIRED = 50;
const DUPLICATE_KEY = 11_000;
/** Of the server, while a primary is chosen or it shuts down; the driver has tried again by then. */
const AWAY = new Set([6, 7, 89, 91, 189, 262, 9001, 10058, 10107, 11600, 11602, 13435, 13436]);
const AWAY_NAMES = new Set([
  'MongoServerSelectionError',
  'MongoNotConnectedError',
  'MongoTopologyClosedError',
  'MongoExpiredSessionError',
  'MongoClientClosedError',
  'MongoPoolClosedError',
  'MongoPoolClearedError',
  'MongoWaitQueueTimeoutError',
  'MongoOperationTimeoutError',
]);

export function isOutOfTime(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === MAX_TIME_EXPIRED;
}

/** A document of that `_id` is there already. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === DUPLICATE_KEY;
}

/** An error of the driver in the words of the port; what is not about the engine being away stays what it is. */
export function failure(error: unknown): unknown {
  if (error instanceof ReadModelsUnavailable || error instanceof QueryTooCostly) return error;
  const away =
    error instanceof MongoNetworkError ||
    (error instanceof MongoServerError && AWAY.has(Number(error.code))) ||
    (error instanceof MongoError && (AWAY_NAMES.has(error.name) || error.hasErrorLabel('TransientTransactionError')));
  return away ? new ReadModelsUnavailable(`MongoDB is away: ${(error as Error).message}`, { cause: error }) : error;
}
