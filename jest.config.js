/**
 * Specs run as ES modules through @swc/jest; `.int-spec.ts` needs an engine and skips itself, saying why, without one.
 * @type {import('jest').Config}
 */
export default {
  rootDir: '.',
  testEnvironment: 'node',
  testMatch: ['**/*.spec.ts', '**/*.e2e-spec.ts', '**/*.int-spec.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  extensionsToTreatAsEsm: ['.ts'],
  setupFiles: ['<rootDir>/test/setup.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          keepClassNames: true,
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  moduleNameMapper: {
    '^#(event-store|read-models|message-bus)/(lmdb|eventstoredb|mongodb|kafka)$': '<rootDir>/libs/$1/src/$2/index.ts',
    '^#(event-store|read-models|message-bus)/contract$': '<rootDir>/libs/$1/src/$1.contract.ts',
    '^#([a-z-]+)$': '<rootDir>/libs/$1/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  // Specs wait for disks and sockets more than they compute: one worker per core, not one less.
  maxWorkers: '100%',
  // A bound for what hangs, and none on speed: a machine may be ten times slower than ours, or stand still for seconds.
  testTimeout: 300_000,
};
