import {
  type Attributes,
  type Context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';

/** Undefined: nobody collects spans, and none are made. */
let tracer: Tracer | undefined;

/** Spans are made by `made` from now on; undefined ends that. */
export function traceWith(made: Tracer | undefined): void {
  tracer = made;
}

/** Whether anybody collects spans. For hot paths, which ask before they gather what a span would say. */
export const isTracing = (): boolean => tracer !== undefined;

export interface SpanStart {
  readonly kind?: keyof typeof SpanKind;
  /** The span it goes on from, as W3C Trace Context writes it; absent: a trace begins. */
  readonly parent?: string | undefined;
  /** Milliseconds since the epoch; default now. */
  readonly startTime?: number;
  /** No values of people. */
  readonly attributes?: Attributes;
}

/** One piece of work of a trace. */
export class TraceSpan {
  constructor(private readonly span: Span) {}

  /** What goes on from here carries this: `traceparent` of W3C Trace Context. */
  get traceparent(): string {
    const { traceId, spanId, traceFlags } = this.span.spanContext();
    return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
  }

  get traceId(): string {
    return this.span.spanContext().traceId;
  }

  /** Says more of it. No values of people. */
  about(attributes: Attributes): void {
    this.span.setAttributes(attributes);
  }

  /** @param error why it failed; of the error only its name is told */
  end(error?: unknown, name?: string): void {
    if (name !== undefined) this.span.updateName(name);
    if (error !== undefined) this.fail(error instanceof Error ? error.name : 'failed');
    this.span.end();
  }

  private fail(message: string): void {
    this.span.setStatus({ code: SpanStatusCode.ERROR, message });
  }
}

/** Undefined where nobody collects spans. */
export function beginSpan(name: string, start: SpanStart = {}): TraceSpan | undefined {
  if (!tracer) return undefined;
  const { kind = 'INTERNAL', parent, startTime, attributes } = start;
  const options = {
    kind: SpanKind[kind],
    ...(startTime !== undefined && { startTime }),
    ...(attributes && { attributes }),
  };
  return new TraceSpan(tracer.startSpan(name, options, contextOf(parent)));
}

/** What an event or message is told of by those who handle it. */
export interface Traced {
  readonly type: string;
  readonly metadata: { readonly traceparent?: string };
}

const NOTHING = (): void => undefined;

/**
 * Begins a span for each of the events that belong to a trace, all of one piece of work.
 * @returns ends them; told of an error, they have failed
 */
export function traceEvents(
  name: string,
  events: readonly Traced[],
  attributes: Attributes = {},
): (error?: unknown) => void {
  if (!tracer) return NOTHING;
  const spans = events.flatMap(({ type, metadata: { traceparent } }) => {
    if (traceparent === undefined) return [];
    return beginSpan(name, { parent: traceparent, attributes: { ...attributes, 'rollcall.event_type': type } }) ?? [];
  });
  return (error) => {
    for (const span of spans) span.end(error);
  };
}

function contextOf(traceparent: string | undefined): Context {
  return traceparent === undefined ? ROOT_CONTEXT : propagation.extract(ROOT_CONTEXT, { traceparent });
}

/** Version 00, or what a later one begins with (W3C Trace Context §3.2.2 and §4). */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-((?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2})(-.*)?$/;

/** A client's `traceparent` in the form that we know; undefined where it is none. */
export function validTraceparent(header: string | readonly string[] | undefined): string | undefined {
  if (typeof header !== 'string' || header.length > 200) return undefined;
  const [, known] = TRACEPARENT.exec(header) ?? [];
  return known === undefined ? undefined : `00-${known}`;
}

/** The tracer of a provider that others registered, e.g. a test's. */
export const globalTracer = (): Tracer => trace.getTracer('rollcall');
