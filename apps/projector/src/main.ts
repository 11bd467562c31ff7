import 'reflect-metadata';
import { DirectoryService, openEngines } from '#engines';
import { run } from '../../scim-gateway/src/run.js';

/** The projections on their own: follows the log and keeps the read models up with it. */
await run(async (config, logger) => {
  const engines = await openEngines(config);
  const directory = new DirectoryService(engines, logger);
  await directory.start();
  logger.info('Projector is running');
  return {
    stop: async () => {
      await directory.stop();
      await engines[Symbol.asyncDispose]();
    },
  };
});
