import { Metadata, type sendUnaryData, type ServerReadableStream, status } from '@grpc/grpc-js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { AppendOutcome, DoubleLog, Expected, ProposedRecord } from './double-log.js';
import type { DoubleNode } from './double-node.js';
import { failureOf, type Faults, isFailure } from './faults.js';
import { refuseUnlessLeader, requiresLeader } from './messages.js';

export interface AppendContext {
  readonly log: DoubleLog;
  readonly node: DoubleNode;
  readonly faults: Faults;
  readonly maxAppendBytes: number;
  /** Our own address, which `notLeader` answers name. */
  readonly address: () => { host: string; port: number };
}

interface Append {
  readonly stream: string;
  readonly expected: Expected;
  readonly events: readonly ProposedRecord[];
}

type Answer = AppendOutcome | { readonly kind: 'tooLarge' };

function decide(context: AppendContext, { stream, expected, events }: Append): Answer {
  const bytes = events.reduce((sum, { data, metadata }) => sum + data.length + metadata.length, 0);
  if (bytes > context.maxAppendBytes) return { kind: 'tooLarge' };
  return context.log.append(stream, expected, events);
}

/**
 * `Streams.Append`: the options, then one message an event, then one answer. A node that does not lead passes an append on to
 * the one that does, unless it is told not to.
 */
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
    try {
      if (requiresLeader(call)) refuseUnlessLeader(context.node);
    } catch (error) {
      if (isFailure(error)) return answer(error);
      throw error;
    }
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
  const metadata = new Metadata();
  metadata.add('exception', 'maximum-append-size-exceeded');
  metadata.add('maximum-append-size', '0');
  return [{ code: status.INVALID_ARGUMENT, details: 'Maximum Append Size Exceeded', metadata }];
}

function expectedOf(options: streams.AppendReq.Options, revision: string): Expected {
  if (options.hasNoStream()) return 'noStream';
  if (options.hasAny()) return 'any';
  return options.hasStreamExists() ? 'streamExists' : BigInt(revision);
}

function proposedOf(message: streams.AppendReq.ProposedMessage): ProposedRecord {
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
