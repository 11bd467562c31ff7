import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/**
 * Imports point one way: apps → edges and loops → ports → pure libs. A driver appears in adapter folders only, and
 * `process` in `config` and in the apps' main files only.
 */
const drivers = ['lmdb', 'mongodb', 'kafkajs', '@eventstore/db-client', 'mingo'];
const adapters = ['#event-store/*', '#read-models/*', '#message-bus/*'];
const edges = [
  '#scim-http',
  '#admin-http',
  '#oauth',
  '#handlers',
  '#access',
  '#subscriptions',
  '#leases',
  '#consumer',
  '#deprovisioning',
  '#engines',
  '#relay',
];
const ports = ['#event-store', '#read-models', '#message-bus'];

/** Nobody but libs/idp asks who is speaking. */
const providers = '/^(okta|entra-id|cyberark|jumpcloud|ping|google|onelogin|auth0|generic)$/';

const forbid = (files, groups, extra = {}) => ({
  files,
  ignores: ['**/*.spec.ts', '**/*.int-spec.ts', '**/*.contract.ts'],
  rules: {
    'no-restricted-imports': ['error', { patterns: groups.map(({ group, message }) => ({ group, message })) }],
    ...extra,
  },
});
const noDrivers = { group: drivers, message: 'A driver belongs in an adapter folder.' };
const noAdapters = { group: adapters, message: 'Adapters are chosen in libs/engines.' };
const noApps = { group: ['**/apps/**'], message: 'libs never import apps.' };
const noNest = { group: ['@nestjs/*'], message: 'A pure lib knows no framework.' };
const pureGlobals = {
  'no-restricted-globals': ['error', 'process', 'setTimeout', 'setInterval', 'fetch'],
  'no-restricted-properties': [
    'error',
    { object: 'Date', property: 'now', message: 'Time arrives as an argument.' },
    { object: 'Math', property: 'random', message: 'Chance arrives as an argument.' },
  ],
};

export default tseslint.config(
  { ignores: ['dist/**', 'bench-profile/**', 'node_modules/**', 'data/**', 'coverage/**'] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.js', 'test/suites/*.js', 'test/engines/*.js'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/only-throw-error': 'error',
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  forbid(
    ['libs/scim/**/*.ts'],
    [
      noDrivers,
      noAdapters,
      noApps,
      noNest,
      {
        group: [...edges, ...ports, '#domain', '#projections', '#products', '#idp', '#config', '#telemetry'],
        message: 'scim is the bottom of the chain.',
      },
    ],
    pureGlobals,
  ),
  forbid(
    ['libs/domain/**/*.ts'],
    [
      noDrivers,
      noAdapters,
      noApps,
      noNest,
      {
        group: [...edges, ...ports, '#projections', '#products', '#idp', '#config', '#telemetry'],
        message: 'domain uses scim alone.',
      },
    ],
    pureGlobals,
  ),
  forbid(
    ['libs/idp/**/*.ts', 'libs/products/**/*.ts', 'libs/projections/**/*.ts', 'libs/contracts/**/*.ts'],
    [
      noDrivers,
      noAdapters,
      noApps,
      noNest,
      {
        group: [...edges, '#event-store', '#message-bus', '#config', '#telemetry'],
        message: 'Pure libs use domain and scim.',
      },
    ],
    pureGlobals,
  ),
  forbid(
    ['libs/request-log/src/causes/*.ts', 'libs/request-log/src/mask.ts'],
    [noDrivers, noAdapters, noApps, noNest],
    pureGlobals,
  ),
  forbid(
    ['libs/event-store/src/*.ts', 'libs/read-models/src/*.ts', 'libs/message-bus/src/*.ts'],
    [noDrivers, noAdapters, noApps, { group: edges, message: 'A port knows nothing above it.' }],
  ),
  forbid(
    [
      'libs/handlers/**/*.ts',
      'libs/access/**/*.ts',
      'libs/subscriptions/**/*.ts',
      'libs/leases/**/*.ts',
      'libs/consumer/**/*.ts',
      'libs/relay/**/*.ts',
      'libs/deprovisioning/**/*.ts',
      'libs/request-log/src/request-log*.ts',
      'libs/scim-http/**/*.ts',
      'libs/admin-http/**/*.ts',
      'libs/oauth/**/*.ts',
      'libs/telemetry/**/*.ts',
    ],
    [noDrivers, noAdapters, noApps],
    { 'no-restricted-globals': ['error', 'process'] },
  ),
  forbid(['apps/**/*.ts'], [noDrivers, noAdapters]),
  {
    files: ['**/*.spec.ts', '**/*.int-spec.ts', '**/*.e2e-spec.ts', '**/*.contract.ts', 'test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['libs/**/*.ts', 'apps/**/*.ts'],
    ignores: ['libs/idp/**', '**/*.spec.ts', '**/*.contract.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...[
          `BinaryExpression[operator=/^[!=]==?$/] > Literal[value=${providers}]`,
          `SwitchCase > Literal[value=${providers}]`,
        ].map((selector) => ({
          selector,
          message: 'What a provider does is data: a tolerance or a field of its preset.',
        })),
      ],
    },
  },
  { files: ['test/**/*.ts', 'apps/*/src/main.ts'], rules: { 'no-console': 'off' } },
  { files: ['*.js', 'test/suites/*.js', 'test/engines/*.js'], ...tseslint.configs.disableTypeChecked },
  {
    // What containers run is plain JavaScript beside the sources.
    ...tseslint.configs.disableTypeChecked,
    files: ['deploy/**/*.{js,mjs}'],
    languageOptions: {
      ...tseslint.configs.disableTypeChecked.languageOptions,
      globals: Object.fromEntries(
        ['process', 'URL', 'queueMicrotask', 'rs', 'db', 'quit'].map((name) => [name, 'readonly']),
      ),
    },
  },
  prettier,
);
