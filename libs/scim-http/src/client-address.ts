import type { IncomingMessage } from 'node:http';
import proxyAddr from '@fastify/proxy-addr';
import { compileTrust, forwardedFor } from './forwarded.js';
import { networkOf } from './network-of.js';

/**
 * Says which address a request comes from: that of the outermost hop that a trusted proxy tells of, else of who is connected;
 * of IPv6 its network, see {@link networkOf}. For what is limited by address, not for hot paths.
 * @param trustedProxies see `compileTrust`; undefined: none
 */
export function clientAddresses(trustedProxies: string | undefined): (request: IncomingMessage) => string {
  const addressOf = outermost(trustedProxies);
  return (request) => networkOf(addressOf(request));
}

function outermost(trustedProxies: string | undefined): (request: IncomingMessage) => string {
  if (trustedProxies === undefined) return ({ socket }) => socket.remoteAddress ?? '';
  const trust = compileTrust(trustedProxies);
  return (request) => {
    const { headers, socket } = request;
    const peer = socket.remoteAddress ?? '';
    if (headers['x-forwarded-for'] !== undefined) return proxyAddr(request, trust);
    return headers.forwarded !== undefined && trust(peer, 0) ? (forwardedFor(headers.forwarded, trust) ?? peer) : peer;
  };
}
