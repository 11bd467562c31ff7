import { loadIdpFixtures, playScenario } from '../support/idp-scenario.js';
import { startGateway, type TestGateway } from '../support/start-gateway.js';

/** Requests as identity providers send them, from test/fixtures/idp. */
describe('what identity providers send', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  for (const { idp, headers, files } of loadIdpFixtures()) {
    describe(idp, () => {
      for (const { name, proves, given, scenarios } of files) {
        describe(`${name}: ${proves}`, () => {
          it.each(scenarios.map((scenario) => [scenario.title, scenario] as const))('%s', async (_title, scenario) => {
            const tenant = await gateway.newTenant({ idp });
            await playScenario(tenant, headers, scenario.given ?? given ?? {}, scenario);
          });
        });
      }
    });
  }
});
