import type { EventStore } from '#event-store';
import { type MessageBus, UnknownTopic } from '#message-bus';
import { USERS_TOPIC } from '#products';
import type { ReadModels } from '#read-models';
import type { ReadinessCheck } from '#telemetry';
import type { DirectoryService } from './directory-service.js';
import type { DirectoryEngines } from './directory-service.js';
import { within } from './shared-work.js';

/** Longest that a probe waits for an engine, ms: less than what asks us waits. */
const PROBE_MS = 2_000;
const SILENT = (): Error => new Error(`No answer within ${PROBE_MS} ms`);

/** The log can be read. An embedded one always can: of that the process would not run without. */
export const eventStoreCheck = (store: EventStore): ReadinessCheck => ({
  name: 'event store',
  check: async () => store.soleWriter || within(PROBE_MS, isAnswered(store), SILENT),
});

/** Nobody writes there; that there is nothing has to be looked up all the same. */
async function isAnswered(store: EventStore): Promise<true> {
  for await (const _ of store.read('probe-readiness', { limit: 1 })) break;
  return true;
}

export const readModelsCheck = (models: ReadModels, degrades = false): ReadinessCheck => ({
  name: 'read models',
  degrades,
  check: () =>
    within(
      PROBE_MS,
      models.checkpoint('readiness').then(() => true as const),
      SILENT,
    ),
});

/** @param topic one that this process may read or write anyway: access rules need not allow more for a probe's sake */
export const busCheck = (bus: MessageBus, topic = USERS_TOPIC, degrades = false): ReadinessCheck => ({
  name: 'message bus',
  degrades,
  check: () =>
    within(
      PROBE_MS,
      bus.endOffsets(topic).then(
        () => true as const,
        (error: unknown) => {
          if (error instanceof UnknownTopic) return true as const; // it has answered
          throw error;
        },
      ),
      SILENT,
    ),
});

/** What a gateway or the admin API needs, and what it can do without for a while. */
export function directoryChecks(
  engines: Pick<DirectoryEngines, 'store' | 'readModels'>,
  directory: DirectoryService,
): ReadinessCheck[] {
  const projections = { name: 'projections', check: () => directory.check() };
  if (!directory.sharesReadModels) return [eventStoreCheck(engines.store), projections];
  return [
    eventStoreCheck(engines.store),
    { name: 'credentials', check: () => directory.checkCredentials() },
    readModelsCheck(engines.readModels, true),
    { ...projections, degrades: true },
  ];
}
