import { CE, type ReceivedMessage, TRACEPARENT } from '#message-bus';
import { propagation, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';

/**
 * Begins a span for each message that belongs to a trace: what the product does with it goes on from what published it. Made by
 * whatever the process has registered with OpenTelemetry's API; nothing, unless it has.
 * @returns ends them; told of an error, they have failed
 */
export function traceMessages(batch: readonly ReceivedMessage[], group: string): (error?: unknown) => void {
  const spans = batch.flatMap((message) => beginSpan(message, group) ?? []);
  return (error) => {
    for (const span of spans) {
      if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    }
  };
}

function beginSpan({ headers, topic, partition }: ReceivedMessage, group: string): Span | undefined {
  const traceparent = headers[TRACEPARENT] ?? headers[CE.traceparent];
  if (traceparent === undefined) return undefined;
  const attributes = {
    'messaging.destination.name': topic,
    'messaging.destination.partition.id': String(partition),
    'messaging.consumer.group.name': group,
    'rollcall.tenant': headers[CE.tenant] ?? '',
  };
  const from = propagation.extract(ROOT_CONTEXT, { traceparent });
  return trace.getTracer('rollcall').startSpan('take in', { kind: SpanKind.CONSUMER, attributes }, from);
}
