/** A number that an app tells of itself. Units are in the names, as Prometheus has them: seconds, bytes, totals. */
export interface MetricDefinition {
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** One sentence, for the reference and for whoever reads the page itself. */
  readonly help: string;
  readonly labels?: readonly string[];
  /** Upper bounds of a histogram's buckets. */
  readonly buckets?: readonly number[];
  /** Where the number is kept: the parts whose apps tell it. */
  readonly of: string;
}

/** From a read out of memory to a bulk request. Seconds. */
const FAST = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** From a product beside us to one that was away for a day. Seconds. */
const ON_THE_WAY = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 21_600, 86_400];
const SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024];

/** Every metric of ours, by name. What an app adds of its process (`process_…`, `nodejs_…`) is prom-client's. */
export const METRICS = {
  rollcall_requests_total: {
    type: 'counter',
    of: 'gateway',
    help: 'SCIM requests by tenant and outcome; _other: tenants beyond METRICS_TENANTS, _unknown: no credential of ours.',
    labels: ['tenant', 'outcome'],
  },
  rollcall_responses_total: {
    type: 'counter',
    of: 'every app',
    help: 'Answers by route and status code; route _none: answered before a route was taken.',
    labels: ['method', 'route', 'code'],
  },
  rollcall_request_duration_seconds: {
    type: 'histogram',
    of: 'every app',
    help: 'From the headers of a request being read to the headers of its answer being written.',
    labels: ['method', 'route'],
    buckets: FAST,
  },
  rollcall_append_duration_seconds: {
    type: 'histogram',
    of: 'whoever writes to the log',
    help: 'From an append being asked for to its being durable.',
    buckets: FAST,
  },
  rollcall_appended_events_total: {
    type: 'counter',
    of: 'whoever writes to the log',
    help: 'Events appended to the log.',
  },
  rollcall_append_conflicts_total: {
    type: 'counter',
    of: 'whoever writes to the log',
    help: 'Appends refused because another writer came first; each is decided again.',
  },
  rollcall_append_failures_total: {
    type: 'counter',
    of: 'whoever writes to the log',
    help: 'Appends that failed for another reason: the event store was away, overloaded or refused the size.',
  },
  rollcall_commit_events: {
    type: 'histogram',
    of: 'the embedded log',
    help: 'Events that one commit, and so one sync of the disk, has carried.',
    buckets: SIZES,
  },
  rollcall_aggregate_lookups_total: {
    type: 'counter',
    of: 'whoever writes to the log',
    help: 'Look-ups of a folded state: hit (cached), checked (cached, and the log asked for more), miss (folded from the log).',
    labels: ['aggregate', 'result'],
  },
  rollcall_projection_lag_seconds: {
    type: 'gauge',
    of: 'whoever projects',
    help: 'How long the oldest event that a projection has yet to fold has been in the log.',
    labels: ['projection'],
  },
  rollcall_projection_lag_events: {
    type: 'gauge',
    of: 'whoever projects',
    help: 'Events of its streams that a projection has yet to fold; counted up to 10000.',
    labels: ['projection'],
  },
  rollcall_projection_failing: {
    type: 'gauge',
    of: 'whoever projects',
    help: '1 while the last attempt of a projection has failed.',
    labels: ['projection'],
  },
  rollcall_projection_parked_events: {
    type: 'gauge',
    of: 'whoever projects',
    help: 'Events that a projection has left out since it was begun here, because it cannot fold them.',
    labels: ['projection'],
  },
  rollcall_relay_lag_seconds: {
    type: 'gauge',
    of: 'relay',
    help: 'How long the oldest event not yet published has been in the log.',
  },
  rollcall_relay_lag_events: {
    type: 'gauge',
    of: 'relay',
    help: 'Events that the relay has yet to publish; counted up to 10000.',
  },
  rollcall_relay_messages_total: {
    type: 'counter',
    of: 'relay',
    help: 'Messages published, by topic.',
    labels: ['topic'],
  },
  rollcall_relay_failures_total: {
    type: 'counter',
    of: 'relay',
    help: 'Publications that failed and were tried again.',
  },
  rollcall_held_departures: {
    type: 'gauge',
    of: 'relay',
    help: 'People whose departure waits for an admin to decide, because too many left at once.',
  },
  rollcall_consumer_lag_messages: {
    type: 'gauge',
    of: 'products',
    help: 'Messages of its topic that a product has yet to take in.',
    labels: ['product'],
  },
  rollcall_consumer_messages_total: {
    type: 'counter',
    of: 'products',
    help: 'Messages by what became of them: applied, skipped (repeated or superseded) or dead_lettered.',
    labels: ['product', 'result'],
  },
  rollcall_consumer_failing: {
    type: 'gauge',
    of: 'products',
    help: '1 while a product tries the same messages again.',
    labels: ['product'],
  },
  rollcall_delivery_seconds: {
    type: 'histogram',
    of: 'products',
    help: 'From a request being decided to a product having taken in what it changed; replays and rebuilds left out.',
    labels: ['product'],
    buckets: ON_THE_WAY,
  },
  rollcall_deprovisioning_seconds: {
    type: 'histogram',
    of: 'projector',
    help: 'From the request that a person leave to a product acknowledging that they are blocked.',
    labels: ['product'],
    buckets: ON_THE_WAY,
  },
  rollcall_late_leavers: {
    type: 'gauge',
    of: 'projector',
    help: 'People who left longer ago than DEPROVISIONING_LATE_SECONDS and whom a product has yet to block; of the 1000 who wait longest.',
    labels: ['product'],
  },
  rollcall_request_log_lost_total: {
    type: 'counter',
    of: 'gateway',
    help: 'Requests that the request log did not take in: too many strangers at once, or a store that was away too long.',
  },
  rollcall_tokens_expiring: {
    type: 'gauge',
    of: 'admin',
    help: 'Tokens of connections that stop working within so many days and have no successor; looked at every 5 minutes.',
    labels: ['days'],
  },
  rollcall_scrape_failures_total: {
    type: 'counter',
    of: 'every app',
    help: 'Times that a metric was left out of the page because what it is read from did not answer.',
    labels: ['metric'],
  },
  rollcall_build_info: {
    type: 'gauge',
    of: 'every app',
    help: '1, with the version and the app that runs.',
    labels: ['version', 'app'],
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

type Catalogue = typeof METRICS;
export type MetricName = keyof Catalogue;
type OfType<Type> = { [Name in MetricName]: Catalogue[Name]['type'] extends Type ? Name : never }[MetricName];
/** Metrics that are read when the page is asked for. */
export type ReadMetricName = OfType<'counter' | 'gauge'>;
export type HistogramName = OfType<'histogram'>;
