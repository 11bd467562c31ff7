import { maskBody } from '../mask-body.js';
import { isOurId, maskDetail, maskTarget } from '../mask.js';
import type { Call, CallRecord } from './call.js';

/** Characters of a masked body or answer from which on it is not kept. */
const MAX_MASKED = 16_384;
const ID_LENGTH = 36;

/** The call as one line of JSON, masked. This is where time is spent on it, long after it was answered. */
export function lineOf(call: Call): string {
  const { kind, requestId, method, target, status, at, credentialId } = call;
  const path = JSON.stringify(maskTarget(target));
  const resourceId = resourceIn(call.location ?? target);
  // By hand, as every call has these and most have no more; but for the path all of them are ours, with nothing to escape.
  const always =
    `"kind":"${kind}","requestId":"${requestId}","method":"${method}","path":${path},"status":${status},"at":${at},` +
    `"tookMs":${Math.round(call.tookMs * 10) / 10}` +
    (credentialId === undefined ? '' : `,"credentialId":"${credentialId}"`) +
    (resourceId === undefined ? '' : `,"resourceId":"${resourceId}"`);
  const rest = JSON.stringify(restOf(call)).slice(1, -1);
  return rest === '' ? `{${always}}` : `{${always},${rest}}`;
}

function restOf(call: Call): Partial<CallRecord> {
  const { kind, scimType, detail, cause, bodyOmitted, answerOmitted } = call;
  const rest: Writable<Partial<CallRecord>> = {};
  if (scimType !== undefined) rest.scimType = scimType;
  // A hint is made of names alone.
  if (detail !== undefined) rest.detail = kind === 'hint' ? detail : maskDetail(detail);
  if (cause !== undefined) rest.cause = cause;
  if (bodyOmitted !== undefined) rest.bodyOmitted = bodyOmitted;
  if (answerOmitted !== undefined) rest.answerOmitted = answerOmitted;
  addBodies(rest, call);
  return rest;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function addBodies(record: Writable<Partial<CallRecord>>, { body, answer }: Call): void {
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
