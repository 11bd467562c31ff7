import { randomUUID } from 'node:crypto';
import { RequestLimits, SignInFailures } from '#access';
import type { RollcallConfig } from '#config';
import { cursorKey, type DirectoryEngines, DirectoryService, installedProducts, oauthKey } from '#engines';
import { Aggregates, ChangeTenant, DeprovisioningUndo, MembershipCleanup } from '#handlers';
import { type HoldDocument, HOLDS } from '#projections';
import { clientAddresses, createHttpApp } from '#scim-http';
import type { Logger, ReadinessCheck } from '#telemetry';
import type { DynamicModule, Type } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { oauthRoutes, scimRoutes, serviceModule } from './gateway.module.js';
import { transport } from './listen.js';
import type { AppTelemetry } from './telemetry/app-telemetry.js';
import { tellOfAggregates, tellOfDirectory } from './telemetry/metric-sources.js';

/** A running gateway. */
export interface GatewayApp {
  readonly app: NestFastifyApplication;
  readonly directory: DirectoryService;
  /** Refuses new requests, finishes the ones in hand, stops the loops. The engines stay open. */
  stop(): Promise<void>;
}

interface GatewayParts {
  readonly config: RollcallConfig;
  readonly engines: DirectoryEngines;
  readonly logger: Logger;
  /** Default: nothing is counted. */
  readonly telemetry?: AppTelemetry | undefined;
  readonly readiness?: readonly ReadinessCheck[];
  readonly beside?: readonly (DynamicModule | Type)[];
  /** Adds to the app what no module can, before it starts. */
  readonly prepare?: (app: NestFastifyApplication) => void;
}

/** Builds a gateway on open engines and starts its loops; it does not listen yet. */
export async function startGateway(parts: GatewayParts): Promise<GatewayApp> {
  const directory = new DirectoryService(parts.engines, parts.logger, parts.config);
  await directory.start();
  try {
    const app = await startApp(parts, directory);
    return {
      app,
      directory,
      stop: async () => {
        await app.close();
        await directory.stop();
      },
    };
  } catch (error) {
    await directory.stop();
    throw error;
  }
}

async function startApp(parts: GatewayParts, directory: DirectoryService): Promise<NestFastifyApplication> {
  const { config, logger, telemetry } = parts;
  const [cursors, pages] = [await cursorKey(config), await oauthKey(config)];
  const requests = new RequestLimits({
    perCredential: config.RATE_LIMIT_PER_SECOND,
    perTenant: config.RATE_LIMIT_TENANT_PER_SECOND,
  });
  const scim = scimRoutes(config, cursors.key, await installedProducts(config), requests);
  const routes = [scim, oauthRoutes(config, pages.key), ...(parts.beside ?? [])];
  const app = await createHttpApp(serviceModule({ ...parts, directory, routes }), {
    logger,
    maxBodyBytes: config.MAX_BODY_BYTES,
    maxBulkBytes: config.BULK_MAX_PAYLOAD_BYTES,
    baseDomain: config.BASE_DOMAIN,
    ...transport(config),
    requestLog: directory.requestLog,
    ...(telemetry && { metrics: telemetry.route }),
    authentication: {
      credentials: directory.credentials,
      limits: {
        requests,
        failures: new SignInFailures(config.SIGN_IN_FAILURES_PER_MINUTE),
        addressOf: clientAddresses(config.TRUSTED_PROXIES),
      },
      onExpired: ({ tenant, credentialId }) => {
        const context = { tenant, actor: 'expiry', correlationId: randomUUID() };
        app
          .get(CommandBus)
          .execute(new ChangeTenant(context, { type: 'ExpireCredential', credentialId }))
          .catch((error: unknown) => logger.warn({ err: error, tenant, credentialId }, 'Expiry was not recorded'));
      },
    },
  });
  parts.prepare?.(app);
  await app.init();
  if (telemetry) {
    tellOfDirectory(telemetry.metrics, directory, parts.engines.store);
    tellOfAggregates(telemetry.metrics, app.get(Aggregates));
  }
  await directory.startCleanup(app.get(MembershipCleanup), () => carryOnUndoing(app, parts));
  return app;
}

/** Goes on with mass departures that were being undone when the process stopped. */
async function carryOnUndoing(app: NestFastifyApplication, { engines, logger }: GatewayParts): Promise<void> {
  const undoing = { filter: { status: 'undoing' }, sort: { _id: 1 } } as const;
  for (const { tenant } of await engines.readModels.find<HoldDocument>(HOLDS.name, undoing)) {
    app
      .get(DeprovisioningUndo)
      .run(tenant)
      .catch((err: unknown) => logger.error({ err, tenant }, 'Undoing a mass departure has failed'));
  }
}
