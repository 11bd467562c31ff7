import { HABITS, loadIdpFixtures, playScenario, type Scenario } from '../support/idp-scenario.js';
import { startGateway, type TestGateway } from '../support/start-gateway.js';

/** Requests as identity providers send them, from test/fixtures/idp. */
describe('what identity providers send', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  for (const { idp, headers, files, notSent } of loadIdpFixtures()) {
    describe(idp, () => {
      if (notSent) {
        it('does or says not to do each of the habits of a provider, and tells who says so', () => {
          const scenarios = files.flatMap(({ scenarios, source }) => scenarios.map((one) => ({ source, ...one })));
          const played = scenarios.flatMap(({ covers = [] }) => covers);
          const denied = notSent.map(({ habit }) => habit);
          expect([...new Set([...played, ...denied])].sort()).toEqual([...HABITS].sort());
          expect(denied.filter((habit) => played.includes(habit))).toEqual([]);
          for (const { source } of [...scenarios, ...notSent]) expect(source).toMatch(/\[[DTCIU]\]/);
        });
      }

      for (const { name, proves, given, scenarios } of files) {
        describe(`${name}: ${proves}`, () => {
          it.each(scenarios.map((scenario) => [titleOf(scenario), scenario] as const))(
            '%s',
            async (_title, scenario) => {
              const tenant = await gateway.newTenant({ idp });
              await playScenario(tenant, headers, scenario.given ?? given ?? {}, scenario);
            },
          );
        });
      }
    });
  }
});

function titleOf({ title, unverified }: Scenario): string {
  return unverified ? `${title} [unverified]` : title;
}
