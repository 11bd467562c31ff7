import { hashToken } from '#access';
import { ADMIN_KEY_HASH, AdminGuard, peopleController, type PeopleList } from '#admin-http';
import { type PeopleWords, type PersonRow, ProductPeople } from '#consumer';
import { adminKey, openEngines } from '#engines';
import { productProfiles, topicsFor } from '#products';
import { createHttpApp } from '#scim-http';
import type { DynamicModule, Type } from '@nestjs/common';
import { listen, transport } from '../../scim-gateway/src/listen.js';
import { startTelemetry } from '../../scim-gateway/src/telemetry/app-telemetry.js';
import { tellOfProduct, timesDelivery } from '../../scim-gateway/src/telemetry/metric-sources.js';
import { run } from '../../scim-gateway/src/run.js';

const PEOPLE = Symbol('People');

/** Makes a product's own controller, behind a prefix, for the people under an injection token. */
export type ControllerOf = (prefix: string, token: symbol) => Type;

/** Root module of a product that serves alone, its people at `/people`. */
class ProductModule {
  static for(people: PeopleList, controller: ControllerOf, key: string): DynamicModule {
    return {
      module: ProductModule,
      controllers: [peopleController('', PEOPLE), controller('', PEOPLE)],
      providers: [
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
    const engines = await openEngines(config, telemetry);
    const { bus } = engines;
    // Whichever of relay and product comes up first makes the topic.
    await bus.declareTopics(topicsFor(productProfiles));
    const models = await engines.openPeopleStore(id);
    const onTakenIn = timesDelivery(telemetry.metrics, id);
    const people = await ProductPeople.start(words, { bus, models, log: logger, onTakenIn });
    tellOfProduct(telemetry.metrics, id, people);
    const { key } = await adminKey(config);
    const app = await createHttpApp(ProductModule.for(people, controller, key), {
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
        await people.stop();
        await engines[Symbol.asyncDispose]();
        await telemetry.stop();
      },
    };
  });
}
