import { parseStream } from '#domain';
import { beginSpan, type TraceSpan } from '#telemetry';
import type { RequestContext } from '../request-context.js';

/** The append of what a request has decided; who follows the log goes on from it. */
export function beginAppendSpan(
  stream: string,
  { tenant, traceparent, correlationId }: RequestContext,
): TraceSpan | undefined {
  const { category } = parseStream(stream);
  return beginSpan(`append ${category.replace(/-$/, '')}`, {
    kind: 'CLIENT',
    parent: traceparent,
    attributes: { 'rollcall.tenant': tenant, 'rollcall.stream': stream, 'rollcall.request_id': correlationId },
  });
}
