import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { METRICS, type MetricDefinition } from './catalogue.js';
import { Distribution } from './distribution.js';
import { Metrics } from './metrics.js';
import { outcomeOf, RequestMeter } from './request-meter.js';
import { metricsReference } from './metrics-reference.js';

const newMetrics = () => new Metrics({ app: 'spec', version: '1.2.3', tenants: 2 });
const linesOf = async (metrics: Metrics, name: string) =>
  (await metrics.page()).split('\n').filter((line) => line.startsWith(name));

describe('Distribution', () => {
  it('counts each value once, within the first bound that it does not exceed', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 20, noNaN: true })), (values) => {
        const bounds = [0.5, 1, 2, 10];
        const distribution = new Distribution(bounds);
        for (const value of values) distribution.record(value);
        const expected = [...bounds, Infinity].map((bound) => values.filter((value) => value <= bound).length);
        expect(distribution.cumulative().map(([, count]) => count)).toEqual(expected);
        expect(distribution.count).toBe(values.length);
      }),
    );
  });
});

describe('RequestMeter', () => {
  const answer = (meter: RequestMeter, slug: string, status: number) =>
    meter.answered({ startedAt: performance.now(), route: undefined, tenant: meter.tenant(slug) }, status);

  it('gives the first tenants numbers of their own and all others one, however many come', () => {
    const meter = new RequestMeter([1], 2);
    for (const slug of ['a', 'b', 'c', 'd', 'a', 'c']) answer(meter, slug, 200);
    answer(meter, 'b', 409);
    expect([...meter.requests()]).toEqual([
      [{ tenant: 'a', outcome: 'ok' }, 2],
      [{ tenant: 'b', outcome: 'ok' }, 1],
      [{ tenant: 'b', outcome: 'conflict' }, 1],
      [{ tenant: '_other', outcome: 'ok' }, 3],
    ]);
  });

  it('names no tenant where none is to have numbers of its own', () => {
    const meter = new RequestMeter([1], 0);
    answer(meter, 'a', 200);
    expect([...meter.requests()]).toEqual([[{ tenant: '_other', outcome: 'ok' }, 1]]);
  });

  it.each([
    [200, 'ok'],
    [304, 'ok'],
    [400, 'refused'],
    [404, 'refused'],
    [401, 'denied'],
    [403, 'denied'],
    [409, 'conflict'],
    [412, 'conflict'],
    [429, 'limited'],
    [500, 'failed'],
    [503, 'unavailable'],
  ])('takes %i for %s', (status, outcome) => expect(outcomeOf(status)).toBe(outcome));

  it('counts answers by route and code, and those that no route gave', async () => {
    const metrics = newMetrics();
    const route = metrics.requests.route('GET', '/things/:id');
    for (const status of [200, 200, 404])
      metrics.requests.answered({ startedAt: performance.now(), route, tenant: undefined }, status);
    metrics.requests.answered({ startedAt: performance.now(), route: undefined, tenant: undefined }, 404);
    expect(await linesOf(metrics, 'rollcall_responses_total')).toEqual([
      'rollcall_responses_total{method="_none",route="_none",code="404"} 1',
      'rollcall_responses_total{method="GET",route="/things/:id",code="200"} 2',
      'rollcall_responses_total{method="GET",route="/things/:id",code="404"} 1',
    ]);
    expect(await linesOf(metrics, 'rollcall_request_duration_seconds_count')).toContain(
      'rollcall_request_duration_seconds_count{method="GET",route="/things/:id"} 3',
    );
    expect(await linesOf(metrics, 'rollcall_requests_total')).toEqual([]);
  });
});

describe('the page', () => {
  it('is in Prometheus’ text format, with help and type of every metric', async () => {
    const metrics = newMetrics();
    const distribution = metrics.distribution('rollcall_commit_events');
    for (const size of [1, 3, 5_000]) distribution.record(size);
    metrics.read('rollcall_append_conflicts_total', async () => [[{}, 7]]);
    metrics.read('rollcall_tokens_expiring', () => [[{ days: '"\n\\' }, 1]]);
    const page = (await metrics.page()).split('\n');
    for (const [name, { type, help }] of Object.entries(METRICS)) {
      expect(page).toContain(`# TYPE ${name} ${type}`);
      expect(page).toContain(`# HELP ${name} ${help}`);
    }
    expect(page).toEqual(
      expect.arrayContaining([
        'rollcall_commit_events_bucket{le="1"} 1',
        'rollcall_commit_events_bucket{le="4"} 2',
        'rollcall_commit_events_bucket{le="+Inf"} 3',
        'rollcall_commit_events_sum 5004',
        'rollcall_commit_events_count 3',
        'rollcall_append_conflicts_total 7',
        'rollcall_tokens_expiring{days="\\"\\n\\\\"} 1',
        'rollcall_build_info{version="1.2.3",app="spec"} 1',
      ]),
    );
    for (const name of ['process_cpu_seconds_total', 'nodejs_eventloop_lag_p99_seconds', 'nodejs_heap_size_used_bytes'])
      expect(page.some((line) => line.startsWith(`${name} `))).toBe(true);
  });

  it('leaves out what does not answer, says so, and tells all the rest', async () => {
    const metrics = newMetrics();
    metrics.read('rollcall_held_departures', () => Promise.reject(new Error('away')));
    metrics.read('rollcall_relay_lag_seconds', () => [[{}, 3]]);
    const page = await metrics.page();
    expect(page).toContain('\nrollcall_relay_lag_seconds 3\n');
    expect(page).not.toMatch(/^rollcall_held_departures /m);
    expect(await linesOf(metrics, 'rollcall_scrape_failures_total')).toEqual([
      'rollcall_scrape_failures_total{metric="rollcall_held_departures"} 1',
    ]);
  });
});

describe('the catalogue', () => {
  it.each(Object.entries<MetricDefinition>(METRICS))('%s is named as Prometheus wants it', (name, { type, help }) => {
    expect(name).toMatch(/^rollcall_[a-z_]+$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    expect(help).toMatch(/^.{20,180}\.$/s);
  });

  it('is what docs/reference/metrics.md says; UPDATE_DOCS=1 writes it', () => {
    const file = 'docs/reference/metrics.md';
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(file, metricsReference());
    expect(readFileSync(file, 'utf8')).toBe(metricsReference());
  });
});
