import 'reflect-metadata';
import { installedProducts, openEngines } from '#engines';
import { Relay } from '#relay';
import { run } from '../../scim-gateway/src/run.js';

/** The relay on its own: carries the log to the topics. */
await run(async (config, logger) => {
  const engines = await openEngines(config);
  const { store, readModels, bus } = engines;
  const relay = new Relay({ store, readModels, bus, products: await installedProducts(config), log: logger });
  await relay.start();
  logger.info('Relay is running');
  return {
    stop: async () => {
      await relay.stop();
      await engines[Symbol.asyncDispose]();
    },
  };
});
