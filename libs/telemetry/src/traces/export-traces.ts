import type { Logger } from '../logger.js';
import { globalTracer, traceWith } from './traces.js';

export interface TraceExport {
  /** Base URL of an OTLP/HTTP collector; spans go to `/v1/traces` below it. */
  readonly endpoint: string;
  /** Who made the spans, e.g. `rollcall-relay`. */
  readonly service: string;
  readonly version: string;
  readonly logger: Logger;
}

/**
 * Makes spans from now on and sends them over OTLP. What does so is loaded here and nowhere else. Sampling, headers and batching
 * follow OpenTelemetry's own settings (`OTEL_TRACES_SAMPLER`, `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_BSP_…`), which its SDK reads.
 */
export async function exportTraces({ endpoint, service, version, logger }: TraceExport): Promise<AsyncDisposable> {
  const [
    { diag, propagation, trace },
    { W3CTraceContextPropagator },
    sdk,
    { OTLPTraceExporter },
    { resourceFromAttributes },
  ] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/core'),
    import('@opentelemetry/sdk-trace-base'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ]);
  const told = (message: string): void => logger.warn({ endpoint: new URL(endpoint).origin }, `Traces: ${message}`);
  const quiet = (): void => undefined;
  diag.setLogger({ error: told, warn: told, info: quiet, debug: quiet, verbose: quiet });
  const provider = new sdk.BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service, 'service.version': version }),
    spanProcessors: [
      new sdk.BatchSpanProcessor(new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces` })),
    ],
  });
  trace.setGlobalTracerProvider(provider);
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  traceWith(globalTracer());
  return {
    [Symbol.asyncDispose]: async () => {
      traceWith(undefined);
      trace.disable();
      propagation.disable();
      await provider.shutdown();
    },
  };
}
