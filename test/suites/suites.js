/**
 * What `npm test` runs, in this order: longest first, so that no core is left with a long one at the end. Each names the
 * folders or beginnings of files whose specs share one module graph: loading Nest once per spec file took a third of
 * the time.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const SUITES = {
  crash: ['test/crash/standalone', 'test/crash/event-store'],
  'read-models': ['libs/read-models/'],
  isolation: ['test/e2e/isolation', 'test/e2e/log-masking'],
  oauth: ['test/e2e/oauth', 'libs/oauth/'],
  'event-store': ['libs/event-store/', 'libs/message-bus/', 'libs/subscriptions/', 'libs/handlers/'],
  processes: [
    'test/e2e/tls',
    'test/e2e/revocation',
    'test/e2e/restart',
    'test/e2e/data-files',
    'test/e2e/command-line',
  ],
  products: [
    'test/e2e/added-product',
    'test/e2e/admin-products',
    'test/e2e/contracts',
    'test/e2e/deprovisionings',
    'test/e2e/guard',
    'test/e2e/product-keys',
    'test/e2e/sample-products',
  ],
  relay: ['libs/relay/', 'libs/consumer/', 'libs/deprovisioning/'],
  protocol: ['test/e2e/protocol', 'test/e2e/patch-rules', 'test/e2e/resource-rules', 'test/e2e/tenant-schemas'],
  directory: [
    'test/e2e/attributes',
    'test/e2e/bulk',
    'test/e2e/concurrency',
    'test/e2e/group-patch-answer',
    'test/e2e/idp',
    'test/e2e/lagging-read-models',
    'test/e2e/regressions',
    'test/e2e/user-names',
  ],
  access: [
    'test/e2e/admin.',
    'test/e2e/admin-roles',
    'test/e2e/admin-routes',
    'test/e2e/admin-tenants',
    'test/e2e/limits',
    'test/e2e/refusals',
    'test/e2e/request-log',
    'test/e2e/tokens',
  ],
  hostile: ['test/e2e/hostile', 'test/e2e/security-headers'],
  'scim-http': ['libs/scim-http/', 'libs/access/', 'libs/admin-http/'],
  scim: ['libs/scim/', 'libs/idp/'],
  pure: ['libs/domain/', 'libs/products/', 'libs/projections/', 'libs/contracts/'],
};

/** The suite of every spec that no other has. */
export const REST = 'rest';

/** Run by `npm run test:slow`: minutes of killed processes, random requests and a browser. */
export const SLOW = ['test/crash/', 'test/fuzz/', 'test/browser/', 'test/e2e/log-transfer'];
