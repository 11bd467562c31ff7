import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { LogRecord } from './double-log.js';
import type { DoubleNode } from './double-node.js';
import { isFailure } from './faults.js';
import {
  eventOf,
  filterOf,
  identifier,
  type Options,
  type ReadCall,
  refuseUnlessLeader,
  requiresLeader,
  send,
} from './messages.js';
import { READ_BATCH, subscribe } from './subscribe-service.js';

/** `Streams.Read`: one stream or all, forwards or backwards, once or for good. */
export async function read(node: DoubleNode, call: ReadCall): Promise<void> {
  const options = call.request.getOptions() as Options;
  try {
    if (options.hasSubscription()) await subscribe(node, call, options);
    else await (options.hasAll() ? readAll(node, call, options) : readStream(node, call, options));
    call.end();
  } catch (error) {
    if (!isFailure(error)) throw error;
    call.emit('error', error);
  }
}

/** Counts what is read: who leads is looked at with every page. */
function pages(node: DoubleNode, call: ReadCall): () => void {
  let read = 0;
  const next = (): void => {
    if (read++ % READ_BATCH === 0 && requiresLeader(call)) refuseUnlessLeader(node);
  };
  return next;
}

async function readStream(node: DoubleNode, call: ReadCall, options: Options): Promise<void> {
  const onRecord = pages(node, call);
  onRecord();
  const { log } = node;
  const asked = options.getStream() as streams.ReadReq.Options.StreamOptions;
  const name = Buffer.from(asked.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString();
  const records = log.stream(name);
  if (records.length === 0) {
    const notFound = new streams.ReadResp.StreamNotFound().setStreamIdentifier(identifier(name));
    await send(call, new streams.ReadResp().setStreamNotFound(notFound));
    return;
  }
  const backwards = isBackwards(options);
  const from = asked.hasStart() ? 0 : asked.hasEnd() ? records.length - 1 : Number(asked.getRevision());
  const end = records.length;
  let left = Number(options.getCount());
  for (let i = backwards ? Math.min(from, end - 1) : from; i >= 0 && i < end && left > 0; i += backwards ? -1 : 1) {
    onRecord();
    if (!(await send(call, eventOf(records[i] as LogRecord)))) return;
    left -= 1;
  }
}

async function readAll(node: DoubleNode, call: ReadCall, options: Options): Promise<void> {
  const onRecord = pages(node, call);
  onRecord();
  const { log } = node;
  const asked = options.getAll() as streams.ReadReq.Options.AllOptions;
  const backwards = isBackwards(options);
  const from = asked.hasStart()
    ? 0
    : asked.hasEnd()
      ? log.length
      : log.indexOf(BigInt(asked.getPosition()?.getCommitPosition() ?? 0));
  const passes = filterOf(options);
  let left = Number(options.getCount());
  // A position stands before its record: forwards the read begins with it, backwards with the one before.
  for (let i = backwards ? from - 1 : from; i >= 0 && i < log.length && left > 0; i += backwards ? -1 : 1) {
    const record = log.at(i) as LogRecord;
    onRecord();
    if (!passes(record)) continue;
    if (!(await send(call, eventOf(record)))) return;
    left -= 1;
  }
}

const isBackwards = (options: Options): boolean =>
  options.getReadDirection() === streams.ReadReq.Options.ReadDirection.BACKWARDS;
