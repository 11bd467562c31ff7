import fc from 'fast-check';
import { startGateway, type TestGateway } from '../support/start-gateway.js';
import { FuzzRun } from './fuzz-run.js';
import { fuzzRequest } from './requests.arbitrary.js';

/** How many, where nobody says: enough to meet every kind of request in a few seconds. `npm run fuzz` sends 100,000. */
const { FUZZ_REQUESTS, FUZZ_SEED } = process.env;
const REQUESTS = Number(FUZZ_REQUESTS ?? 1_500);
/** Finds a failure again. Where nobody says how many or which, the same each time; else, others each time. */
const SEED = Number(FUZZ_SEED ?? (FUZZ_REQUESTS === undefined ? 1 : Math.floor(Math.random() * 2 ** 31)));

const REQUESTS_PER_RUN = 25;
const RUNS_PER_STEP = 100;
const LIMIT_MS = 300_000 + REQUESTS * 100;

describe('any requests whatever', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  it(
    'are answered without a 5xx, errors in the form of RFC 7644 §3.12, and leave nothing behind when refused',
    async () => {
      const sequences = fc.array(fuzzRequest, { minLength: REQUESTS_PER_RUN, maxLength: REQUESTS_PER_RUN });
      const property = fc.asyncProperty(sequences, (requests) => FuzzRun.play(gateway, requests));
      let seed = SEED;
      for (let left = Math.ceil(REQUESTS / REQUESTS_PER_RUN); left > 0; left -= RUNS_PER_STEP) {
        // Each step has a seed of its own, so that a failure late in a long run is found again in seconds.
        await fc.assert(property, { seed: seed++, numRuns: Math.min(left, RUNS_PER_STEP) });
      }
    },
    LIMIT_MS,
  );
});
