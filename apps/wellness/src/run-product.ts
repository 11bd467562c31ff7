import { hashToken } from '#access';
import {
  ADMIN_KEY_HASH,
  ADMIN_LIMITS,
  AdminGuard,
  AdminLimits,
  type AdminLimitsOptions,
  peopleController,
  type PeopleList,
  ProblemFilter,
} from '#admin-http';
import type { PeopleWords, PersonRow } from '#consumer';
import { adminKey, busCheck, openProductEngines, readModelsCheck } from '#engines';
import { productTopic } from '#products';
import { createHttpApp, OTHER_ERRORS } from '#scim-http';
import type { DynamicModule, ExceptionFilter, Type } from '@nestjs/common';
import { adminLimits } from '../../scim-gateway/src/admin-limits.js';
import { listen, transport } from '../../scim-gateway/src/listen.js';
import { healthRoutes } from '../../scim-gateway/src/health-app.js';
import { startTelemetry } from '../../scim-gateway/src/telemetry/app-telemetry.js';
import { tellOfProduct, timesDelivery } from '../../scim-gateway/src/telemetry/metric-sources.js';
import { run } from '../../scim-gateway/src/run.js';
import { startProductWork } from './product-work.js';

const PEOPLE = Symbol('People');

/** Makes a product's own controller, behind a prefix, for the people under an injection token. */
export type ControllerOf = (prefix: string, token: symbol) => Type;

/**
 * Root module of a product that serves alone, its people at `/people`. It knows the admin key and no admin's own: those are in
 * read models that are not a product's to read (ADR 0019).
 */
class ProductModule {
  static for(
    people: PeopleList,
    controller: ControllerOf,
    key: string,
    limits: AdminLimitsOptions,
    health: ReturnType<typeof healthRoutes>,
  ): DynamicModule {
    return {
      module: ProductModule,
      controllers: [...health.controllers, peopleController('', PEOPLE), controller('', PEOPLE)],
      providers: [
        ...health.providers,
        { provide: PEOPLE, useValue: people },
        { provide: ADMIN_KEY_HASH, useValue: hashToken(key) },
        { provide: ADMIN_LIMITS, useValue: new AdminLimits(limits) },
        { provide: OTHER_ERRORS, useClass: ProblemFilter },
        AdminGuard,
      ],
    };
  }
}

/** Runs one sample product on its own: its topic in, its list out. */
export async function runProduct<View, Row extends PersonRow>(
  id: string,
  words: PeopleWords<View, Row>,
  controller: ControllerOf,
): Promise<void> {
  await run(async (config, logger) => {
    const telemetry = await startTelemetry(config, id, logger);
    const engines = await openProductEngines(config, { log: logger });
    const { bus } = engines;
    const onTakenIn = timesDelivery(telemetry.metrics, id);
    const work = await startProductWork({ id, words, engines, log: logger, onTakenIn });
    const { people } = work;
    tellOfProduct(telemetry.metrics, id, people);
    const checks = [
      { name: id, check: () => work.check() },
      readModelsCheck(work.models),
      busCheck(bus, productTopic(id), true),
    ];
    const { key } = await adminKey(config);
    const module = ProductModule.for(people, controller, key, adminLimits(config), healthRoutes(logger, checks));
    const app = await createHttpApp(module, {
      logger,
      maxBodyBytes: config.MAX_BODY_BYTES,
      baseDomain: undefined,
      metrics: telemetry.route,
      ...transport(config),
    });
    app.useGlobalFilters(app.get<ExceptionFilter>(OTHER_ERRORS));
    const url = await listen(app, config, logger);
    logger.info({ url }, `${id} is ready`);
    return {
      stop: async () => {
        await app.close();
        await work.stop();
        await engines[Symbol.asyncDispose]();
        await telemetry.stop();
      },
    };
  });
}
