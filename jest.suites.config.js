import process from 'node:process';
import each from './jest.config.js';

process.env.CRASH_ROUNDS ??= '4';

/**
 * All specs but the slow ones, many in one module graph: what `npm test` runs. `jest.config.js` runs them file by file.
 * @type {import('jest').Config}
 */
export default {
  ...each,
  testMatch: ['<rootDir>/test/suites/*.suite.ts'],
  testSequencer: '<rootDir>/test/suites/longest-first.js',
};
