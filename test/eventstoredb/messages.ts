import { once } from 'node:events';
import type { Metadata, ServerWritableStream } from '@grpc/grpc-js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { LogRecord } from './double-log.js';
import type { DoubleNode } from './double-node.js';
import { failureOf } from './faults.js';

export type ReadCall = ServerWritableStream<streams.ReadReq, streams.ReadResp>;
export type Options = streams.ReadReq.Options;

const TICKS_PER_MS = 10_000n;

export const requiresLeader = ({ metadata }: { metadata: Metadata }): boolean =>
  metadata.get('requires-leader')[0] === 'true';

/** @throws GrpcFailure the node does not lead: with the leader's address, or as not ready where it knows none */
export function refuseUnlessLeader({ isLeader, leader }: DoubleNode): void {
  if (isLeader) return;
  // gRPC takes any object with a code for an error.
  // eslint-disable-next-line @typescript-eslint/only-throw-error
  throw leader ? failureOf('notLeader', leader) : failureOf('unavailable', { host: '', port: 0 });
}

export function filterOf(options: Options): (record: LogRecord) => boolean {
  const filter = options.getFilter();
  if (!filter) return () => true;
  const expression = filter.getStreamIdentifier() ?? filter.getEventType();
  const textOf = filter.hasStreamIdentifier() ? ({ stream }: LogRecord) => stream : ({ type }: LogRecord) => type;
  const prefixes = expression?.getPrefixList() ?? [];
  const regex = expression?.getRegex() ? new RegExp(expression.getRegex()) : undefined;
  return (record) => {
    const text = textOf(record);
    return regex ? regex.test(text) : prefixes.some((prefix) => text.startsWith(prefix));
  };
}

export const identifier = (name: string): shared.StreamIdentifier =>
  new shared.StreamIdentifier().setStreamName(Buffer.from(name).toString('base64'));

export function eventOf(record: LogRecord): streams.ReadResp {
  const event = new streams.ReadResp.ReadEvent.RecordedEvent()
    .setId(new shared.UUID().setString(record.id))
    .setStreamIdentifier(identifier(record.stream))
    .setStreamRevision(`${record.revision}`)
    .setCommitPosition(`${record.position}`)
    .setPreparePosition(`${record.position}`)
    .setData(record.data)
    .setCustomMetadata(record.metadata);
  event.getMetadataMap().set('type', record.type);
  event.getMetadataMap().set('content-type', record.contentType);
  event.getMetadataMap().set('created', `${BigInt(record.created) * TICKS_PER_MS}`);
  const read = new streams.ReadResp.ReadEvent().setEvent(event).setCommitPosition(`${record.position}`);
  return new streams.ReadResp().setEvent(read);
}

/** @returns false once nobody listens */
export async function send(call: ReadCall, response: streams.ReadResp): Promise<boolean> {
  if (call.cancelled || call.destroyed) return false;
  if (!call.write(response)) {
    const gone = new AbortController();
    call.once('cancelled', () => gone.abort());
    await once(call, 'drain', { signal: gone.signal }).catch(() => undefined);
  }
  return !call.cancelled;
}
