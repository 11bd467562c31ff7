import 'reflect-metadata';
import { installedProducts, openEngines } from '#engines';
import { StandbyRelay } from '#relay';
import { Aggregates, systemIdentitySource } from '#handlers';
import { decideTenant, tenantStream } from '#domain';
import { run } from '../../scim-gateway/src/run.js';

/** The relay on its own: carries the log to the topics. Of several that share their read models one does, and the others stand by. */
await run(async (config, logger) => {
  const engines = await openEngines(config);
  const { store, readModels, bus, leases } = engines;
  const products = await installedProducts(config);
  const relay = new StandbyRelay({ store, readModels, bus, products, log: logger, leases });
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
