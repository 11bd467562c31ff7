import 'reflect-metadata';
import { DeprovisioningFollower } from '#deprovisioning';
import {
  busCheck,
  eventStoreCheck,
  installedProducts,
  openEngines,
  Projector,
  readModelsCheck,
  runUntil,
  shareWork,
} from '#engines';
import { acksTopic, wellness } from '#products';
import { serveHealth } from '../../scim-gateway/src/health-app.js';
import { startTelemetry } from '../../scim-gateway/src/telemetry/app-telemetry.js';
import {
  tellOfLateLeavers,
  tellOfProjections,
  timesDeprovisioning,
} from '../../scim-gateway/src/telemetry/metric-sources.js';
import { run } from '../../scim-gateway/src/run.js';

/**
 * The projections on their own, and the proof of deprovisioning: keeps the read models up with log and topics. Of several
 * that share their read models one does, and the others stand by.
 */
await run(async (config, logger) => {
  const products = await installedProducts(config);
  const telemetry = await startTelemetry(config, 'projector', logger);
  const engines = await openEngines(config, { ...telemetry, log: logger });
  const { store, readModels, bus, leases } = engines;
  const projector = new Projector(engines, logger);
  projector.start();
  tellOfProjections(telemetry.metrics, projector, store);
  const onAcknowledged = timesDeprovisioning(telemetry.metrics, products);
  const lateMs = config.DEPROVISIONING_LATE_SECONDS * 1000;
  let follower: DeprovisioningFollower | undefined;
  tellOfLateLeavers(telemetry.metrics, readModels, products, lateMs, () => follower?.isFollowing === true);
  const deprovisioning = shareWork({
    name: 'deprovisioning',
    leases,
    log: logger,
    work: (signal) => {
      follower = new DeprovisioningFollower({ store, readModels, bus, products, log: logger, onAcknowledged });
      return runUntil(signal, follower);
    },
  });
  const checks = [eventStoreCheck(store), readModelsCheck(readModels), busCheck(bus, acksTopic(wellness.id), true)];
  const { app, url } = await serveHealth(config, logger, telemetry, checks);
  logger.info({ url }, 'Projector is running');
  return {
    stop: async () => {
      await Promise.all([app.close(), deprovisioning.stop(), projector.stop()]);
      await engines[Symbol.asyncDispose]();
      await telemetry.stop();
    },
  };
});
