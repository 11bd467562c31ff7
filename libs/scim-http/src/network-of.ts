import { isIPv6 } from 'node:net';

/** An IPv4 address written as one of IPv6, in the form that URLs give it (RFC 4291 §2.5.5.2). */
const MAPPED = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;
/** Groups of an IPv6 address, and of them those that name its network. */
const GROUPS = 8;
const NETWORK_GROUPS = 4;

/**
 * What one client can send from: an address of IPv4, and of IPv6 the network of 64 bits, as `2001:db8:0:1::/64`. That is the
 * least that anybody is given there (RFC 6177), with more addresses in it than could ever be counted one by one.
 * @returns what is no address as it is
 */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  // Of a link-local address, behind which interface.
  const plain = address.split('%', 1)[0] ?? '';
  if (!isIPv6(plain)) return address;
  const canonical = new URL(`http://[${plain}]`).hostname.slice(1, -1);
  const [, high, low] = MAPPED.exec(canonical) ?? [];
  if (high !== undefined && low !== undefined) return [...bytesOf(high), ...bytesOf(low)].join('.');
  const [front = '', back] = canonical.split('::');
  const groups = groupsIn(front);
  if (back !== undefined) {
    const behind = groupsIn(back);
    groups.push(...Array.from({ length: GROUPS - groups.length - behind.length }, () => '0'), ...behind);
  }
  return `${groups.slice(0, NETWORK_GROUPS).join(':')}::/64`;
}

const groupsIn = (text: string): string[] => (text === '' ? [] : text.split(':'));

function bytesOf(group: string): [number, number] {
  const value = parseInt(group, 16);
  return [value >> 8, value & 0xff];
}
