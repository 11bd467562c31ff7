import 'reflect-metadata';
import { AdminHttpModule, publishOpenApi } from '#admin-http';
import { adminKey, DirectoryService, installedProducts, oauthKey, openEngines } from '#engines';
import { Aggregates } from '#handlers';
import { createHttpApp, OTHER_ERRORS } from '#scim-http';
import type { ExceptionFilter } from '@nestjs/common';
import { adminLimits } from '../../scim-gateway/src/admin-limits.js';
import { oauthRoutes, pageSizes, serviceModule } from '../../scim-gateway/src/gateway.module.js';
import { listen, transport } from '../../scim-gateway/src/listen.js';
import { startTelemetry } from '../../scim-gateway/src/telemetry/app-telemetry.js';
import { tellOfAggregates, tellOfDirectory, tellOfTokens } from '../../scim-gateway/src/telemetry/metric-sources.js';
import { run } from '../../scim-gateway/src/run.js';

/** The admin API on its own, with the endpoints of OAuth that it tells admins of. */
await run(async (config, logger) => {
  const telemetry = await startTelemetry(config, 'admin', logger);
  const engines = await openEngines(config, { ...telemetry, log: logger });
  const { key } = await adminKey(config);
  const directory = new DirectoryService(engines, logger, config);
  await directory.start();
  const routes = [
    oauthRoutes(config, (await oauthKey(config)).key),
    AdminHttpModule.forRoot({
      adminKey: key,
      page: pageSizes(config),
      limits: adminLimits(config),
      addresses: { publicUrl: config.PUBLIC_URL, baseDomain: config.BASE_DOMAIN },
      products: await installedProducts(config),
      deprovisioningLateMs: config.DEPROVISIONING_LATE_SECONDS * 1000,
    }),
  ];
  const app = await createHttpApp(serviceModule({ config, engines, directory, logger, routes }), {
    logger,
    maxBodyBytes: config.MAX_BODY_BYTES,
    baseDomain: config.BASE_DOMAIN,
    metrics: telemetry.route,
    ...transport(config),
  });
  tellOfDirectory(telemetry.metrics, directory, engines.store);
  tellOfAggregates(telemetry.metrics, app.get(Aggregates));
  tellOfTokens(telemetry.metrics, engines.readModels);
  publishOpenApi(app);
  app.useGlobalFilters(app.get<ExceptionFilter>(OTHER_ERRORS));
  const url = await listen(app, config, logger);
  if (config.PUBLIC_URL === undefined) {
    logger.warn(
      'PUBLIC_URL is not set: base URLs for identity providers are told of the address at which the admin API is asked, and this process serves no SCIM. They work only where a proxy leads both from one address.',
    );
  }
  logger.info({ url }, 'Admin API is ready');
  return {
    stop: async () => {
      await app.close();
      await directory.stop();
      await engines[Symbol.asyncDispose]();
      await telemetry.stop();
    },
  };
});
