import fc from 'fast-check';
import { startGateway, type TestGateway } from '../support/start-gateway.js';
import { FuzzRun } from './fuzz-run.js';
import { fuzzRequest } from './requests.arbitrary.js';

/** How many, where nobody says: enough to meet every kind of request in a few seconds. `npm run fuzz` sends 100,000. */
const REQUESTS = Number(process.env['FUZZ_REQUESTS'] ?? 1_500);
/** Finds a failure again; other requests each time where it is not given. */
const SEED = process.env['FUZZ_SEED'];

const REQUESTS_PER_RUN = 25;
const RUNS_PER_STEP = 100;
const LIMIT_MS = 60_000 + REQUESTS * 50;

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
      let seed = SEED === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(SEED);
      for (let left = Math.ceil(REQUESTS / REQUESTS_PER_RUN); left > 0; left -= RUNS_PER_STEP) {
        // Each step has a seed of its own, so that a failure late in a long run is found again in seconds.
        await fc.assert(property, { seed: seed++, numRuns: Math.min(left, RUNS_PER_STEP) });
      }
    },
    LIMIT_MS,
  );
});
