import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { LRUCache } from 'lru-cache';
import { compileTrust, type Forwarded, hasXForwarded, readForwarded, readXForwarded } from './forwarded.js';

/** How the client reached us, in front of our own paths. */
export interface ClientView {
  /** Scheme, host, port where it is not the scheme's own, and the path that a proxy cut off; no slash at the end. */
  readonly origin: string;
  /** Host with its port, as the client named it. */
  readonly host: string;
  /** Where a header holds what cannot be: what to change. Nothing else of the view counts then. */
  readonly fault?: string;
}

/**
 * Says how clients see us. Proxy headers count only on connections from trusted proxies; from others they are passed over,
 * so nobody can put a foreign host into `meta.location`.
 * @param trustedProxies see {@link compileTrust}; undefined: none
 */
export function clientViews(trustedProxies: string | undefined): (request: IncomingMessage) => ClientView {
  const trust = trustedProxies === undefined ? undefined : compileTrust(trustedProxies);
  // Proxies are few and speak often.
  const peers = new LRUCache<string, boolean>({ max: 100 });
  const isTrustedPeer = (address: string): boolean => {
    let trusted = peers.get(address);
    if (trusted === undefined) peers.set(address, (trusted = trust?.(address, 0) === true));
    return trusted;
  };
  let last: ClientView | undefined;
  let lastSecure = false;
  return (request) => {
    const { headers, socket } = request;
    const host = headers.host ?? 'localhost';
    const secure = (socket as TLSSocket).encrypted === true;
    if (!trust || !isForwarded(request) || !isTrustedPeer(socket.remoteAddress ?? '')) {
      // One host and scheme after another are mostly the same.
      if (last?.host !== host || lastSecure !== secure) [last, lastSecure] = [viewOf({}, host, secure), secure];
      return last;
    }
    const ways: Forwarded[] = [];
    if (hasXForwarded(headers)) ways.push(readXForwarded(headers, trust));
    if (headers.forwarded !== undefined) ways.push(readForwarded(headers.forwarded, trust));
    const [view, second] = ways.map((way) => viewOf(way, host, secure));
    if (view && second && !view.fault && hostPart(view) !== hostPart(second)) return { ...view, fault: DISAGREE };
    return view ?? viewOf({}, host, secure);
  };
}

/** A proxy sets one kind and hands on the other as the client sent it: there is no telling which is which. */
const DISAGREE =
  'Forwarded and X-Forwarded-… name different hosts or schemes; have the proxy remove the ones it does not set.';

const isForwarded = ({ headers }: IncomingMessage): boolean =>
  headers.forwarded !== undefined || hasXForwarded(headers);

/** `https://host:port` of a view, without a prefix. */
const hostPart = ({ origin, fault }: ClientView): string => fault ?? origin.split('/', 3).join('/');

function viewOf({ proto, host: named, port, prefix = '' }: Forwarded, ownHost: string, secure: boolean): ClientView {
  const host = named === undefined || named === '' ? ownHost : named;
  const scheme = proto === undefined || proto === '' ? (secure ? 'https' : 'http') : proto.toLowerCase();
  const fault = (name: string, expected: string): ClientView => ({
    origin: '',
    host,
    fault: `${name} must be ${expected}.`,
  });
  if (scheme !== 'http' && scheme !== 'https') return fault('The forwarded protocol', 'http or https');
  if (!isHost(host))
    return fault(named ? 'The forwarded host' : 'Host', 'a host name or an IP address, with or without a port');
  if (port !== undefined && !isPort(port)) return fault('X-Forwarded-Port', 'a port');
  const path = withoutSlashAtEnd(prefix);
  if (!PATH.test(path)) return fault('X-Forwarded-Prefix', 'a path such as /directory');
  const hasPort = /:\d*$/.test(host.replace(/^\[.*\]/, ''));
  const added = port === undefined || hasPort || port === (scheme === 'https' ? '443' : '80') ? '' : `:${port}`;
  const whole = host.replace(/:$/, '') + added;
  return { origin: `${scheme}://${whole}${path}`, host: whole };
}

/** By hand: a pattern would begin anew at each of many slashes. */
function withoutSlashAtEnd(path: string): string {
  let end = path.length;
  while (path[end - 1] === '/') end--;
  return path.slice(0, end);
}

const PATH = /^(\/(?!\.{1,2}(\/|$))[A-Za-z0-9._~!$&'()*+;=:@%-]+)*$/;
const HOST = /^(?:[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?\.?|\[([0-9A-Fa-f:.]+)\])(?::(\d*))?$/;

/** RFC 9110 §7.2, of which names are what DNS and container networks know. */
function isHost(host: string): boolean {
  const [whole, address, port] = HOST.exec(host) ?? [];
  if (whole === undefined || host.length > 260) return false;
  return (address === undefined || isIPv6(address)) && (port === undefined || port === '' || isPort(port));
}

const isPort = (port: string): boolean => /^\d{1,5}$/.test(port) && Number(port) > 0 && Number(port) <= 65_535;
