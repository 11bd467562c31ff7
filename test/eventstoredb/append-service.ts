import {
  Metadata,
  type sendUnaryData,
  type ServerDuplexStream,
  type ServerReadableStream,
  status,
} from '@grpc/grpc-js';
import any from 'google-protobuf/google/protobuf/any_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import code from '@eventstore/db-client/generated/code_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import statuses from '@eventstore/db-client/generated/status_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { AppendOutcome, DoubleLog, Expected, ProposedRecord } from './double-log.js';
import { failureOf, type Faults } from './faults.js';

export interface AppendContext {
  readonly log: DoubleLog;
  readonly faults: Faults;
  readonly maxAppendBytes: number;
  /** Our own address, which `notLeader` answers name. */
  readonly address: () => { host: string; port: number };
}

/** An append as both calls carry it. */
interface Append {
  readonly stream: string;
  readonly expected: Expected;
  readonly events: readonly ProposedRecord[];
}

type Answer = AppendOutcome | { readonly kind: 'tooLarge' } | { readonly kind: 'timeout' };

function decide(context: AppendContext, { stream, expected, events }: Append, deadline?: Date): Answer {
  const bytes = events.reduce((sum, { data, metadata }) => sum + data.length + metadata.length, 0);
  if (bytes > context.maxAppendBytes) return { kind: 'tooLarge' };
  if (deadline && deadline.getTime() < Date.now()) return { kind: 'timeout' };
  return context.log.append(stream, expected, events);
}

/** `Streams.Append`: the options, then one message an event, then one answer. */
export function append(
  context: AppendContext,
  call: ServerReadableStream<streams.AppendReq, streams.AppendResp>,
  answer: sendUnaryData<streams.AppendResp>,
): void {
  let options: streams.AppendReq.Options | undefined;
  const events: ProposedRecord[] = [];
  call.on('data', (request: streams.AppendReq) => {
    if (request.hasOptions()) options = request.getOptions();
    else events.push(proposedOf(request.getProposedMessage() as streams.AppendReq.ProposedMessage));
  });
  call.on('end', () => {
    const asked = options as streams.AppendReq.Options;
    const request = {
      stream: nameOf(asked.getStreamIdentifier()),
      expected: expectedOf(asked, asked.getRevision()),
      events,
    };
    const fault = context.faults.take();
    const outcome = fault && !fault.written ? undefined : decide(context, request);
    if (fault?.kind === 'silence') return;
    if (fault) answer(failureOf(fault.kind, context.address()));
    else if (outcome) answer(...unaryAnswer(outcome, request));
  });
}

function unaryAnswer(outcome: Answer, { expected }: Append): Parameters<sendUnaryData<streams.AppendResp>> {
  if (outcome.kind === 'written') {
    const position = new streams.AppendResp.Position()
      .setCommitPosition(`${outcome.position}`)
      .setPreparePosition(`${outcome.position}`);
    const success = new streams.AppendResp.Success().setCurrentRevision(`${outcome.revision}`).setPosition(position);
    return [null, new streams.AppendResp().setSuccess(success)];
  }
  if (outcome.kind === 'wrongExpectedVersion') {
    const wrong = new streams.AppendResp.WrongExpectedVersion();
    if (outcome.current === undefined) wrong.setCurrentNoStream(new shared.Empty());
    else wrong.setCurrentRevision(`${outcome.current}`);
    if (expected === 'noStream') wrong.setExpectedNoStream(new shared.Empty());
    else if (expected === 'any') wrong.setExpectedAny(new shared.Empty());
    else if (expected === 'streamExists') wrong.setExpectedStreamExists(new shared.Empty());
    else wrong.setExpectedRevision(`${expected}`);
    return [null, new streams.AppendResp().setWrongExpectedVersion(wrong)];
  }
  if (outcome.kind === 'timeout') return [{ code: status.DEADLINE_EXCEEDED, details: 'Operation timed out' }];
  const metadata = new Metadata();
  metadata.add('exception', 'maximum-append-size-exceeded');
  metadata.add('maximum-append-size', '0');
  return [{ code: status.INVALID_ARGUMENT, details: 'Maximum Append Size Exceeded', metadata }];
}

/** `Streams.BatchAppend`: any number of appends through one call, each in one or several messages, told apart by their id. */
export function batchAppend(
  context: AppendContext,
  call: ServerDuplexStream<streams.BatchAppendReq, streams.BatchAppendResp>,
): void {
  const open = new Map<string, { options: streams.BatchAppendReq.Options; events: ProposedRecord[] }>();
  call.on('data', (request: streams.BatchAppendReq) => {
    const correlation = request.getCorrelationId() as shared.UUID;
    const id = uuidOf(correlation);
    const options = request.getOptions();
    if (options) open.set(id, { options, events: [] });
    const append = open.get(id);
    if (!append) return;
    append.events.push(...request.getProposedMessagesList().map(proposedOf));
    if (!request.getIsFinal()) return;
    open.delete(id);
    const fault = context.faults.take();
    const asked = append.options;
    const complete = {
      stream: nameOf(asked.getStreamIdentifier()),
      expected: expectedOf(asked, asked.getStreamPosition()),
      events: append.events,
    };
    const outcome = fault && !fault.written ? undefined : decide(context, complete, asked.getDeadline()?.toDate());
    if (fault?.kind === 'silence') return;
    // An error of the call takes every append on it along, as a lost connection does.
    if (fault) call.emit('error', failureOf(fault.kind, context.address()));
    else if (outcome) {
      const answer = batchAnswer(outcome, complete).setCorrelationId(correlation);
      call.write(answer.setStreamIdentifier(asked.getStreamIdentifier()));
    }
  });
  call.on('end', () => call.end());
}

function batchAnswer(outcome: Answer, { expected }: Append): streams.BatchAppendResp {
  if (outcome.kind === 'written') {
    const position = new shared.AllStreamPosition()
      .setCommitPosition(`${outcome.position}`)
      .setPreparePosition(`${outcome.position}`);
    const success = new streams.BatchAppendResp.Success()
      .setCurrentRevision(`${outcome.revision}`)
      .setPosition(position);
    return new streams.BatchAppendResp().setSuccess(success);
  }
  if (outcome.kind === 'wrongExpectedVersion') {
    const wrong = new shared.WrongExpectedVersion();
    if (outcome.current === undefined) wrong.setCurrentNoStream(new empty.Empty());
    else wrong.setCurrentStreamRevision(`${outcome.current}`);
    if (expected === 'noStream') wrong.setExpectedNoStream(new empty.Empty());
    else if (expected === 'any') wrong.setExpectedAny(new empty.Empty());
    else if (expected === 'streamExists') wrong.setExpectedStreamExists(new empty.Empty());
    else wrong.setExpectedStreamPosition(`${expected}`);
    return failed(code.Code.FAILED_PRECONDITION, 'WrongExpectedVersion', wrong);
  }
  if (outcome.kind === 'timeout') return failed(code.Code.DEADLINE_EXCEEDED, 'Timeout', new shared.Timeout());
  const exceeded = new shared.MaximumAppendSizeExceeded().setMaxappendsize(0);
  return failed(code.Code.INVALID_ARGUMENT, 'MaximumAppendSizeExceeded', exceeded);
}

function failed(status: code.Code, name: string, details: { serializeBinary(): Uint8Array }): streams.BatchAppendResp {
  const packed = new any.Any();
  packed.pack(details.serializeBinary(), `event_store.client.${name}`);
  return new streams.BatchAppendResp().setError(
    new statuses.Status().setCode(status).setMessage(name).setDetails(packed),
  );
}

function expectedOf(options: streams.AppendReq.Options | streams.BatchAppendReq.Options, revision: string): Expected {
  if (options.hasNoStream()) return 'noStream';
  if (options.hasAny()) return 'any';
  return options.hasStreamExists() ? 'streamExists' : BigInt(revision);
}

function proposedOf(
  message: streams.AppendReq.ProposedMessage | streams.BatchAppendReq.ProposedMessage,
): ProposedRecord {
  const described = message.getMetadataMap();
  return {
    id: uuidOf(message.getId() as shared.UUID),
    type: described.get('type') ?? '',
    contentType: described.get('content-type') ?? 'application/octet-stream',
    data: Buffer.from(message.getData_asU8()),
    metadata: Buffer.from(message.getCustomMetadata_asU8()),
  };
}

const nameOf = (identifier: shared.StreamIdentifier | undefined): string =>
  Buffer.from(identifier?.getStreamName_asU8() ?? []).toString();

/** In either of the two forms that the protocol has. */
function uuidOf(uuid: shared.UUID): string {
  const structured = uuid.getStructured();
  if (!structured) return uuid.getString();
  const hex = [structured.getMostSignificantBits(), structured.getLeastSignificantBits()]
    .map((half) => BigInt.asUintN(64, BigInt(half)).toString(16).padStart(16, '0'))
    .join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
