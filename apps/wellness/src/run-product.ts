import { hashToken } from '#access';
import { ADMIN_KEY_HASH, AdminGuard, peopleController, type PeopleList } from '#admin-http';
import type { PeopleWords, PersonRow } from '#consumer';
import { adminKey, busCheck, openProductEngines, readModelsCheck } from '#engines';
import { productProfiles } from '#products';
import { createHttpApp } from '#scim-http';
import type { DynamicModule, Type } from '@nestjs/common';
import { listen, transport } from '../../scim-gateway/src/listen.js';
import { healthRoutes } from '../../scim-gateway/src/health-app.js';
import { startTelemetry } from '../../scim-gateway/src/telemetry/app-telemetry.js';
import { tellOfProduct, timesDelivery } from '../../scim-gateway/src/telemetry/metric-sources.js';
import { run } from '../../scim-gateway/src/run.js';
import { startProductWork } from './product-work.js';

const PEOPLE = Symbol('People');

/** Makes a product's own controller, behind a prefix, for the people under an injection token. */
export type ControllerOf = (prefix: string, token: symbol) => Type;

/** Root module of a product that serves alone, its people at `/people`. */
class ProductModule {
  static for(
    people: PeopleList,
    controller: ControllerOf,
    key: string,
    health: ReturnType<typeof healthRoutes>,
  ): DynamicModule {
    return {
      module: ProductModule,
      controllers: [...health.controllers, peopleController('', PEOPLE), controller('', PEOPLE)],
      providers: [
        ...health.providers,
        { provide: PEOPLE, useValue: people },
        { provide: ADMIN_KEY_HASH, useValue: hashToken(key) },
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
    const work = await startProductWork({ id, words, products: productProfiles, engines, log: logger, onTakenIn });
    const { people } = work;
    tellOfProduct(telemetry.metrics, id, people);
    const checks = [{ name: id, check: () => work.check() }, readModelsCheck(work.models), busCheck(bus, true)];
    const { key } = await adminKey(config);
    const app = await createHttpApp(ProductModule.for(people, controller, key, healthRoutes(logger, checks)), {
      logger,
      maxBodyBytes: config.MAX_BODY_BYTES,
      baseDomain: undefined,
      metrics: telemetry.route,
      ...transport(config),
    });
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
