import { maskBody } from '../mask-body.js';
import { isOurId, maskDetail, maskTarget } from '../mask.js';
import type { Call, CallRecord } from './call.js';

/** Characters of a masked body or answer from which on it is not kept. */
const MAX_MASKED = 16_384;
const ID_LENGTH = 36;

/** The call as one line of JSON, masked. This is where time is spent on it, long after it was answered. */
export function lineOf(call: Call): string {
  const { kind, requestId, method, status, at, credentialId, scimType, detail, cause } = call;
  const record: Writable<CallRecord> = {
    kind,
    requestId,
    method,
    path: maskTarget(call.target),
    status,
    at,
    tookMs: Math.round(call.tookMs * 10) / 10,
  };
  if (credentialId !== undefined) record.credentialId = credentialId;
  const resourceId = resourceIn(call.location ?? call.target);
  if (resourceId !== undefined) record.resourceId = resourceId;
  if (scimType !== undefined) record.scimType = scimType;
  // A hint is made of names alone.
  if (detail !== undefined) record.detail = kind === 'hint' ? detail : maskDetail(detail);
  if (cause !== undefined) record.cause = cause;
  if (call.bodyOmitted !== undefined) record.bodyOmitted = call.bodyOmitted;
  if (call.answerOmitted !== undefined) record.answerOmitted = call.answerOmitted;
  addBodies(record, call);
  return JSON.stringify(record);
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function addBodies(record: Writable<CallRecord>, { body, answer }: Call): void {
  if (body !== undefined) {
    const masked = sized(maskBody(body));
    if (masked === undefined) record.bodyOmitted = 'size';
    else record.body = masked;
  }
  if (answer === undefined) return;
  const masked = sized(maskBody(JSON.parse(answer)));
  if (masked === undefined) record.answerOmitted = 'size';
  else record.answer = masked;
}

/** @returns undefined where it is too long: names alone can be, as nobody says how many there are */
const sized = (masked: unknown): unknown => (JSON.stringify(masked).length > MAX_MASKED ? undefined : masked);

/** Id of the resource that an address ends with. */
function resourceIn(address: string): string | undefined {
  const query = address.indexOf('?');
  const end = query < 0 ? address.length : query;
  if (address.charCodeAt(end - ID_LENGTH - 1) !== 0x2f) return undefined;
  const id = address.slice(end - ID_LENGTH, end);
  return isOurId(id) ? id : undefined;
}
