import { randomUUID } from 'node:crypto';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { LogRecord } from './double-log.js';
import type { DoubleNode } from './double-node.js';
import {
  eventOf,
  filterOf,
  type Options,
  type ReadCall,
  refuseUnlessLeader,
  requiresLeader,
  send,
} from './messages.js';

/** Events that the server reads at a time, and looks at where the client asks for no window. */
export const READ_BATCH = 32;
/** Live subscribers that are so many records behind are told so. */
const FELL_BEHIND = 500;

/** A place in the log, ordered by commit, then by prepare position. */
interface Place {
  readonly commit: bigint;
  readonly prepare: bigint;
}

/** Before the first record. On the wire, where positions are unsigned, 2^64 − 1. */
const HEAD: Place = { commit: -1n, prepare: -1n };
const isAfter = (a: Place, b: Place): boolean => (a.commit === b.commit ? a.prepare > b.prepare : a.commit > b.commit);
const placeOf = ({ position }: LogRecord): Place => ({ commit: position, prepare: position });

/**
 * A filtered subscription to `$all` as the server's enumerator has it: pages of what is there, a checkpoint when the last one
 * is read, `CaughtUp`, then what comes. Who names a place at or past the last record is caught up without a page being read,
 * and what stands at or before that place is never sent, also where it is written later.
 */
export async function subscribe(node: DoubleNode, call: ReadCall, options: Options): Promise<void> {
  const subscription = new Subscription(node, call, options);
  const confirmation = new streams.ReadResp.SubscriptionConfirmation().setSubscriptionId(randomUUID());
  await send(call, new streams.ReadResp().setConfirmation(confirmation));
  await subscription.run();
}

class Subscription {
  readonly #passes: (record: LogRecord) => boolean;
  readonly #window: number;
  readonly #interval: number;
  /** What was last sent on: an event or a checkpoint. */
  #checkpoint: Place;
  #considered = 0;
  #next: number;
  #wake: () => void = () => undefined;

  constructor(
    private readonly node: DoubleNode,
    private readonly call: ReadCall,
    options: Options,
  ) {
    const filter = options.getFilter();
    const asked = options.getAll();
    if (!filter || !asked) throw new Error('The double serves filtered subscriptions to $all only');
    this.#passes = filterOf(options);
    this.#window = filter.hasMax() ? filter.getMax() : READ_BATCH;
    this.#interval = this.#window * Math.max(1, filter.getCheckpointintervalmultiplier());
    const at = asked.getPosition();
    const last = this.#last;
    this.#checkpoint = HEAD;
    if (asked.hasEnd()) this.#checkpoint = last;
    else if (at)
      this.#checkpoint = { commit: BigInt(at.getCommitPosition()), prepare: BigInt(at.getPreparePosition()) };
    this.#next = this.#log.length;
  }

  get #log() {
    return this.node.subscribed;
  }

  get #last(): Place {
    const record = this.#log.at(this.#log.length - 1);
    return record ? placeOf(record) : HEAD;
  }

  async run(): Promise<void> {
    const unlisten = this.#log.onAppend(() => this.#wake());
    this.call.on('cancelled', () => this.#wake());
    try {
      if (!isAfter(this.#last, this.#checkpoint)) await this.#follow();
      while (!this.call.cancelled) {
        await this.#catchUp();
        await this.#follow();
      }
    } finally {
      unlisten();
    }
  }

  async #catchUp(): Promise<void> {
    let considered = 0;
    let from = this.#log.indexOf(this.#checkpoint.commit);
    while (!this.call.cancelled) {
      if (requiresLeader(this.call)) refuseUnlessLeader(this.node);
      const begin = from;
      let sent = 0;
      for (; from < this.#log.length && from - begin < this.#window && sent < READ_BATCH; from++) {
        const record = this.#log.at(from) as LogRecord;
        if (!this.#passes(record) || !isAfter(placeOf(record), this.#checkpoint)) continue;
        sent += 1;
        await this.#send(record);
      }
      const isEmpty = from === begin;
      const first = this.#log.at(begin);
      // What 24.10.5 mends: before an interval is over nothing is passed, not even the head of the log.
      const passes = this.node.version !== '24.10.0' || considered + from - begin >= this.#interval;
      if (passes && first && isAfter(placeOf(first), this.#checkpoint)) this.#checkpoint = placeOf(first);
      // What 25.0.1 mends: the place where the next record will be, as if it had been passed.
      if (isEmpty && this.node.version === '25.0.0') this.#checkpoint = { commit: this.#log.end, prepare: 0n };
      considered += from - begin;
      if (from - begin < this.#window && sent < READ_BATCH) break;
      if (considered < this.#interval) continue;
      considered %= this.#interval;
      await this.#sendCheckpoint();
    }
    this.#next = from;
    await this.#sendCheckpoint();
  }

  async #follow(): Promise<void> {
    await send(this.call, new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp()));
    while (!this.call.cancelled) {
      const record = this.#log.at(this.#next);
      if (!record) {
        await new Promise<void>((resolve) => (this.#wake = resolve));
        continue;
      }
      if (this.#log.length - this.#next > FELL_BEHIND) {
        await send(this.call, new streams.ReadResp().setFellBehind(new streams.ReadResp.FellBehind()));
        return this.#sendCheckpoint();
      }
      this.#next += 1;
      this.#considered += 1;
      if (isAfter(placeOf(record), this.#checkpoint) && this.#passes(record)) await this.#send(record);
      if (this.#considered < this.#interval) continue;
      this.#considered = 0;
      if (isAfter(this.#checkpoint, placeOf(record))) continue;
      this.#checkpoint = placeOf(record);
      await this.#sendCheckpoint();
    }
  }

  async #send(record: LogRecord): Promise<void> {
    this.#checkpoint = placeOf(record);
    await send(this.call, eventOf(record));
  }

  async #sendCheckpoint(): Promise<void> {
    const checkpoint = new streams.ReadResp.Checkpoint()
      .setCommitPosition(`${BigInt.asUintN(64, this.#checkpoint.commit)}`)
      .setPreparePosition(`${BigInt.asUintN(64, this.#checkpoint.prepare)}`);
    await send(this.call, new streams.ReadResp().setCheckpoint(checkpoint));
  }
}
