import 'reflect-metadata';
import { openEngines } from '#engines';
import { DEMO_TENANT, firstStartNotice, makeDemoTenant } from './first-start.js';
import { startGateway } from './gateway-app.js';
import { listen } from './listen.js';
import { startTelemetry } from './telemetry/app-telemetry.js';
import { run } from './run.js';

/** The SCIM gateway with its projections, and nothing behind them. */
await run(async (config, logger) => {
  const telemetry = await startTelemetry(config, 'scim-gateway', logger);
  const engines = await openEngines(config, telemetry);
  const gateway = await startGateway({ config, engines, logger, telemetry });
  const token = config.DEMO_TENANT === 'true' ? await makeDemoTenant(gateway.app, engines.store) : undefined;
  const url = await listen(gateway.app, config, logger);
  if (token !== undefined) process.stdout.write(`${firstStartNotice(`${url}/scim/v2/${DEMO_TENANT}`, token)}\n`);
  logger.info({ url }, 'Gateway is ready');
  return {
    stop: async () => {
      await gateway.stop();
      await engines[Symbol.asyncDispose]();
      await telemetry.stop();
    },
  };
});
