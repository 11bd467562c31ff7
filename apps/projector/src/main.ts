import 'reflect-metadata';
import { DeprovisioningFollower } from '#deprovisioning';
import { DirectoryService, installedProducts, openEngines } from '#engines';
import { run } from '../../scim-gateway/src/run.js';

/** The projections on their own, and the proof of deprovisioning: keeps the read models up with log and topics. */
await run(async (config, logger) => {
  const engines = await openEngines(config);
  const directory = new DirectoryService(engines, logger, config);
  await directory.start();
  const products = await installedProducts(config);
  const deprovisioning = new DeprovisioningFollower({ ...engines, products, log: logger });
  await deprovisioning.start();
  logger.info('Projector is running');
  return {
    stop: async () => {
      await deprovisioning.stop();
      await directory.stop();
      await engines[Symbol.asyncDispose]();
    },
  };
});
