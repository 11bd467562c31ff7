import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import type { CollectionDefinition, Document } from '#read-models';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** Successes are bounded apart from the rest, so that however many there are they crowd nothing out. */
export type Series = 'successes' | 'refusals';

/** Calls of one bucket and series that were written together, oldest first. Ids count down with time: newest first. */
export interface CallBlock extends Document {
  readonly tenant: string;
  /** Undefined where nobody knows who was speaking. */
  readonly connectionId?: string;
  /** What is bounded together: a connection, or the strangers of a tenant. */
  readonly bucket: string;
  readonly series: Series;
  /** When its oldest and its newest call were answered, milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
  readonly calls: number;
  readonly statuses: readonly number[];
  readonly causes: readonly string[];
  /** Lines of JSON; `packed`: deflated (RFC 1951), in base64. */
  readonly text: string;
  readonly packed: boolean;
}

/** Longest time between the first and the last call of a block, milliseconds. */
export const MAX_SPAN = 10_000;

export const CALL_BLOCKS: CollectionDefinition = {
  name: 'call-blocks',
  indexes: [
    { name: 'tenant', fields: ['tenant', '_id'] },
    { name: 'tenant-series', fields: ['tenant', 'series', '_id'] },
    { name: 'bucket', fields: ['bucket', '_id'] },
    { name: 'bucket-series', fields: ['bucket', 'series', '_id'] },
    { name: 'to', fields: ['to'] },
  ],
};

export const bucketOf = (tenant: string, connectionId: string | undefined): string => `${tenant}/${connectionId ?? ''}`;

const END_OF_TIME = 2 ** 48 - 1;

/** What ids of blocks begin with whose newest call was answered then. @param to milliseconds since the epoch */
export const idsAt = (to: number): string =>
  Math.max(0, END_OF_TIME - Math.floor(to))
    .toString(16)
    .padStart(12, '0');

/** @param sequence counts the blocks of this process @param writer tells processes apart */
export function blockId(to: number, sequence: number, writer: string): string {
  const place = (0xffffffff - (sequence & 0x7fffffff)).toString(16).padStart(8, '0');
  return `${idsAt(to)}-${place}-${writer}`;
}

/** Below, what is saved is not worth the call. */
const PACK_FROM = 1_024;
/** Lines are alike: the fastest level takes most of what there is to take. */
const LEVEL = 1;
/** Bytes that deflated lines come in: in one piece, mostly, as each costs a turn of the event loop. */
const CHUNK = 64 * 1024;

export async function pack(lines: Buffer): Promise<Pick<CallBlock, 'text' | 'packed'>> {
  if (lines.length < PACK_FROM) return { text: lines.toString(), packed: false };
  return { text: (await deflate(lines, { level: LEVEL, chunkSize: CHUNK })).toString('base64'), packed: true };
}

/** @returns the lines, oldest first */
export async function linesOf({ text, packed }: Pick<CallBlock, 'text' | 'packed'>): Promise<string[]> {
  const lines = packed ? (await inflate(Buffer.from(text, 'base64'))).toString() : text;
  return lines.split('\n');
}

/** What a block takes up in the store, bytes; its entries in indexes included. */
export const sizeOf = ({ text }: Pick<CallBlock, 'text'>): number => text.length + 1_024;
