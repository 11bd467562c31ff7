import { collectDefaultMetrics, type Metric, Registry } from 'prom-client';
import {
  type HistogramName,
  type MetricDefinition,
  type MetricName,
  METRICS,
  type ReadMetricName,
} from './catalogue.js';
import { Distribution } from './distribution.js';
import { RequestMeter } from './request-meter.js';

export type Labels = Readonly<Record<string, string>>;
/** One line of the page. */
export type Sample = readonly [labels: Labels, value: number];
/** What a metric is read from when somebody asks. */
export type ReadSamples = () => Iterable<Sample> | Promise<Iterable<Sample>>;

export interface MetricsOptions {
  /** Which app tells them, e.g. `relay`. */
  readonly app: string;
  readonly version: string;
  /** Tenants with numbers of their own; see {@link RequestMeter}. Default 200. */
  readonly tenants?: number;
}

/** Longest that one source of numbers is waited for, ms: a part that is away must not take the page along. */
const READ_MS = 2_000;
/** How often the delay of the event loop is looked at, ms. */
const EVENT_LOOP_MS = 20;

/** What prom-client counts of the process; one of it, however many apps run. */
let ofProcess: Registry | undefined;

/**
 * The numbers of one app. What is counted on a hot path is counted in plain numbers beside it and read when the page is asked
 * for; prom-client writes the page and watches the process.
 */
export class Metrics {
  readonly requests: RequestMeter;
  private readonly registry = new Registry();
  private readonly readings = new Map<ReadMetricName, ReadSamples[]>();
  private readonly distributions = new Map<HistogramName, (readonly [Labels, Distribution])[]>();
  private readonly failures = new Map<MetricName, number>();

  constructor({ app, version, tenants = 200 }: MetricsOptions) {
    this.requests = new RequestMeter(METRICS.rollcall_request_duration_seconds.buckets, tenants);
    for (const name of Object.keys(METRICS) as MetricName[]) this.registry.registerMetric(this.metric(name));
    this.read('rollcall_requests_total', () => this.requests.requests());
    this.read('rollcall_responses_total', () => this.requests.responses());
    this.read('rollcall_build_info', () => [[{ version, app }, 1]]);
    this.read('rollcall_scrape_failures_total', () =>
      [...this.failures].map(([metric, count]): Sample => [{ metric }, count]),
    );
    if (!ofProcess) {
      ofProcess = new Registry();
      collectDefaultMetrics({ register: ofProcess, eventLoopMonitoringPrecision: EVENT_LOOP_MS });
    }
  }

  /** Adds to what is told under `name`. Where several tell the same, they tell different labels. */
  read(name: ReadMetricName, samples: ReadSamples): void {
    const readings = this.readings.get(name);
    if (readings) readings.push(samples);
    else this.readings.set(name, [samples]);
  }

  /** What to record into. Ask once, not on a hot path. */
  distribution(name: HistogramName, labels: Labels = {}): Distribution {
    const distribution = new Distribution(METRICS[name].buckets);
    this.tell(name, distribution, labels);
    return distribution;
  }

  /** Tells what is recorded elsewhere. */
  tell(name: HistogramName, distribution: Distribution, labels: Labels = {}): void {
    const told = this.distributions.get(name);
    if (told) told.push([labels, distribution]);
    else this.distributions.set(name, [[labels, distribution]]);
  }

  /** The page, in Prometheus' text format. */
  async page(): Promise<string> {
    return `${await this.registry.metrics()}\n${(await ofProcess?.metrics()) ?? ''}`;
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  private metric(name: MetricName): Metric {
    const { type, help }: MetricDefinition = METRICS[name];
    const get = async () => ({ name, help, type, values: await this.valuesOf(name), aggregator: 'sum' });
    // Of a metric the registry asks for no more than its name and its values.
    return { name, help, get } as unknown as Metric;
  }

  private async valuesOf(name: MetricName): Promise<object[]> {
    const { type }: MetricDefinition = METRICS[name];
    return type === 'histogram' ? this.bucketsOf(name as HistogramName) : await this.samplesOf(name as ReadMetricName);
  }

  private async samplesOf(name: ReadMetricName): Promise<object[]> {
    const values: object[] = [];
    for (const samples of this.readings.get(name) ?? []) {
      try {
        for (const [labels, value] of await within(samples())) values.push({ labels, value });
      } catch {
        this.failures.set(name, (this.failures.get(name) ?? 0) + 1);
      }
    }
    return values;
  }

  private bucketsOf(name: HistogramName): object[] {
    const told = [...(this.distributions.get(name) ?? [])];
    if (name === 'rollcall_request_duration_seconds') told.push(...this.requests.durations());
    return told.flatMap(([labels, distribution]) => [
      ...distribution.cumulative().map(([le, value]) => ({
        metricName: `${name}_bucket`,
        labels: { ...labels, le: String(le) },
        value,
      })),
      { metricName: `${name}_sum`, labels, value: distribution.sum },
      { metricName: `${name}_count`, labels, value: distribution.count },
    ]);
  }
}

/** @throws Error when the source takes too long */
async function within(samples: ReturnType<ReadSamples>): Promise<Iterable<Sample>> {
  if (!(samples instanceof Promise)) return samples;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('What the metric is read from does not answer')), READ_MS).unref();
  });
  try {
    return await Promise.race([samples, late]);
  } finally {
    clearTimeout(timer);
  }
}
