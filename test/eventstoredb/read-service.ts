import { once } from 'node:events';
import type { ServerWritableStream } from '@grpc/grpc-js';
import { randomUUID } from 'node:crypto';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { DoubleLog, LogRecord } from './double-log.js';

type ReadCall = ServerWritableStream<streams.ReadReq, streams.ReadResp>;
type Options = streams.ReadReq.Options;

const TICKS_PER_MS = 10_000n;
/** Records looked at between two checkpoints where the client asks for a count without a window. */
const DEFAULT_WINDOW = 32;
/** Live subscribers that are so many records behind are told so. */
const FELL_BEHIND = 500;

/** `Streams.Read`: one stream or all, forwards or backwards, once or for good. */
export async function read(log: DoubleLog, call: ReadCall): Promise<void> {
  const options = call.request.getOptions() as Options;
  if (options.hasSubscription()) await subscribe(log, call, options);
  else if (options.hasAll()) await readAll(log, call, options);
  else await readStream(log, call, options);
  call.end();
}

async function readStream(log: DoubleLog, call: ReadCall, options: Options): Promise<void> {
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
    if (!(await send(call, eventOf(records[i] as LogRecord)))) return;
    left -= 1;
  }
}

async function readAll(log: DoubleLog, call: ReadCall, options: Options): Promise<void> {
  const asked = options.getAll() as streams.ReadReq.Options.AllOptions;
  const backwards = isBackwards(options);
  const from = asked.hasStart()
    ? 0
    : asked.hasEnd()
      ? log.records.length
      : log.indexOf(BigInt(asked.getPosition()?.getCommitPosition() ?? 0));
  const passes = filterOf(options);
  let left = Number(options.getCount());
  // A position stands before its record: forwards the read begins with it, backwards with the one before.
  for (let i = backwards ? from - 1 : from; i >= 0 && i < log.records.length && left > 0; i += backwards ? -1 : 1) {
    const record = log.records[i] as LogRecord;
    if (!passes(record)) continue;
    if (!(await send(call, eventOf(record)))) return;
    left -= 1;
  }
}

async function subscribe(log: DoubleLog, call: ReadCall, options: Options): Promise<void> {
  const passes = filterOf(options);
  const interval = checkpointInterval(options);
  const confirmation = new streams.ReadResp.SubscriptionConfirmation().setSubscriptionId(randomUUID());
  await send(call, new streams.ReadResp().setConfirmation(confirmation));
  let next = firstOf(log, options);
  let sinceCheckpoint = 0;
  let live = false;
  let wake: () => void = () => undefined;
  const unlisten = log.onAppend(() => wake());
  call.on('cancelled', () => wake());
  try {
    while (!call.cancelled) {
      if (next >= log.records.length) {
        if (!live) await send(call, new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp()));
        live = true;
        if (next >= log.records.length && !call.cancelled) await new Promise<void>((resolve) => (wake = resolve));
        continue;
      }
      if (live && log.records.length - next > FELL_BEHIND) {
        live = false;
        await send(call, new streams.ReadResp().setFellBehind(new streams.ReadResp.FellBehind()));
      }
      const record = log.records[next++] as LogRecord;
      sinceCheckpoint += 1;
      if (passes(record)) await send(call, eventOf(record));
      if (interval !== undefined && sinceCheckpoint >= interval) {
        sinceCheckpoint = 0;
        await send(call, checkpointAt(record.position));
      }
    }
  } finally {
    unlisten();
  }
}

/** A subscription goes on after the position that it names. */
function firstOf(log: DoubleLog, options: Options): number {
  const asked = options.getAll();
  if (!asked) throw new Error('The double serves subscriptions to $all only');
  if (asked.hasStart()) return 0;
  if (asked.hasEnd()) return log.records.length;
  return log.indexOf(BigInt(asked.getPosition()?.getCommitPosition() ?? 0) + 1n);
}

function filterOf(options: Options): (record: LogRecord) => boolean {
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

function checkpointInterval(options: Options): number | undefined {
  const filter = options.getFilter();
  if (!filter) return undefined;
  const window = filter.hasMax() ? filter.getMax() : DEFAULT_WINDOW;
  return window * Math.max(1, filter.getCheckpointintervalmultiplier());
}

const isBackwards = (options: Options): boolean =>
  options.getReadDirection() === streams.ReadReq.Options.ReadDirection.BACKWARDS;

const identifier = (name: string): shared.StreamIdentifier =>
  new shared.StreamIdentifier().setStreamName(Buffer.from(name).toString('base64'));

function checkpointAt(position: bigint): streams.ReadResp {
  const checkpoint = new streams.ReadResp.Checkpoint()
    .setCommitPosition(`${position}`)
    .setPreparePosition(`${position}`);
  return new streams.ReadResp().setCheckpoint(checkpoint);
}

function eventOf(record: LogRecord): streams.ReadResp {
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
async function send(call: ReadCall, response: streams.ReadResp): Promise<boolean> {
  if (call.cancelled || call.destroyed) return false;
  if (!call.write(response)) {
    const gone = new AbortController();
    call.once('cancelled', () => gone.abort());
    await once(call, 'drain', { signal: gone.signal }).catch(() => undefined);
  }
  return !call.cancelled;
}
