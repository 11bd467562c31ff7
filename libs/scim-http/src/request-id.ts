import { randomUUID } from 'node:crypto';

let lastMs = 0;
let lastTime = '';

/** A UUIDv7 (RFC 9562 §5.7): the time in it tells the request log where to look for the request. */
export function newRequestId(): string {
  const ms = Date.now();
  if (ms !== lastMs) {
    const hex = ms.toString(16).padStart(12, '0');
    lastTime = `${hex.slice(0, 8)}-${hex.slice(8)}-7`;
    lastMs = ms;
  }
  return lastTime + randomUUID().slice(15);
}
