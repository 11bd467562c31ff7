import Sequencer from '@jest/test-sequencer';
import { REST, SUITES } from './suites.js';

const order = [...Object.keys(SUITES), REST];
const place = ({ path }) => order.findIndex((name) => path.endsWith(`/${name}.suite.ts`));

/** Suites in the order of their list. */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    return tests.toSorted((a, b) => place(a) - place(b));
  }
}
