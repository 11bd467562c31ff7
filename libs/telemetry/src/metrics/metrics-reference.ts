import { type MetricDefinition, METRICS } from './catalogue.js';

const head = `# Metrics

What \`GET /metrics\` of every app tells, in Prometheus' text format, and who may ask: [security](../security.md). A process tells
what it knows of itself; where several run, their numbers add up, but for gauges, of which the largest counts. Dashboards and alert
rules over them are in [deploy](../../deploy). This page follows from the code.

**How many series there are** does not grow with users or requests. \`tenant\` has at most \`METRICS_TENANTS\` (200) values in each
process, the first tenants to come since its start; all others are \`_other\`, and requests without a credential of ours are
\`_unknown\`. \`route\` is the pattern of a route, never a URL. \`product\`, \`projection\` and \`topic\` are as many as are installed.

`;

const tail = `
Besides these, prom-client's metrics of the process and of Node.js: \`process_cpu_seconds_total\`, \`process_resident_memory_bytes\`,
\`process_open_fds\`, \`nodejs_eventloop_lag_p50_seconds\` to \`_p99_seconds\`, \`nodejs_heap_size_used_bytes\`,
\`nodejs_gc_duration_seconds\` and others.

Outcomes of requests: \`ok\` (below 400), \`refused\` (other 4xx), \`denied\` (401, 403), \`conflict\` (409, 412), \`limited\` (429),
\`unavailable\` (503), \`failed\` (other 5xx).
`;

/** The text of docs/reference/metrics.md. */
export function metricsReference(): string {
  const rows = Object.entries<MetricDefinition>(METRICS).map(([name, { type, help, labels = [], of }]) => [
    `\`${name}\``,
    type,
    labels.map((label) => `\`${label}\``).join(', '),
    of,
    help,
  ]);
  const table = [['metric', 'type', 'labels', 'told by', 'what it is'], ...rows];
  const widths = table[0]?.map((_, at) => Math.max(...table.map((row) => row[at]?.length ?? 0))) ?? [];
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  const [header = [], ...body] = table;
  return `${head}${[line(header), rule, ...body.map(line)].join('\n')}\n${tail}`;
}
