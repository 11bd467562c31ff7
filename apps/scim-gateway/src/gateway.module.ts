import type { RequestLimits } from '#access';
import type { RollcallConfig } from '#config';
import { type DirectoryService, type Engines, EnginesModule } from '#engines';
import { HandlersModule } from '#handlers';
import { OAuthModule } from '#oauth';
import type { ProductProfile } from '#products';
import { type PageSizes, ScimHttpModule } from '#scim-http';
import { HealthController, type Logger, type ReadinessCheck } from '#telemetry';
import type { DynamicModule, Type } from '@nestjs/common';

/** Root module of one app. */
class AppModule {}

/** The command handlers and health probes on open engines, with whatever routes the app serves. */
export function serviceModule(parts: {
  config: RollcallConfig;
  engines: Pick<Engines, 'store' | 'readModels'>;
  directory: DirectoryService;
  logger: Logger;
  readiness?: readonly ReadinessCheck[];
  routes: readonly (DynamicModule | Type)[];
}): DynamicModule {
  const { config, directory, routes } = parts;
  return {
    module: AppModule,
    controllers: [HealthController],
    imports: [
      EnginesModule.forRoot(parts),
      HandlersModule.forRoot({
        writeWaitMs: config.WRITE_WAIT_MS,
        listWaitMs: config.LIST_WAIT_MS,
        writtenBefore: directory.writtenBefore,
        sharedReadModels: directory.sharesReadModels,
      }),
      ...routes,
    ],
  };
}

/** What lists are paged by where a tenant does not choose. */
export const pageSizes = ({ DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE }: RollcallConfig): PageSizes => ({
  defaultSize: DEFAULT_PAGE_SIZE,
  maxSize: MAX_PAGE_SIZE,
});

/** OAuth 2 as the configuration wants it. @param key what its pages are signed with */
export const oauthRoutes = (config: RollcallConfig, key: string): DynamicModule =>
  OAuthModule.forRoot({ key, trustedProxies: config.TRUSTED_PROXIES });

/** SCIM routes as the configuration wants them. @param cursorSecret what cursors are sealed with */
export const scimRoutes = (
  config: RollcallConfig,
  cursorSecret: string,
  products: readonly ProductProfile[],
  requests: RequestLimits,
): DynamicModule =>
  ScimHttpModule.forRoot({
    page: pageSizes(config),
    bulk: { maxOperations: config.BULK_MAX_OPERATIONS, maxPayloadSize: config.BULK_MAX_PAYLOAD_BYTES },
    cursors: { key: cursorSecret, timeoutSeconds: config.CURSOR_TIMEOUT_SECONDS },
    searchMs: config.LIST_SEARCH_MS,
    products,
    requests,
  });
