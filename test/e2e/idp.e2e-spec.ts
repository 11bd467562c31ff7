import { findPreset, IDP_NAMES } from '#idp';
import { faultsOf } from '../support/idp-completeness.js';
import { loadIdpFixtures, playScenario, type Scenario } from '../support/idp-scenario.js';
import { startGateway, type TestGateway } from '../support/start-gateway.js';

/** Requests as identity providers send them, from test/fixtures/idp. */
describe('what identity providers send', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  it('are told of every provider that has a preset', () => {
    expect(
      loadIdpFixtures()
        .map(({ idp }) => idp)
        .sort(),
    ).toEqual([...IDP_NAMES]);
  });

  for (const fixtures of loadIdpFixtures()) {
    const { idp, headers, files } = fixtures;
    describe(idp, () => {
      it('does or says not to do each of the habits of a provider, and tells who says so', () => {
        expect(faultsOf(fixtures)).toEqual([]);
      });

      it('pushes groups where its preset says so, and nowhere else', () => {
        const groups = findPreset(idp)?.capabilities.groups ?? [];
        const denied = fixtures.notSent.some(({ habit }) => habit === 'group-create');
        expect(groups.length > 0).toBe(!denied);
      });

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
