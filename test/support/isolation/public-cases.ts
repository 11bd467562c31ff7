import type { Place } from './place.js';
import type { Probe, Sent } from './scim-cases.js';

/** A route that asks for no credential: it tells everybody the same, whatever is shown or named. */
export interface PublicCase {
  readonly status: number;
  readonly send: (at: Place) => Sent;
  /** Where a request can name something of a tenant. */
  readonly probes?: Readonly<Record<string, Probe>>;
}

/** One row per route that is meant for everybody. */
export const PUBLIC_CASES: Readonly<Record<string, PublicCase>> = {
  'GET /admin/openapi.json': { status: 200, send: () => ({ path: '/admin/openapi.json' }) },
  // Whoever has a client's id may learn that there is such a client; of a connection the id tells nothing.
  'GET /oauth/authorize': {
    status: 400,
    send: () => ({ path: '/oauth/authorize' }),
    probes: {
      'its connection': [400, (it) => ({ path: `/oauth/authorize?response_type=code&client_id=${it.connectionId}` })],
      'its slug': [400, (it) => ({ path: `/oauth/authorize?response_type=code&client_id=${it.slug}` })],
    },
  },
  'POST /oauth/authorize': { status: 400, send: () => ({ path: '/oauth/authorize' }) },
  'POST /oauth/token': { status: 400, send: () => ({ path: '/oauth/token' }) },
  'POST /oauth/revoke': { status: 400, send: () => ({ path: '/oauth/revoke' }) },
  'GET /.well-known/oauth-authorization-server': {
    status: 200,
    send: () => ({ path: '/.well-known/oauth-authorization-server' }),
  },
  // Opens to METRICS_TOKEN, which is nobody's who comes for a tenant.
  'GET /metrics': { status: 401, send: () => ({ path: '/metrics' }) },
  'GET /health/live': { status: 200, send: () => ({ path: '/health/live' }) },
  'GET /health/ready': { status: 200, send: () => ({ path: '/health/ready' }) },
};
