import type { ConsumerHealth } from '#consumer';
import { lateLeavers } from '#deprovisioning';
import type { DirectoryService } from '#engines';
import type { EventStore } from '#event-store';
import type { Aggregates } from '#handlers';
import { CREDENTIALS, type CredentialDocument, PROJECTIONS } from '#projections';
import type { ReadModels } from '#read-models';
import type { StandbyRelay } from '#relay';
import { eventsBehind, type ProjectionSource, type ProjectionStatus } from '#subscriptions';
import type { Metrics, Sample } from '#telemetry';

const bit = (is: boolean): number => (is ? 1 : 0);

/** What a gateway tells of what it keeps beside its routes. */
export function tellOfDirectory(metrics: Metrics, directory: DirectoryService, store: EventStore): void {
  const { runner, requestLog } = directory;
  // How far read models are behind that others keep up is for those to tell.
  if (!directory.sharesReadModels) tellOfProjections(metrics, runner, store);
  metrics.read('rollcall_request_log_lost_total', () => [[{}, requestLog.lost]]);
}

/** What a process tells that keeps the projections up. */
export function tellOfProjections(metrics: Metrics, runner: Pick<ProjectionSource, 'status'>, store: EventStore): void {
  const each = (value: (status: ProjectionStatus) => number) => (): Sample[] =>
    runner.status().map((status) => [{ projection: status.name }, value(status)]);
  metrics.read('rollcall_projection_lag_seconds', each(({ lag }) => lag / 1_000)); // prettier-ignore
  metrics.read('rollcall_projection_failing', each(({ failing }) => bit(failing))); // prettier-ignore
  metrics.read('rollcall_projection_parked_events', each(({ parked }) => parked)); // prettier-ignore
  metrics.read('rollcall_projection_lag_events', async () => {
    const samples: Sample[] = [];
    for (const { name, lag, position } of runner.status()) {
      const prefixes = PROJECTIONS.find((projection) => projection.name === name)?.streamPrefixes;
      samples.push([{ projection: name }, lag === 0 ? 0 : await eventsBehind(store, position, prefixes)]);
    }
    return samples;
  });
}

/** What a process tells that decides. */
export function tellOfAggregates(metrics: Metrics, aggregates: Aggregates): void {
  const { users, userNames, groups, tenants, admins } = aggregates;
  metrics.read('rollcall_aggregate_lookups_total', () =>
    Object.entries({ user: users, userName: userNames, group: groups, tenant: tenants, admin: admins }).flatMap(
      ([aggregate, { lookups }]) =>
        Object.entries(lookups).map(([result, count]): Sample => [{ aggregate, result }, count]),
    ),
  );
}

/** What a process tells that relays. How far the relay is behind is for the one to tell that is at work. */
export function tellOfRelay(metrics: Metrics, relay: StandbyRelay, store: EventStore): void {
  const atWork = (value: number | undefined): Sample[] => (value === undefined ? [] : [[{}, value]]);
  metrics.read('rollcall_relay_lag_seconds', () =>
    atWork(relay.lag).map(([labels, ms]): Sample => [labels, ms / 1_000]),
  );
  metrics.read('rollcall_relay_lag_events', async () => {
    if (!relay.lag) return atWork(relay.lag);
    return atWork(await eventsBehind(store, relay.position));
  });
  metrics.read('rollcall_relay_messages_total', () =>
    [...relay.counts.published].map(([topic, count]): Sample => [{ topic }, count]),
  );
  metrics.read('rollcall_relay_failures_total', () => [[{}, relay.counts.failures]]);
  metrics.read('rollcall_held_departures', async () => atWork(await relay.held()));
}

/** @param product its id */
export function tellOfProduct(metrics: Metrics, product: string, people: { health(): Promise<ConsumerHealth> }): void {
  metrics.read('rollcall_consumer_lag_messages', async () => [[{ product }, (await people.health()).lag]]);
  metrics.read('rollcall_consumer_failing', async () => [
    [{ product }, bit((await people.health()).status === 'failing')],
  ]);
  metrics.read('rollcall_consumer_messages_total', async () => {
    const { applied, skipped, deadLettered } = (await people.health()).counts;
    return Object.entries({ applied, skipped, dead_lettered: deadLettered }).map(([result, count]): Sample => [
      { product, result },
      count,
    ]);
  });
}

/** Records how long changes are on the way to a product. */
export function timesDelivery(metrics: Metrics, product: string): (delayMs: number) => void {
  const delays = metrics.distribution('rollcall_delivery_seconds', { product });
  return (delayMs) => delays.record(delayMs / 1_000);
}

/** Records how long leavers go on being able to sign in to each product. @param products their ids */
export function timesDeprovisioning(
  metrics: Metrics,
  products: readonly { readonly id: string }[],
): (product: string, elapsedMs: number) => void {
  const times = new Map(
    products.map(({ id }) => [id, metrics.distribution('rollcall_deprovisioning_seconds', { product: id })]),
  );
  return (product, elapsedMs) => times.get(product)?.record(elapsedMs / 1_000);
}

/**
 * Who can still sign in somewhere, though they should not. Told while acknowledgements are followed here: without them there is
 * nothing to tell from.
 * @param lateMs how long a product may take
 */
export function tellOfLateLeavers(
  metrics: Metrics,
  readModels: ReadModels,
  products: readonly { readonly id: string }[],
  lateMs: number,
  isFollowing: () => boolean,
): void {
  const ids = products.map(({ id }) => id);
  metrics.read('rollcall_late_leavers', async () => {
    if (!isFollowing()) return [];
    const late = await lateLeavers(readModels, ids, Date.now() - lateMs);
    return [...late].map(([product, count]): Sample => [{ product }, count]);
  });
}

/** How often tokens are looked through, ms: their ends are days away. */
const LOOK_EVERY_MS = 5 * 60_000;
const DAY_MS = 86_400_000;
const DAYS = [1, 7, 14];
const PAGE = 500;

/** Tokens that are about to end while nobody has rotated them. */
export function tellOfTokens(metrics: Metrics, readModels: ReadModels): void {
  let counted: { readonly at: number; readonly samples: Promise<Sample[]> } | undefined;
  metrics.read('rollcall_tokens_expiring', () => {
    if (!counted || Date.now() - counted.at > LOOK_EVERY_MS) {
      counted = { at: Date.now(), samples: expiring(readModels, Date.now()) };
      counted.samples.catch(() => (counted = undefined));
    }
    return counted.samples;
  });
}

async function expiring(readModels: ReadModels, now: number): Promise<Sample[]> {
  const until = (days: number): string => new Date(now + days * DAY_MS).toISOString();
  const last = until(DAYS[DAYS.length - 1] ?? 0);
  const ends: string[] = [];
  // In the order of their ends, so that what is read is what is told.
  for (let after = { values: [until(0)], id: '' }; ;) {
    const page = await readModels.find<CredentialDocument>(CREDENTIALS.name, {
      filter: {},
      sort: { expiresAt: 1, _id: 1 },
      after,
      limit: PAGE,
    });
    const ending = page.filter(({ expiresAt }) => expiresAt !== undefined && expiresAt <= last);
    ends.push(...ending.flatMap(({ expiresAt, replacedBy }) => (replacedBy === undefined ? (expiresAt ?? []) : [])));
    const end = ending.at(-1);
    if (ending.length < PAGE || !end) break;
    after = { values: [end.expiresAt ?? ''], id: end._id };
  }
  return DAYS.map((days) => [{ days: String(days) }, ends.filter((end) => end <= until(days)).length]);
}
