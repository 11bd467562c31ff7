import type { IncomingMessage } from 'node:http';
import { beginSpan, type TraceSpan, validTraceparent } from '#telemetry';

/** Asked for by probes all day long. */
const UNTRACED = /^\/(health\/|metrics)/;

/** Goes on with the client's trace, or begins one. Its name and what came of it are told when the answer is written. */
export function beginRequestSpan({ method = '', url = '', headers }: IncomingMessage): TraceSpan | undefined {
  if (UNTRACED.test(url)) return undefined;
  return beginSpan(method, { kind: 'SERVER', parent: validTraceparent(headers.traceparent) });
}
