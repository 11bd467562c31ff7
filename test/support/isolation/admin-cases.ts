import type { Place } from './place.js';
import { PRODUCT_CASES } from './product-cases.js';
import type { Probe, Sent } from './scim-cases.js';

/** `yes`: done. `no`: 403, and nothing has changed. `hidden`: 404, the same as for a tenant that is not there. */
export type Access = 'yes' | 'no' | 'hidden';

export interface AdminCase {
  /**
   * Who may, one word for each of {@link ROLES}. Written by hand, after what docs/guide/admin-api.md promises; it must not be
   * worked out from the code that it is there to check.
   */
  readonly may: string;
  /** A good request about a place. */
  readonly send: (at: Place) => Sent;
  /** What an admin of one tenant is answered there for something of another. */
  readonly probes?: Readonly<Record<string, Probe>>;
}

/** The columns of {@link AdminCase.may}. The last one asks about a tenant that is not theirs; the others about one that is. */
export const ROLES = ['operator', 'tenant admin', 'auditor', 'auditor of it', 'admins of another'] as const;

const tenants = '/admin/v1/tenants';

const leaverCursor = ({ slug }: Place): string => {
  const place = { open: false, requestedAt: '2099-01-01T00:00:00.000Z', id: `${slug}/00000000000000000001` };
  return Buffer.from(JSON.stringify(place), 'utf8').toString('base64url');
};
let count = 0;

/** One row per route behind an admin’s key. */
export const ADMIN_CASES: Readonly<Record<string, AdminCase>> = {
  //                                   operator, tenant admin, auditor, auditor of it, admins of another
  'POST /admin/v1/tenants': {
    may: /*                         */ 'yes      no            no       no             no',
    send: () => ({ path: tenants, body: { slug: `new-${++count}`, name: 'New' } }),
    probes: { 'its slug': [403, (it) => ({ path: tenants, body: { slug: it.slug, name: 'New' } })] },
  },
  'GET /admin/v1/tenants': {
    may: /*                         */ 'yes      yes           yes      yes            yes',
    send: () => ({ path: tenants }),
    probes: {
      'its slug as cursor': [200, (it) => ({ path: `${tenants}?cursor=${it.slug}` })],
      'its slug as cursor, many': [200, (it) => ({ path: `${tenants}?cursor=${it.slug}&limit=1000&status=active` })],
    },
  },
  'GET /admin/v1/tenants/:slug': {
    may: /*                         */ 'yes      yes           yes      yes            hidden',
    send: (at) => ({ path: `${tenants}/${at.slug}` }),
  },
  'GET /admin/v1/tenants/:slug/holds': {
    may: /*                         */ 'yes      yes           yes      yes            hidden',
    send: (at) => ({ path: `${tenants}/${at.slug}/holds` }),
  },
  'POST /admin/v1/tenants/:slug/holds/:holdId/release': {
    may: /*                         */ 'yes      yes           no       no             hidden',
    send: (at) => ({ path: `${tenants}/${at.slug}/holds/${at.holdId}/release`, body: {} }),
    probes: {
      'its hold': [404, (it, at) => ({ path: `${tenants}/${at.slug}/holds/${it.holdId}/release`, body: {} })],
    },
  },
  'POST /admin/v1/tenants/:slug/holds/:holdId/undo': {
    may: /*                         */ 'yes      yes           no       no             hidden',
    send: (at) => ({ path: `${tenants}/${at.slug}/holds/${at.holdId}/undo` }),
    probes: { 'its hold': [404, (it, at) => ({ path: `${tenants}/${at.slug}/holds/${it.holdId}/undo` })] },
  },
  'PATCH /admin/v1/tenants/:slug': {
    may: /*                         */ 'yes      yes           no       no             hidden',
    send: (at) => ({ path: `${tenants}/${at.slug}`, body: { name: `Renamed ${++count}` } }),
  },
  'POST /admin/v1/tenants/:slug/suspend': {
    may: /*                         */ 'yes      no            no       no             hidden',
    send: (at) => ({ path: `${tenants}/${at.slug}/suspend`, body: { reason: 'unpaid' } }),
  },
  'POST /admin/v1/tenants/:slug/resume': {
    may: /*                         */ 'yes      no            no       no             hidden',
    send: (at) => ({ path: `${tenants}/${at.slug}/resume` }),
  },
  'DELETE /admin/v1/tenants/:slug': {
    may: /*                         */ 'yes      no            no       no             hidden',
    send: (at) => ({ path: `${tenants}/${at.slug}?confirm=${at.slug}` }),
  },
  'GET /admin/v1/tenants/:slug/settings': {
    may: /*                         */ 'yes      yes           yes      yes            hidden',
    send: (at) => ({ path: `${tenants}/${at.slug}/settings` }),
  },
  'PATCH /admin/v1/tenants/:slug/settings': {
    may: /*                         */ 'yes      yes           no       no             hidden',
    send: (at) => ({ path: `${tenants}/${at.slug}/settings`, body: { defaultPageSize: 50 + (++count % 50) } }),
  },
  'GET /admin/v1/tenants/:slug/events': {
    may: /*                         */ 'yes      yes           yes      yes            hidden',
    send: (at) => ({ path: `${tenants}/${at.slug}/events` }),
    probes: {
      'its stream': [404, (it, at) => ({ path: `${tenants}/${at.slug}/events?stream=tenant-${it.slug}` })],
      'the stream of its user': [
        404,
        (it, at) => ({ path: `${tenants}/${at.slug}/events?stream=user-${it.slug}.${it.userId}` }),
      ],
      'the stream of its admin': [
        404,
        (it, at) => ({ path: `${tenants}/${at.slug}/events?stream=admin-${it.adminId}` }),
      ],
      'its user in our stream': [
        200,
        (it, at) => ({ path: `${tenants}/${at.slug}/events?stream=user-${at.slug}.${it.userId}` }),
      ],
    },
  },
  'GET /admin/v1/tenants/:slug/requests': {
    may: /*                         */ 'yes      yes           yes      yes            hidden',
    send: (at) => ({ path: `${tenants}/${at.slug}/requests` }),
    probes: {
      'its connection': [200, (it, at) => ({ path: `${tenants}/${at.slug}/requests?connection=${it.connectionId}` })],
      'what names its user': [
        200,
        (it, at) => ({ path: `${tenants}/${at.slug}/requests?resource=${it.userId}&kind=all` }),
      ],
    },
  },
  'GET /admin/v1/tenants/:slug/requests/:id': {
    may: /*                         */ 'yes      yes           yes      yes            hidden',
    send: (at) => ({ path: `${tenants}/${at.slug}/requests/${at.requestId}` }),
    probes: {
      'its request': [404, (it, at) => ({ path: `${tenants}/${at.slug}/requests/${it.requestId}` })],
    },
  },
  'GET /admin/v1/tenants/:slug/connections/:id/requests': {
    may: /*                         */ 'yes      yes           yes      yes            hidden',
    send: (at) => ({ path: `${tenants}/${at.slug}/connections/${at.connectionId}/requests` }),
    probes: {
      'its connection': [404, (it, at) => ({ path: `${tenants}/${at.slug}/connections/${it.connectionId}/requests` })],
    },
  },
  'GET /admin/v1/tenants/:slug/deprovisionings': {
    may: /*                         */ 'yes      yes           yes      yes            hidden',
    send: (at) => ({ path: `${tenants}/${at.slug}/deprovisionings` }),
    probes: {
      'a leaver of it, as cursor': [
        200,
        (it, at) => ({ path: `${tenants}/${at.slug}/deprovisionings?cursor=${leaverCursor(it)}` }),
      ],
    },
  },
  ...PRODUCT_CASES,
  'GET /admin/v1/tenants/:slug/connections': {
    may: /*                         */ 'yes      yes           yes      yes            hidden',
    send: (at) => ({ path: `${tenants}/${at.slug}/connections` }),
  },
  'POST /admin/v1/tenants/:slug/connections': {
    may: /*                         */ 'yes      yes           no       no             hidden',
    send: (at) => ({ path: `${tenants}/${at.slug}/connections`, body: { idp: 'okta' } }),
  },
  'GET /admin/v1/tenants/:slug/connections/:id': {
    may: /*                         */ 'yes      yes           yes      yes            hidden',
    send: (at) => ({ path: `${tenants}/${at.slug}/connections/${at.connectionId}` }),
    probes: { 'its connection': [404, (it, at) => ({ path: `${tenants}/${at.slug}/connections/${it.connectionId}` })] },
  },
  'PATCH /admin/v1/tenants/:slug/connections/:id': {
    may: /*                         */ 'yes      yes           no       no             hidden',
    send: (at) => ({ path: `${tenants}/${at.slug}/connections/${at.connectionId}`, body: { name: `HR ${++count}` } }),
    probes: {
      'its connection': [
        404,
        (it, at) => ({ path: `${tenants}/${at.slug}/connections/${it.connectionId}`, body: { name: 'HR' } }),
      ],
    },
  },
  'POST /admin/v1/tenants/:slug/connections/:id/pause': {
    may: /*                         */ 'yes      yes           no       no             hidden',
    send: (at) => ({ path: `${tenants}/${at.slug}/connections/${at.connectionId}/pause` }),
    probes: {
      'its connection': [404, (it, at) => ({ path: `${tenants}/${at.slug}/connections/${it.connectionId}/pause` })],
    },
  },
  'POST /admin/v1/tenants/:slug/connections/:id/resume': {
    may: /*                         */ 'yes      yes           no       no             hidden',
    send: (at) => ({ path: `${tenants}/${at.slug}/connections/${at.connectionId}/resume` }),
    probes: {
      'its connection': [404, (it, at) => ({ path: `${tenants}/${at.slug}/connections/${it.connectionId}/resume` })],
    },
  },
  'DELETE /admin/v1/tenants/:slug/connections/:id': {
    may: /*                         */ 'yes      yes           no       no             hidden',
    send: (at) => ({ path: `${tenants}/${at.slug}/connections/${at.connectionId}` }),
    probes: { 'its connection': [404, (it, at) => ({ path: `${tenants}/${at.slug}/connections/${it.connectionId}` })] },
  },
  'GET /admin/v1/tenants/:slug/connections/:id/tokens': {
    may: /*                         */ 'yes      yes           yes      yes            hidden',
    send: (at) => ({ path: `${tenants}/${at.slug}/connections/${at.connectionId}/tokens` }),
    probes: {
      'its connection': [404, (it, at) => ({ path: `${tenants}/${at.slug}/connections/${it.connectionId}/tokens` })],
    },
  },
  'POST /admin/v1/tenants/:slug/connections/:id/tokens': {
    may: /*                         */ 'yes      yes           no       no             hidden',
    send: (at) => ({ path: `${tenants}/${at.slug}/connections/${at.connectionId}/tokens`, body: {} }),
    probes: {
      'its connection': [
        404,
        (it, at) => ({ path: `${tenants}/${at.slug}/connections/${it.connectionId}/tokens`, body: {} }),
      ],
    },
  },
  'POST /admin/v1/tenants/:slug/tokens/:id/rotate': {
    may: /*                         */ 'yes      yes           no       no             hidden',
    send: (at) => ({ path: `${tenants}/${at.slug}/tokens/${at.tokenId}/rotate`, body: {} }),
    probes: {
      'its token': [404, (it, at) => ({ path: `${tenants}/${at.slug}/tokens/${it.tokenId}/rotate`, body: {} })],
    },
  },
  'DELETE /admin/v1/tenants/:slug/tokens/:id': {
    may: /*                         */ 'yes      yes           no       no             hidden',
    send: (at) => ({ path: `${tenants}/${at.slug}/tokens/${at.tokenId}` }),
    probes: { 'its token': [404, (it, at) => ({ path: `${tenants}/${at.slug}/tokens/${it.tokenId}` })] },
  },
  'GET /admin/v1/tenants/:slug/connections/:id/oauth-clients': {
    may: /*                         */ 'yes      yes           yes      yes            hidden',
    send: (at) => ({ path: `${tenants}/${at.slug}/connections/${at.connectionId}/oauth-clients` }),
    probes: {
      'its connection': [
        404,
        (it, at) => ({ path: `${tenants}/${at.slug}/connections/${it.connectionId}/oauth-clients` }),
      ],
    },
  },
  'POST /admin/v1/tenants/:slug/connections/:id/oauth-clients': {
    may: /*                         */ 'yes      yes           no       no             hidden',
    send: (at) => ({ path: `${tenants}/${at.slug}/connections/${at.connectionId}/oauth-clients`, body: {} }),
    probes: {
      'its connection': [
        404,
        (it, at) => ({ path: `${tenants}/${at.slug}/connections/${it.connectionId}/oauth-clients`, body: {} }),
      ],
    },
  },
  'GET /admin/v1/tenants/:slug/oauth-clients/:clientId': {
    may: /*                         */ 'yes      yes           yes      yes            hidden',
    send: (at) => ({ path: `${tenants}/${at.slug}/oauth-clients/${at.oauthClientId}` }),
    probes: {
      'its OAuth client': [404, (it, at) => ({ path: `${tenants}/${at.slug}/oauth-clients/${it.oauthClientId}` })],
    },
  },
  'PATCH /admin/v1/tenants/:slug/oauth-clients/:clientId': {
    may: /*                         */ 'yes      yes           no       no             hidden',
    send: (at) => ({
      path: `${tenants}/${at.slug}/oauth-clients/${at.oauthClientId}`,
      body: { name: `Renamed ${++count}` },
    }),
    probes: {
      'its OAuth client': [
        404,
        (it, at) => ({
          path: `${tenants}/${at.slug}/oauth-clients/${it.oauthClientId}`,
          body: { name: `Renamed ${++count}` },
        }),
      ],
    },
  },
  'POST /admin/v1/tenants/:slug/oauth-clients/:clientId/rotate': {
    may: /*                         */ 'yes      yes           no       no             hidden',
    send: (at) => ({ path: `${tenants}/${at.slug}/oauth-clients/${at.oauthClientId}/rotate`, body: {} }),
    probes: {
      'its OAuth client': [
        404,
        (it, at) => ({ path: `${tenants}/${at.slug}/oauth-clients/${it.oauthClientId}/rotate`, body: {} }),
      ],
    },
  },
  'POST /admin/v1/tenants/:slug/oauth-clients/:clientId/password': {
    may: /*                         */ 'yes      yes           no       no             hidden',
    send: (at) => ({ path: `${tenants}/${at.slug}/oauth-clients/${at.oauthClientId}/password`, body: {} }),
    probes: {
      'its OAuth client': [
        404,
        (it, at) => ({ path: `${tenants}/${at.slug}/oauth-clients/${it.oauthClientId}/password`, body: {} }),
      ],
    },
  },
  'DELETE /admin/v1/tenants/:slug/oauth-clients/:clientId': {
    may: /*                         */ 'yes      yes           no       no             hidden',
    send: (at) => ({ path: `${tenants}/${at.slug}/oauth-clients/${at.oauthClientId}` }),
    probes: {
      'its OAuth client': [404, (it, at) => ({ path: `${tenants}/${at.slug}/oauth-clients/${it.oauthClientId}` })],
    },
  },
  'GET /admin/v1/activity': {
    may: /*                         */ 'yes      yes           yes      yes            hidden',
    send: (at) => ({ path: `/admin/v1/activity?tenant=${at.slug}` }),
    probes: {
      'anything, where nothing is named': [200, () => ({ path: '/admin/v1/activity?limit=1000' })],
      'its admin': [200, (it) => ({ path: `/admin/v1/activity?admin=${it.adminId}` })],
      'its admin at home': [200, (it, at) => ({ path: `/admin/v1/activity?admin=${it.adminId}&tenant=${at.slug}` })],
    },
  },
  'POST /admin/v1/admins': {
    may: /*                         */ 'yes      no            no       no             no',
    send: (at) => ({ path: '/admin/v1/admins', body: { name: 'Kim', role: 'auditor', tenants: [at.slug] } }),
  },
  'GET /admin/v1/admins': {
    may: /*                         */ 'yes      no            yes      no             no',
    send: () => ({ path: '/admin/v1/admins' }),
  },
  'GET /admin/v1/admins/:id': {
    may: /*                         */ 'yes      no            yes      no             no',
    send: (at) => ({ path: `/admin/v1/admins/${at.adminId}` }),
  },
  'PATCH /admin/v1/admins/:id': {
    may: /*                         */ 'yes      no            no       no             no',
    send: (at) => ({ path: `/admin/v1/admins/${at.adminId}`, body: { name: `Kim ${++count}` } }),
  },
  'DELETE /admin/v1/admins/:id': {
    may: /*                         */ 'yes      no            no       no             no',
    send: (at) => ({ path: `/admin/v1/admins/${at.adminId}` }),
  },
  'POST /admin/v1/admins/:id/key': {
    may: /*                         */ 'yes      no            no       no             no',
    send: (at) => ({ path: `/admin/v1/admins/${at.adminId}/key`, body: {} }),
  },
  'GET /admin/v1/me': {
    may: /*                         */ 'yes      yes           yes      yes            yes',
    send: () => ({ path: '/admin/v1/me' }),
  },
  'GET /admin/v1/idp-presets': {
    may: /*                         */ 'yes      yes           yes      yes            yes',
    send: () => ({ path: '/admin/v1/idp-presets' }),
  },
  ...Object.fromEntries(
    ['wellness', 'hr-assistant', 'define'].flatMap((product) => Object.entries(productCases(product))),
  ),
  'GET /wellness/team': ofTenant('/wellness/team', 'manager=Undisclosed'),
  'GET /wellness/anniversaries': ofTenant('/wellness/anniversaries', 'period=month'),
  'GET /hr-assistant/who-is': ofTenant('/hr-assistant/who-is', 'name=Undisclosed'),
  'GET /define/roles': ofTenant('/define/roles', ''),
};

/** What every sample product serves. */
function productCases(product: string): Readonly<Record<string, AdminCase>> {
  const installation = (method: string, path: string, may: string): [string, AdminCase] => [
    `${method} /${product}/${path}`,
    { may, send: () => ({ path: `/${product}/${path}` }) },
  ];
  return {
    [`GET /${product}/people`]: people(product),
    [`GET /${product}/sign-in-check`]: {
      may: /*                         */ 'yes      yes           yes      yes            hidden',
      send: (at) => ({ path: `/${product}/sign-in-check?tenant=${at.slug}&user=${at.userName}` }),
      probes: {
        'its user': [200, (it, at) => ({ path: `/${product}/sign-in-check?tenant=${at.slug}&user=${it.userName}` })],
        'no tenant': [403, (it) => ({ path: `/${product}/sign-in-check?user=${it.userName}` })],
      },
    },
    ...Object.fromEntries([
      installation('GET', 'health', 'yes      no            yes      no             no'),
      installation('POST', 'rebuild', 'yes      no            no       no             no'),
      installation('POST', 'dead-letters/replay', 'yes      no            no       no             no'),
    ]),
    [`GET /${product}/people/:id`]: {
      may: /*                         */ 'yes      yes           yes      yes            hidden',
      send: (at) => ({ path: `/${product}/people/${at.userId}?tenant=${at.slug}` }),
      probes: {
        'its user': [404, (it, at) => ({ path: `/${product}/people/${it.userId}?tenant=${at.slug}` })],
        'its user, without a tenant': [403, (it) => ({ path: `/${product}/people/${it.userId}` })],
      },
    },
  };
}

function ofTenant(path: string, query: string): AdminCase {
  return {
    may: /*                         */ 'yes      yes           yes      yes            hidden',
    send: (at) => ({ path: `${path}?tenant=${at.slug}&${query}` }),
    probes: { 'no tenant': [403, () => ({ path: `${path}?${query}` })] },
  };
}

/** A product's list. Without a tenant it is everybody's, which admins of some tenants may not have. */
function people(product: string): AdminCase {
  const cursor = (it: Place): string => Buffer.from(`${it.slug}/${it.userId}`).toString('base64url');
  const path = `/${product}/people`;
  return {
    may: /*                         */ 'yes      yes           yes      yes            hidden',
    send: (at) => ({ path: `${path}?tenant=${at.slug}` }),
    probes: {
      'no tenant': [403, () => ({ path })],
      'its slug, given twice': [404, (it, at) => ({ path: `${path}?tenant=${at.slug}&tenant=${it.slug}` })],
      'its cursor': [200, (it, at) => ({ path: `${path}?tenant=${at.slug}&cursor=${cursor(it)}` })],
    },
  };
}
