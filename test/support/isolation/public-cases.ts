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
  'GET /health/live': { status: 200, send: () => ({ path: '/health/live' }) },
  'GET /health/ready': { status: 200, send: () => ({ path: '/health/ready' }) },
};
