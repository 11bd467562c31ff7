import { readFileSync } from 'node:fs';
import { type MetricDefinition, METRICS } from '#telemetry';
import { parser } from '@prometheus-io/lezer-promql';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { parse } from 'yaml';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}
interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}
interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: string }[] };
}

const { groups } = parse(readFileSync('deploy/prometheus/alerts.yaml', 'utf8')) as {
  groups: readonly { readonly rules: readonly Rule[] }[];
};
const rules = groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(readFileSync('deploy/grafana/rollcall.json', 'utf8')) as Dashboard;
const graphs = dashboard.panels.filter(({ type }) => type !== 'row');
const runbook = readFileSync('docs/runbook.md', 'utf8');

/** What Grafana puts in the place of its variables. */
const filledIn = (expr: string): string => expr.replaceAll('$__rate_interval', '5m').replaceAll(/\$\w+/g, '.*');

interface Selector {
  readonly metric: string;
  readonly labels: readonly string[];
}

interface Read {
  readonly selectors: readonly Selector[];
  /** Labels that are summed or joined by. */
  readonly grouped: readonly string[];
}

/** What a PromQL expression asks for. @throws SyntaxError Prometheus would not take it */
function read(expr: string): Read {
  const selectors: { metric: string; labels: string[] }[] = [];
  const grouped: string[] = [];
  parser.parse(expr).iterate({
    enter: (node) => {
      const { type, from, to } = node;
      if (type.isError) throw new SyntaxError(`at ${from} of ${expr}`);
      const text = expr.slice(from, to);
      if (type.name === 'Identifier') selectors.push({ metric: text, labels: [] });
      if (type.name === 'LabelName' && node.matchContext(['GroupingLabels'])) grouped.push(text);
      else if (type.name === 'LabelName') selectors.at(-1)?.labels.push(text);
    },
  });
  return { selectors, grouped };
}

const OF_PROCESS = new Registry();
collectDefaultMetrics({ register: OF_PROCESS });
/** Added by Prometheus itself. */
const TARGET = ['job', 'instance'];

/** Labels of a metric that an app tells; undefined where none does. */
function labelsOf(metric: string): readonly string[] | undefined {
  if (metric === 'up') return TARGET;
  const ours = METRICS as Readonly<Record<string, MetricDefinition>>;
  const [, family = '', suffix] = /^(.*?)(?:_(bucket|sum|count))?$/.exec(metric) ?? [];
  const plain = ours[metric];
  if (plain && plain.type !== 'histogram') return [...(plain.labels ?? []), ...TARGET];
  const histogram = suffix === undefined ? undefined : ours[family];
  if (histogram?.type === 'histogram') {
    return [...(histogram.labels ?? []), ...TARGET, ...(suffix === 'bucket' ? ['le'] : [])];
  }
  return OF_PROCESS.getSingleMetric(metric) ? TARGET : undefined;
}

function expectToldByApps(expr: string): void {
  const { selectors, grouped } = read(expr);
  expect(selectors.length).toBeGreaterThan(0);
  for (const { metric, labels } of selectors) {
    const known = labelsOf(metric);
    expect({ metric, isTold: known !== undefined }).toEqual({ metric, isTold: true });
    expect({ metric, unknown: labels.filter((label) => !known?.includes(label)) }).toEqual({ metric, unknown: [] });
  }
  const all = selectors.flatMap(({ metric }) => labelsOf(metric) ?? []);
  expect(grouped.filter((label) => !all.includes(label))).toEqual([]);
  // A sum over processes of counters that may start anew is one of rates (Prometheus’ own advice).
  for (const { metric } of selectors.filter(({ metric }) => /_(total|bucket|count|sum)$/.test(metric))) {
    expect(expr).toMatch(new RegExp(`(rate|increase)\\(\\s*${metric}`));
  }
}

describe('deploy/prometheus/alerts.yaml', () => {
  it.each(rules.map((rule) => [rule.alert, rule] as const))('%s asks for what the apps tell', (_name, rule) => {
    expectToldByApps(rule.expr);
    expect(rule.alert).toMatch(/^Rollcall[A-Za-z]+$/);
    expect(['page', 'ticket']).toContain(rule.labels['severity']);
    expect(rule.for ?? '1m').toMatch(/^\d+[mh]$/);
    expect(rule.annotations['summary']).toMatch(/^.{15,120}[^.]$/);
  });

  it.each(rules.map((rule) => [rule.alert, rule] as const))('%s leads to its section of the runbook', (name, rule) => {
    expect(rule.annotations['runbook']).toBe(`docs/runbook.md#${name.toLowerCase()}`);
    expect(runbook).toContain(`\n## ${name}\n\n`);
  });

  it('and the runbook has no section besides', () => {
    const sections = [...runbook.matchAll(/^## (.*)$/gm)].map(([, title]) => title);
    expect(sections).toEqual(rules.map(({ alert }) => alert));
    expect(rules.length).toBeGreaterThan(10);
  });
});

describe('deploy/grafana/rollcall.json', () => {
  it.each(graphs.map((panel) => [panel.title, panel] as const))('%s asks for what the apps tell', (_title, panel) => {
    expect(panel.targets?.length).toBeGreaterThan(0);
    for (const { expr } of panel.targets ?? []) expectToldByApps(filledIn(expr));
    expect(panel.description).toMatch(/\.$/);
  });

  it('asks for its variables by metrics and labels that there are', () => {
    for (const { query } of dashboard.templating.list.filter(({ name }) => name !== 'datasource')) {
      const [, metric = '', label = ''] = /^label_values\((\w+), (\w+)\)$/.exec(query) ?? [];
      expect(labelsOf(metric)).toContain(label);
    }
  });

  it('has panels with ids and places of their own', () => {
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    const places = graphs.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)}/${y + Math.floor(i / w)}`),
    );
    expect(new Set(places).size).toBe(places.length);
    expect(graphs.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
  });

  it('shows every metric of ours', () => {
    const shown = new Set(
      [
        ...graphs.flatMap(({ targets = [] }) => targets.map(({ expr }) => filledIn(expr))),
        ...rules.map(({ expr }) => expr),
      ]
        .flatMap((expr) => read(expr).selectors)
        .map(({ metric }) => metric.replace(/_(bucket|sum|count)$/, '')),
    );
    const unseen = ['rollcall_build_info'];
    expect(Object.keys(METRICS).filter((name) => !shown.has(name) && !unseen.includes(name))).toEqual([]);
  });
});

describe('these specs', () => {
  it.each([
    ['a metric that nobody tells', 'rate(rollcall_wishes_total[5m])'],
    ['a histogram without its suffix', 'rollcall_append_duration_seconds > 1'],
    ['a label that it does not have', 'rollcall_relay_lag_seconds{tenant="a"}'],
    ['a label to sum by that it does not have', 'max by (tenant) (rollcall_relay_lag_seconds)'],
    ['a total without a rate', 'sum(rollcall_requests_total) > 7'],
    ['what is no PromQL', 'sum(rate(rollcall_requests_total[5m])'],
  ])('would see %s', (_title, expr) => {
    expect(() => expectToldByApps(expr)).toThrow();
  });
});
