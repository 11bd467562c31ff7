import type { AdminCase } from './admin-cases.js';
import type { Place } from './place.js';

/** Everything about products of a tenant is the tenant's own. */
const READ = /*                     */ 'yes      yes           yes      yes            hidden';
const CHANGE = /*                   */ 'yes      yes           no       no             hidden';

const products = ({ slug }: Place): string => `/admin/v1/tenants/${slug}/products`;
const wellness = (at: Place): string => `${products(at)}/wellness`;
const define = (at: Place): string => `${products(at)}/define`;

const overrides = [{ key: 'job_code', path: 'grade' }];
const rules = (at: Place) => [{ group: { id: at.groupId }, role: 'Admin' }];

/** One row per route under a tenant's products. */
export const PRODUCT_CASES: Readonly<Record<string, AdminCase>> = {
  'GET /admin/v1/tenants/:slug/products': { may: READ, send: (at) => ({ path: products(at) }) },
  'GET /admin/v1/tenants/:slug/products/:product': { may: READ, send: (at) => ({ path: wellness(at) }) },
  'POST /admin/v1/tenants/:slug/products/:product/enable': {
    may: CHANGE,
    send: (at) => ({ path: `${define(at)}/enable` }),
  },
  'POST /admin/v1/tenants/:slug/products/:product/disable': {
    may: CHANGE,
    send: (at) => ({ path: `${wellness(at)}/disable` }),
  },
  'GET /admin/v1/tenants/:slug/products/:product/people': {
    may: READ,
    send: (at) => ({ path: `${wellness(at)}/people` }),
    probes: {
      'its user as cursor': [200, (it, at) => ({ path: `${wellness(at)}/people?cursor=${it.userId}` })],
    },
  },
  'GET /admin/v1/tenants/:slug/products/:product/people/:userId': {
    may: READ,
    send: (at) => ({ path: `${wellness(at)}/people/${at.userId}` }),
    probes: {
      'its user': [404, (it, at) => ({ path: `${wellness(at)}/people/${it.userId}` })],
      'its user, by a path': [404, (it, at) => ({ path: `${wellness(at)}/people/..%2F${it.slug}%2F${it.userId}` })],
    },
  },
  'GET /admin/v1/tenants/:slug/products/:product/mapping': {
    may: READ,
    send: (at) => ({ path: `${wellness(at)}/mapping` }),
  },
  'PUT /admin/v1/tenants/:slug/products/:product/mapping': {
    may: CHANGE,
    send: (at) => ({ path: `${wellness(at)}/mapping`, body: { overrides } }),
  },
  'POST /admin/v1/tenants/:slug/products/:product/mapping/preview': {
    may: READ,
    send: (at) => ({ path: `${wellness(at)}/mapping/preview`, body: { overrides } }),
    probes: {
      'an attribute that only its people carry': [
        200,
        (it, at) => ({
          path: `${products(at)}/identity-platform/mapping/preview`,
          body: { overrides: [{ key: 'grade', path: `${it.schema}:grade` }] },
        }),
      ],
    },
  },
  'GET /admin/v1/tenants/:slug/products/:product/mapping/versions': {
    may: READ,
    send: (at) => ({ path: `${wellness(at)}/mapping/versions` }),
  },
  'POST /admin/v1/tenants/:slug/products/:product/mapping/versions/:version/restore': {
    may: CHANGE,
    send: (at) => ({ path: `${wellness(at)}/mapping/versions/0/restore`, body: {} }),
  },
  'GET /admin/v1/tenants/:slug/products/:product/roles': {
    may: READ,
    send: (at) => ({ path: `${define(at)}/roles` }),
  },
  'PUT /admin/v1/tenants/:slug/products/:product/roles': {
    may: CHANGE,
    send: (at) => ({ path: `${define(at)}/roles`, body: { rules: rules(at) } }),
  },
  'GET /admin/v1/tenants/:slug/products/:product/roles/versions': {
    may: READ,
    send: (at) => ({ path: `${define(at)}/roles/versions` }),
  },
  'POST /admin/v1/tenants/:slug/products/:product/roles/versions/:version/restore': {
    may: CHANGE,
    send: (at) => ({ path: `${define(at)}/roles/versions/0/restore`, body: {} }),
  },
  'GET /admin/v1/tenants/:slug/attributes': {
    may: READ,
    send: (at) => ({ path: `/admin/v1/tenants/${at.slug}/attributes` }),
  },
  'GET /admin/v1/tenants/:slug/unmapped-attributes': {
    may: READ,
    send: (at) => ({ path: `/admin/v1/tenants/${at.slug}/unmapped-attributes` }),
  },
};
