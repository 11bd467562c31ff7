import type { CauseCode } from '../causes/causes.js';

/**
 * `success`: answered as asked. `refusal`: answered with a status of 400 or more; so are refused operations of a bulk
 * request, of which each has a record of its own. `hint`: answered as asked, yet in a way its sender will hardly have meant.
 */
export type CallKind = 'success' | 'refusal' | 'hint';

/** Why a body is not in the record. `pace`: more calls came than bodies are kept for. `size`: it is too long to be kept. */
export type Omission = 'pace' | 'size';

/**
 * A call as the edge saw it, values still in it. One is made for every request, so it only points at what is there already;
 * what it points at stays in memory until the call is written, a second later at most.
 */
export interface Call {
  readonly kind: CallKind;
  /** UUIDv7 of its arrival. */
  readonly requestId: string;
  readonly method: string;
  /** Path and query as routes know them. */
  readonly target: string;
  readonly status: number;
  /** When it came, milliseconds since the epoch. */
  readonly at: number;
  /** From the first look at it to its answer, milliseconds. */
  readonly tookMs: number;
  readonly credentialId?: string | undefined;
  /** `Location` of what it created. */
  readonly location?: string | undefined;
  /** Parsed; undefined where there is none, or it is not to be kept. */
  readonly body?: unknown;
  /** JSON; the same. A refusal's is told by the fields below. */
  readonly answer?: string | undefined;
  readonly bodyOmitted?: Omission | undefined;
  readonly answerOmitted?: Omission | undefined;
  readonly scimType?: string | undefined;
  readonly detail?: string | undefined;
  readonly cause?: CauseCode | undefined;
}

/** A call as it is kept, without values. */
export interface CallRecord {
  readonly kind: CallKind;
  readonly requestId: string;
  readonly method: string;
  /** See `maskTarget`. */
  readonly path: string;
  readonly status: number;
  readonly at: number;
  readonly tookMs: number;
  readonly credentialId?: string;
  /** What it created, changed or asked for by id. */
  readonly resourceId?: string;
  readonly scimType?: string;
  /** As it was answered, values masked. */
  readonly detail?: string;
  readonly cause?: CauseCode;
  /** See `maskBody`. */
  readonly body?: unknown;
  readonly bodyOmitted?: Omission;
  readonly answer?: unknown;
  readonly answerOmitted?: Omission;
}

/** When it was answered, milliseconds since the epoch: calls are in this order. */
export const answeredAt = ({ at, tookMs }: Pick<Call, 'at' | 'tookMs'>): number => at + tookMs;
