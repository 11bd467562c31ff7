import 'reflect-metadata';
import { busCheck, eventStoreCheck, installedProducts, openEngines, readModelsCheck } from '#engines';
import { StandbyRelay } from '#relay';
import { Aggregates, systemIdentitySource } from '#handlers';
import { decideTenant, tenantStream } from '#domain';
import { serveHealth } from '../../scim-gateway/src/health-app.js';
import { startTelemetry } from '../../scim-gateway/src/telemetry/app-telemetry.js';
import { tellOfRelay } from '../../scim-gateway/src/telemetry/metric-sources.js';
import { run } from '../../scim-gateway/src/run.js';

/** The relay on its own: carries the log to the topics. Of several that share their read models one does, and the others stand by. */
await run(async (config, logger) => {
  const products = await installedProducts(config);
  const telemetry = await startTelemetry(config, 'relay', logger);
  const engines = await openEngines(config, { ...telemetry, log: logger });
  const { store, readModels, bus, leases, mayBeAway: isPatient } = engines;
  const relay = new StandbyRelay({ store, readModels, bus, products, log: logger, leases, isPatient });
  await relay.start();
  tellOfRelay(telemetry.metrics, relay, store);
  const { tenants } = new Aggregates(store, readModels, systemIdentitySource);
  relay.recordHoldsWith(async (tenant, facts) => {
    const context = { tenant, actor: 'guard', correlationId: facts.holdId };
    const command = { type: 'HoldDeprovisioning', ...facts } as const;
    await tenants.execute(tenantStream(tenant), context, ({ state }) => decideTenant(state, command));
  });
  const checks = [eventStoreCheck(store), readModelsCheck(readModels), busCheck(bus)];
  const { app, url } = await serveHealth(config, logger, telemetry, checks);
  logger.info({ url }, 'Relay is running');
  return {
    stop: async () => {
      await Promise.all([app.close(), relay.stop()]);
      await engines[Symbol.asyncDispose]();
      await telemetry.stop();
    },
  };
});
