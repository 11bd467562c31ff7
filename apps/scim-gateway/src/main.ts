import 'reflect-metadata';
import { openEngines } from '#engines';
import { DEMO_TENANT, firstStartNotice, prepareFirstStart } from './first-start.js';
import { startGateway } from './gateway-app.js';
import { listen } from './listen.js';
import { startTelemetry } from './telemetry/app-telemetry.js';
import { run } from './run.js';

/** The SCIM gateway with its projections, and nothing behind them. */
await run(async (config, logger) => {
  const telemetry = await startTelemetry(config, 'scim-gateway', logger);
  const engines = await openEngines(config, { ...telemetry, log: logger });
  const gateway = await startGateway({ config, engines, logger, telemetry });
  const firstStart = await prepareFirstStart({ app: gateway.app, engines, config, logger });
  const url = await listen(gateway.app, config, logger);
  const endFirstStart = firstStart((token) =>
    process.stdout.write(`${firstStartNotice(`${url}/scim/v2/${DEMO_TENANT}`, token)}\n`),
  );
  logger.info({ url }, 'Gateway is ready');
  return {
    stop: async () => {
      endFirstStart();
      await gateway.stop();
      await engines[Symbol.asyncDispose]();
      await telemetry.stop();
    },
  };
});
