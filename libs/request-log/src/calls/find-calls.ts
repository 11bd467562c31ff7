import type { Filter, ReadModels } from '#read-models';
import type { CauseCode } from '../causes/causes.js';
import { bucketOf, CALL_BLOCKS, type CallBlock, idsAt, linesOf, MAX_SPAN } from './call-block.js';
import { answeredAt, type CallKind, type CallRecord } from './call.js';

export interface CallsQuery {
  readonly tenant: string;
  readonly connectionId?: string | undefined;
  /** Default all. */
  readonly kinds?: readonly CallKind[] | undefined;
  /** One status, or all that begin with a digit: 409, or 4 for 4xx. */
  readonly status?: number | undefined;
  readonly method?: string | undefined;
  readonly cause?: CauseCode | undefined;
  /** What the path holds, as it is kept: `/Users`, `/Groups/{id}`. */
  readonly path?: string | undefined;
  readonly requestId?: string | undefined;
  /** Id of a user or group that the call is about, or that its path, detail or kept body names. */
  readonly resourceId?: string | undefined;
  /** Answered at or after, and before: milliseconds since the epoch. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly limit: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string | undefined;
}

export interface FoundCall extends CallRecord {
  readonly connectionId?: string;
}

export interface CallsPage {
  readonly calls: FoundCall[];
  /** Given while there may be more. A page is short, even empty, where much had to be looked through for it. */
  readonly nextCursor?: string;
}

/** What one page looks through at most; then it ends, short as it may be. */
const MAX_BLOCKS = 2_000;
const MAX_LINES = 100_000;
const BLOCKS_AT_ONCE = 8;

/** Where a call stands: the later answered come first; of one moment, those of the newer block, then the later in it. */
interface Place {
  readonly at: number;
  readonly block: string;
  readonly line: number;
}

interface Standing extends Place {
  readonly call: FoundCall;
}

function compare(a: Place, b: Place): number {
  if (a.at !== b.at) return b.at - a.at;
  if (a.block !== b.block) return a.block < b.block ? -1 : 1;
  return b.line - a.line;
}

/** Newest first. Blocks overlap where they are of several connections, so their calls are merged by time. */
export async function listCalls(store: ReadModels, query: CallsQuery): Promise<CallsPage> {
  const start = query.cursor === undefined ? undefined : readCursor(query.cursor);
  const isWanted = matcherOf(query);
  const calls: FoundCall[] = [];
  /** Calls of the blocks looked at that may stand behind one of a block not looked at. In order. */
  let waiting: Standing[] = [];
  /** @returns the cursor, once the page is full */
  const moveDue = (until: number): string | undefined => {
    let due = 0;
    for (const standing of waiting) {
      if (standing.at <= until || calls.length === query.limit) break;
      calls.push(standing.call);
      due++;
    }
    const last = waiting[due - 1];
    waiting = waiting.slice(due);
    return last && calls.length === query.limit ? writeCursor(last, [last.block, ...blocksIn(waiting)]) : undefined;
  };
  let blocks = 0;
  let lines = 0;
  for await (const block of blocksNewestFirst(store, query, start?.block)) {
    const nextCursor = moveDue(block.to);
    if (nextCursor !== undefined) return { calls, nextCursor };
    if (block.to < (query.from ?? 0)) break;
    if (++blocks > MAX_BLOCKS || lines > MAX_LINES) {
      return {
        calls,
        nextCursor: writeCursor({ at: block.to, block: '', line: 0 }, [block._id, ...blocksIn(waiting)]),
      };
    }
    if (!mayHold(block, query)) continue;
    lines += block.calls;
    const found = (await callsIn(block, isWanted)).filter((one) => !start || compare(start.place, one) < 0);
    waiting = [...waiting, ...found].sort(compare);
  }
  const nextCursor = moveDue(-1);
  return { calls, ...(nextCursor !== undefined && { nextCursor }) };
}

const blocksIn = (waiting: readonly Standing[]): string[] => waiting.map(({ block }) => block);

/** Behind this place, to be found from the newest of these blocks on. */
function writeCursor({ at, block, line }: Place, blocks: readonly string[]): string {
  const first = blocks.reduce((newest, id) => (id < newest ? id : newest));
  return `${first}~${at}~${block}~${line}`;
}

/** What a cursor looks like. */
export const CALLS_CURSOR = /^[0-9a-f-]{1,40}~[0-9.]{1,20}~[0-9a-f-]{0,40}~\d{1,6}$/;

function readCursor(cursor: string): { block: string; place: Place } {
  const [first = '', at, block = '', line] = cursor.split('~');
  return { block: first, place: { at: Number(at), block, line: Number(line) } };
}

async function* blocksNewestFirst(
  store: ReadModels,
  { tenant, connectionId, kinds, to }: CallsQuery,
  start: string | undefined,
): AsyncGenerator<CallBlock> {
  const of = connectionId === undefined ? { tenant } : { bucket: bucketOf(tenant, connectionId) };
  const hasSuccesses = !kinds || kinds.includes('success');
  const hasRefusals = !kinds || kinds.some((kind) => kind !== 'success');
  const series = hasSuccesses && hasRefusals ? {} : { series: hasSuccesses ? 'successes' : 'refusals' };
  const first = [start ?? '', to === undefined ? '' : idsAt(to + MAX_SPAN)].sort().at(-1) ?? '';
  let filter: Filter = { ...of, ...series, _id: { $gte: first } };
  for (;;) {
    const query = { filter, sort: { _id: 1 }, limit: BLOCKS_AT_ONCE } as const;
    const found = await store.find<CallBlock>(CALL_BLOCKS.name, query);
    yield* found;
    const last = found.at(-1);
    if (!last || found.length < BLOCKS_AT_ONCE) return;
    filter = { ...of, ...series, _id: { $gt: last._id } };
  }
}

/** Whether it is worth unpacking. */
function mayHold({ from, statuses, causes }: CallBlock, { to = Infinity, status, cause }: CallsQuery): boolean {
  if (from >= to || (cause !== undefined && !causes.includes(cause))) return false;
  return status === undefined || statuses.some((one) => isOfStatus(one, status));
}

const isOfStatus = (status: number, wanted: number): boolean =>
  wanted < 10 ? Math.floor(status / 100) === wanted : status === wanted;

/** A line of JSON, and what it says. */
type Matcher = (line: string) => CallRecord | undefined;

function matcherOf(query: CallsQuery): Matcher {
  const { kinds, status, method, cause, path, requestId, resourceId, from = 0, to = Infinity } = query;
  const texts = [requestId, resourceId].filter((text) => text !== undefined);
  return (line) => {
    // What must stand in it is looked for before it is parsed.
    for (const text of texts) if (!line.includes(text)) return undefined;
    const call = JSON.parse(line) as CallRecord;
    const at = answeredAt(call);
    const fits =
      (!kinds || kinds.includes(call.kind)) &&
      (status === undefined || isOfStatus(call.status, status)) &&
      (method === undefined || call.method === method) &&
      (cause === undefined || call.cause === cause) &&
      (path === undefined || call.path.includes(path)) &&
      (requestId === undefined || call.requestId === requestId) &&
      at >= from &&
      at < to;
    return fits ? call : undefined;
  };
}

async function callsIn(block: CallBlock, matches: Matcher): Promise<Standing[]> {
  const found: Standing[] = [];
  for (const [line, text] of (await linesOf(block)).entries()) {
    const call = matches(text);
    if (call) found.push({ at: answeredAt(call), block: block._id, line, call: withConnection(call, block) });
  }
  return found;
}

const withConnection = (call: CallRecord, { connectionId }: CallBlock): FoundCall =>
  connectionId === undefined ? call : { ...call, connectionId };

/** Longest that a request may be under way, milliseconds: so far behind its arrival its record is looked for. */
const LONGEST_CALL = 15 * 60_000;

/**
 * All records of one request, the newest first. Its id tells when it came, so that only blocks of the moments after are
 * looked at.
 */
export async function findCall(store: ReadModels, tenant: string, requestId: string): Promise<FoundCall[]> {
  const arrival = timeOf(requestId);
  if (arrival === undefined) return [];
  const matches = matcherOf({ tenant, requestId, limit: 1 });
  const found: Standing[] = [];
  let until = arrival + LONGEST_CALL;
  let last = `${idsAt(arrival)}~`;
  for (let looked = 0; looked < MAX_BLOCKS; looked += BLOCKS_AT_ONCE) {
    const filter = { tenant, _id: { $lt: last } };
    const query = { filter, sort: { _id: -1 }, limit: BLOCKS_AT_ONCE } as const;
    const blocks = await store.find<CallBlock>(CALL_BLOCKS.name, query);
    for (const block of blocks) {
      // What goes with it was noted when it was answered.
      if (block.from > until) return found.sort(compare).map(({ call }) => call);
      found.push(...(await callsIn(block, matches)));
      if (found.length > 0) until = Math.max(...found.map(({ at }) => at)) + MAX_SPAN;
    }
    last = blocks.at(-1)?._id ?? '';
    if (blocks.length < BLOCKS_AT_ONCE) break;
  }
  return found.sort(compare).map(({ call }) => call);
}

/** Milliseconds since the epoch in a UUIDv7 (RFC 9562 §5.7). */
function timeOf(id: string): number | undefined {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-7/.test(id) ? parseInt(id.slice(0, 8) + id.slice(9, 13), 16) : undefined;
}
