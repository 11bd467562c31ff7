import { AdminHttpModule, peopleController, type PeopleList, publishOpenApi } from '#admin-http';
import type { RollcallConfig } from '#config';
import type { PeopleWords, PersonRow } from '#consumer';
import { DeprovisioningFollower } from '#deprovisioning';
import {
  adminKey,
  type Engines,
  installedProducts,
  openEngines,
  Projector,
  runUntil,
  type SharedWorkOptions,
  shareWork,
} from '#engines';
import type { EventStore } from '#event-store';
import type { MessageBus } from '#message-bus';
import { ChangeTenant } from '#handlers';
import { define, hrAssistant, topicsFor, wellness } from '#products';
import { StandbyRelay } from '#relay';
import type { Logger } from '#telemetry';
import { type DynamicModule, Module } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { definePeople } from '../../define/src/define-people.js';
import { defineController } from '../../define/src/define.controller.js';
import { hrAssistantPeople } from '../../hr-assistant/src/hr-assistant-people.js';
import { hrAssistantController } from '../../hr-assistant/src/hr-assistant.controller.js';
import { adminLimits } from '../../scim-gateway/src/admin-limits.js';
import { DEMO_TENANT, firstStartNotice, prepareFirstStart } from '../../scim-gateway/src/first-start.js';
import { type GatewayApp, startGateway } from '../../scim-gateway/src/gateway-app.js';
import { pageSizes } from '../../scim-gateway/src/gateway.module.js';
import { listen } from '../../scim-gateway/src/listen.js';
import { type AppTelemetry, startTelemetry } from '../../scim-gateway/src/telemetry/app-telemetry.js';
import {
  tellOfLateLeavers,
  tellOfProduct,
  tellOfRelay,
  tellOfTokens,
  timesDelivery,
  timesDeprovisioning,
} from '../../scim-gateway/src/telemetry/metric-sources.js';
import type { RunningApp } from '../../scim-gateway/src/run.js';
import { startProductWork } from '../../wellness/src/product-work.js';
import type { ControllerOf } from '../../wellness/src/run-product.js';
import { wellnessPeople } from '../../wellness/src/wellness-people.js';
import { wellnessController } from '../../wellness/src/wellness.controller.js';

/** One product's people on the shared port. */
@Module({})
class PeopleModule {
  static for(product: string, people: PeopleList, controller: ControllerOf): DynamicModule {
    const token = Symbol(product);
    return {
      module: PeopleModule,
      controllers: [peopleController(product, token), controller(product, token)],
      providers: [{ provide: token, useValue: people }],
    };
  }
}

/** Everything in one process, as it runs. */
export interface Standalone extends RunningApp {
  /** Base URL without a trailing slash. */
  readonly url: string;
  readonly gateway: GatewayApp;
  readonly store: EventStore;
  readonly bus: MessageBus;
}

/**
 * Gateway, admin API, relay and the sample products in one process.
 * @param print shows the person who starts it what is told only once
 */
export async function startStandalone(
  config: RollcallConfig,
  logger: Logger,
  print: (text: string) => void = (text) => process.stdout.write(text),
): Promise<Standalone> {
  // Before anything is opened: what is wrong with a profile is for whoever starts the process.
  await installedProducts(config);
  const telemetry = await startTelemetry(config, 'standalone', logger);
  const engines = await openEngines(config, { ...telemetry, log: logger });
  try {
    return await startOn({ engines, telemetry }, config, logger, print);
  } catch (error) {
    await engines[Symbol.asyncDispose]();
    throw error;
  }
}

async function startOn(
  { engines, telemetry }: { engines: Engines; telemetry: AppTelemetry },
  config: RollcallConfig,
  logger: Logger,
  print: (text: string) => void,
): Promise<Standalone> {
  const { store, readModels, bus, leases, mayBeAway } = engines;
  const { metrics } = telemetry;
  const admin = await adminKey(config);
  const products = await installedProducts(config);
  const projector = leases && new Projector(engines, logger);
  projector?.start();
  const relay = new StandbyRelay({ store, readModels, bus, products, log: logger, leases, isPatient: mayBeAway });
  // The products below read its topics, whoever relays.
  if (!mayBeAway) await bus.declareTopics(topicsFor(products));
  await relay.start();
  tellOfRelay(metrics, relay, store);
  const onAcknowledged = timesDeprovisioning(metrics, products);
  const deprovisioningLateMs = config.DEPROVISIONING_LATE_SECONDS * 1000;
  let follower: DeprovisioningFollower | undefined;
  tellOfLateLeavers(metrics, readModels, products, deprovisioningLateMs, () => follower?.isFollowing === true);
  const newDeprovisioning = () =>
    (follower = new DeprovisioningFollower({ store, readModels, bus, products, log: logger, onAcknowledged }));
  const deprovisioning = await startOrShare(
    newDeprovisioning,
    { name: 'deprovisioning', leases, log: logger },
    mayBeAway,
  );
  const running: { stop(): Promise<void> }[] = [];
  const startProduct = async <View, Row extends PersonRow>(
    id: string,
    words: PeopleWords<View, Row>,
    controller: ControllerOf,
  ): Promise<DynamicModule> => {
    const onTakenIn = timesDelivery(metrics, id);
    const work = await startProductWork({ id, words, engines, log: logger, onTakenIn });
    const { people } = work;
    tellOfProduct(metrics, id, people);
    running.push(work);
    return PeopleModule.for(id, people, controller);
  };
  const productModules = [
    await startProduct(wellness.id, wellnessPeople, wellnessController),
    await startProduct(hrAssistant.id, hrAssistantPeople, hrAssistantController),
    await startProduct(define.id, definePeople, defineController),
  ];
  const gateway = await startGateway({
    config,
    engines,
    logger,
    telemetry,
    beside: [
      AdminHttpModule.forRoot({
        adminKey: admin.key,
        page: pageSizes(config),
        limits: adminLimits(config),
        addresses: { publicUrl: config.PUBLIC_URL, baseDomain: config.BASE_DOMAIN },
        products,
        deprovisioningLateMs,
      }),
      ...productModules,
    ],
    prepare: publishOpenApi,
  });
  tellOfTokens(metrics, readModels);
  relay.recordHoldsWith(async (tenant, facts) => {
    const context = { tenant, actor: 'guard', correlationId: facts.holdId };
    await gateway.app.get(CommandBus).execute(new ChangeTenant(context, { type: 'HoldDeprovisioning', ...facts }));
  });
  const firstStart = await prepareFirstStart({ app: gateway.app, engines, config, logger });
  const url = await listen(gateway.app, config, logger);
  const endFirstStart = firstStart((token) => {
    print(`${firstStartNotice(`${url}/scim/v2/${DEMO_TENANT}`, token)}\n`);
    if (admin.file !== undefined) print(`${adminNotice(url, admin.file)}\n`);
  });
  logger.info({ url }, 'Rollcall is ready');
  return {
    url,
    gateway,
    store,
    bus,
    stop: async () => {
      endFirstStart();
      await gateway.stop();
      await relay.stop();
      await Promise.all(running.map((product) => product.stop()));
      await deprovisioning.stop();
      await projector?.stop();
      await engines[Symbol.asyncDispose]();
      await telemetry.stop();
    },
  };
}

/** Started now where nothing can be away; else shared with the other processes, and begun when what it needs is there. */
async function startOrShare(
  make: () => { start(): Promise<void>; stop(): Promise<void> },
  shared: Omit<SharedWorkOptions, 'work'>,
  mayBeAway: boolean,
): Promise<{ stop(): Promise<void> }> {
  if (mayBeAway) return shareWork({ ...shared, work: (signal) => runUntil(signal, make()) });
  const part = make();
  await part.start();
  return part;
}

const adminNotice = (url: string, file: string): string =>
  [
    `  See the person reach a product (the admin key is in ${file}):`,
    '',
    `  curl -s ${url}/wellness/people -H "Authorization: Bearer $(cat ${file})"`,
    '',
  ].join('\n');
