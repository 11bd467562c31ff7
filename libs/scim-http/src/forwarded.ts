import type { IncomingHttpHeaders } from 'node:http';
import proxyAddr from '@fastify/proxy-addr';

/** Whether the peer at `address` is one of ours; `hop` 0 is the one that is connected to us. */
export type Trust = (address: string, hop: number) => boolean;

/**
 * @param proxies how many proxies stand before us, or their addresses: comma-separated IPs, CIDRs, `loopback`,
 *   `linklocal`, `uniquelocal`
 * @throws TypeError for anything else
 */
export function compileTrust(proxies: string): Trust {
  if (/^\d+$/.test(proxies.trim())) {
    const count = Number(proxies);
    return (_address, hop) => hop < count;
  }
  return proxyAddr.compile(proxies.split(',').map((address) => address.trim()));
}

/** What the outermost trusted proxy says of the request that reached it. */
export interface Forwarded {
  readonly proto?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: string | undefined;
  /** Path that the proxy cut off in front. */
  readonly prefix?: string | undefined;
}

/**
 * Reads `Forwarded` (RFC 7239). Each proxy appends an element with the address of its own peer, so the walk goes from the
 * last element back for as long as that peer is trusted; what lies before is the client's own invention.
 */
export function readForwarded(header: string, trust: Trust): Forwarded {
  const elements = elementsOf(header);
  const at = outermost(elements, trust);
  // A proxy that keeps silent on a thing leaves it as the next one, nearer to us, saw it.
  const nearest = (name: string) =>
    elements
      .slice(at)
      .find((element) => element.get(name))
      ?.get(name);
  return { proto: nearest('proto'), host: nearest('host') };
}

/** Address of the outermost hop that a trusted proxy tells of (RFC 7239 §5.2); undefined where none does. */
export function forwardedFor(header: string, trust: Trust): string | undefined {
  const elements = elementsOf(header);
  return addressIn(elements[outermost(elements, trust)]?.get('for') ?? '') || undefined;
}

type Element = ReadonlyMap<string, string>;

function elementsOf(header: string): Element[] {
  return splitQuoted(header, ',').map((element) => {
    const pairs = splitQuoted(element, ';').map((pair): [string, string] => {
      const at = pair.indexOf('=');
      return [pair.slice(0, at).trim().toLowerCase(), unquoted(pair.slice(at + 1).trim())];
    });
    return new Map(pairs);
  });
}

function outermost(elements: readonly Element[], trust: Trust): number {
  let at = elements.length - 1;
  for (let hop = 1; at > 0 && trust(addressIn(elements[at]?.get('for') ?? ''), hop); hop++) at--;
  return at;
}

const X_HEADERS = ['for', 'proto', 'host', 'port', 'prefix'].map((name) => `x-forwarded-${name}`);

/** Whether there is any of the `X-Forwarded-` headers. */
export const hasXForwarded = (headers: IncomingHttpHeaders): boolean =>
  X_HEADERS.some((name) => headers[name] !== undefined);

/**
 * Reads the `X-Forwarded-` headers. `-For` tells how many trusted proxies the request came through. Another of them with
 * as many entries was appended to along with it, so the entry at the same place counts; a single entry was set or passed
 * on; of any other number only the last one, from the proxy next to us, can be relied on.
 */
export function readXForwarded(headers: IncomingHttpHeaders, trust: Trust): Forwarded {
  const chain = entries(headers, 'x-forwarded-for');
  let at = chain.length - 1;
  for (let hop = 1; at > 0 && trust(addressIn(chain[at] ?? ''), hop); hop++) at--;
  const pick = (name: string): string | undefined => {
    const list = entries(headers, name);
    return list.length === chain.length ? list[at] : list.at(-1);
  };
  return {
    proto: pick('x-forwarded-proto'),
    host: pick('x-forwarded-host'),
    port: pick('x-forwarded-port'),
    prefix: pick('x-forwarded-prefix'),
  };
}

function entries(headers: IncomingHttpHeaders, name: string): string[] {
  const value = headers[name];
  const text = Array.isArray(value) ? value.join(',') : value;
  if (text === undefined || text.trim() === '') return [];
  return text.split(',').map((entry) => entry.trim());
}

/** `1.2.3.4`, `1.2.3.4:80`, `2001:db8::1` or `[2001:db8::1]:80` without port and brackets. */
function addressIn(node: string): string {
  const bracketed = /^\[([^\]]*)\]/.exec(node)?.[1];
  return bracketed ?? (/^[^:]*:\d+$/.test(node) ? node.slice(0, node.indexOf(':')) : node);
}

/** Splits at a separator that stands outside double quotes. */
function splitQuoted(text: string, separator: ',' | ';'): string[] {
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (quoted && character === '\\') i++;
    else if (character === '"') quoted = !quoted;
    else if (!quoted && character === separator) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(text.slice(start));
  return parts.filter((part) => part.trim() !== '');
}

const unquoted = (value: string): string =>
  value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value;
