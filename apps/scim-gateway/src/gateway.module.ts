import type { RollcallConfig } from '#config';
import { type DirectoryService, type Engines, EnginesModule } from '#engines';
import { HandlersModule } from '#handlers';
import { ScimHttpModule } from '#scim-http';
import { HealthController, type Logger, type ReadinessCheck } from '#telemetry';
import type { DynamicModule, Type } from '@nestjs/common';

/** Root module of one app. */
class AppModule {}

/** SCIM in front of the engines, with whatever else the app serves beside it. */
export function gatewayModule(parts: {
  config: RollcallConfig;
  engines: Pick<Engines, 'store' | 'readModels'>;
  directory: DirectoryService;
  logger: Logger;
  readiness?: readonly ReadinessCheck[];
  beside?: readonly (DynamicModule | Type)[];
}): DynamicModule {
  const { config, beside = [] } = parts;
  return {
    module: AppModule,
    controllers: [HealthController],
    imports: [
      EnginesModule.forRoot(parts),
      HandlersModule.forRoot({ writeWaitMs: config.WRITE_WAIT_MS, listWaitMs: config.LIST_WAIT_MS }),
      ScimHttpModule.forRoot({ page: { defaultSize: config.DEFAULT_PAGE_SIZE, maxSize: config.MAX_PAGE_SIZE } }),
      ...beside,
    ],
  };
}
