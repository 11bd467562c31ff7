import 'reflect-metadata';
import { installedProducts, openEngines } from '#engines';
import { Relay } from '#relay';
import { Aggregates, systemIdentitySource } from '#handlers';
import { decideTenant, tenantStream } from '#domain';
import { run } from '../../scim-gateway/src/run.js';

/** The relay on its own: carries the log to the topics. */
await run(async (config, logger) => {
  const engines = await openEngines(config);
  const { store, readModels, bus } = engines;
  const relay = new Relay({ store, readModels, bus, products: await installedProducts(config), log: logger });
  await relay.start();
  const { tenants } = new Aggregates(store, readModels, systemIdentitySource);
  relay.recordHoldsWith(async (tenant, facts) => {
    const context = { tenant, actor: 'guard', correlationId: facts.holdId };
    const command = { type: 'HoldDeprovisioning', ...facts } as const;
    await tenants.execute(tenantStream(tenant), context, ({ state }) => decideTenant(state, command));
  });
  logger.info('Relay is running');
  return {
    stop: async () => {
      await relay.stop();
      await engines[Symbol.asyncDispose]();
    },
  };
});
