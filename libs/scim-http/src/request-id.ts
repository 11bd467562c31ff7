import { randomBytes } from 'node:crypto';

/** Of this process, behind the version (RFC 9562 §5.7): twelve bits, the variant with fourteen more, and sixteen. */
const PROCESS = ((hex: string): string => {
  const variant = (8 + (parseInt(hex[3]!, 16) & 3)).toString(16);
  return `7${hex.slice(0, 3)}-${variant}${hex.slice(4, 7)}-${hex.slice(7, 11)}`;
})(randomBytes(6).toString('hex'));

const COUNT_DIGITS = 8;
/** Where counting begins is random too, so that a process tells nobody how many requests it has seen. */
let count = randomBytes(4).readUInt32BE();
let lastMs = 0;
let lastTime = '';

/**
 * A UUIDv7 (RFC 9562 §5.7): the time in it tells the request log where to look for the request. What is random in it is drawn
 * once per process and then counted on (§6.2, method 2), which costs a request less than randomness of its own.
 */
export function newRequestId(): string {
  const ms = Date.now();
  if (ms !== lastMs) {
    const hex = ms.toString(16).padStart(12, '0');
    lastTime = `${hex.slice(0, 8)}-${hex.slice(8)}-${PROCESS}`;
    lastMs = ms;
  }
  count = (count + 1) >>> 0;
  return lastTime + count.toString(16).padStart(COUNT_DIGITS, '0');
}
