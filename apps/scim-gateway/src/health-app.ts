import type { RollcallConfig } from '#config';
import { createHttpApp } from '#scim-http';
import { HealthController, type Logger, LOGGER, READINESS_CHECKS, type ReadinessCheck } from '#telemetry';
import type { DynamicModule, Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { listen, transport } from './listen.js';
import type { AppTelemetry } from './telemetry/app-telemetry.js';

/** What every app answers, whatever else it does. */
export const healthRoutes = (
  logger: Logger,
  checks: readonly ReadinessCheck[],
): Required<Pick<DynamicModule, 'controllers' | 'providers'>> => ({
  controllers: [HealthController as Type],
  providers: [
    { provide: LOGGER, useValue: logger },
    { provide: READINESS_CHECKS, useValue: checks },
  ],
});

/** Root module of an app that nobody but probes asks anything. */
class HealthModule {}

/** Answers probes, and whoever asks for metrics, on PORT, for an app that has no other routes. */
export async function serveHealth(
  config: RollcallConfig,
  logger: Logger,
  telemetry: AppTelemetry,
  checks: readonly ReadinessCheck[],
): Promise<{ readonly app: NestFastifyApplication; readonly url: string }> {
  const app = await createHttpApp(
    { module: HealthModule, ...healthRoutes(logger, checks) },
    {
      logger,
      maxBodyBytes: 1_024,
      baseDomain: undefined,
      metrics: telemetry.route,
      ...transport(config),
    },
  );
  return { app, url: await listen(app, config, logger) };
}
