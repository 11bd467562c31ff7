import type { Document, ReadModels, WriteOperation } from '#read-models';
import { blockId, CALL_BLOCKS, type CallBlock, pack, sizeOf } from './call-block.js';
import type { OpenBlock } from './call-series.js';

/** How much is kept. */
export interface Retention {
  readonly days: number;
  /** Bytes that the calls of one connection may take: successes, and again what was refused. */
  readonly connectionBytes: number;
  /** Bytes that all calls may take. */
  readonly bytes: number;
}

/** Bytes that calls of a tenant's strangers may take: they must not crowd out what a connection did. */
const STRANGERS_BYTES = 1024 * 1024;
/** What was pruned leaves room, so that not every write prunes. */
const PRUNE_TO = 0.95;
/** Blocks looked at in one step of pruning: each may hold a quarter of a megabyte. */
const PRUNE_STEP = 20;

interface Usage extends Document {
  readonly bytes: number;
}

const USAGE = 'call-usage';
const WHOLE = 'all';

const usageId = ({ bucket, series }: Pick<CallBlock, 'bucket' | 'series'>): string => `${bucket}/${series}`;

/** Blocks of calls in the store, and what of them must go. */
export class CallStore {
  private sequence = 0;

  /** @param writer tells the processes apart that write to one store */
  constructor(
    private readonly store: ReadModels,
    private readonly retention: Retention,
    private readonly writer: string,
  ) {}

  async start(): Promise<void> {
    await this.store.declare(CALL_BLOCKS);
    await this.store.declare({ name: USAGE, indexes: [] });
  }

  /** Writes all of the blocks, or none. */
  async write(open: readonly OpenBlock[]): Promise<void> {
    const blocks = await Promise.all(open.map((block) => this.closed(block)));
    const added = new Map<string, { bytes: number; block: CallBlock }>();
    let all = 0;
    for (const block of blocks) {
      const bytes = sizeOf(block);
      all += bytes;
      added.set(usageId(block), { bytes: (added.get(usageId(block))?.bytes ?? 0) + bytes, block });
    }
    const ids = [...added.keys(), WHOLE];
    const before = await this.store.getMany<Usage>(USAGE, ids);
    const usage = ids.map((id, n) => ({ _id: id, bytes: (before[n]?.bytes ?? 0) + (added.get(id)?.bytes ?? all) }));
    await this.store.write({
      operations: [
        ...blocks.map((document): WriteOperation => ({ type: 'put', collection: CALL_BLOCKS.name, document })),
        ...usage.map((document): WriteOperation => ({ type: 'put', collection: USAGE, document })),
      ],
    });
    for (const { _id: id, bytes } of usage) {
      const block = added.get(id)?.block;
      if (block) await this.pruneSeries(block, bytes);
      else await this.prune({}, bytes, this.retention.bytes);
    }
  }

  /** Lets go of what is older than is kept. @param now milliseconds since the epoch */
  async ageOut(now: number): Promise<void> {
    const filter = { to: { $lt: now - this.retention.days * 86_400_000 } };
    for (;;) {
      const old = await this.store.find<CallBlock>(CALL_BLOCKS.name, { filter, limit: PRUNE_STEP });
      if (old.length > 0) await this.remove(old);
      if (old.length < PRUNE_STEP) return;
    }
  }

  private async closed({ lines, ...about }: OpenBlock): Promise<CallBlock> {
    return { _id: blockId(about.to, this.sequence++, this.writer), ...about, ...(await pack(Buffer.concat(lines))) };
  }

  private pruneSeries({ bucket, series, connectionId }: CallBlock, bytes: number): Promise<void> {
    const limit = connectionId === undefined ? STRANGERS_BYTES : this.retention.connectionBytes;
    return this.prune({ bucket, series }, bytes, limit);
  }

  private async prune(filter: object, bytes: number, limit: number): Promise<void> {
    let excess = bytes > limit ? bytes - limit * PRUNE_TO : 0;
    while (excess > 0) {
      const query = { filter: filter as Record<string, unknown>, sort: { _id: -1 }, limit: PRUNE_STEP } as const;
      const oldest = await this.store.find<CallBlock>(CALL_BLOCKS.name, query);
      const going: CallBlock[] = [];
      for (const block of oldest) {
        if (excess <= 0) break;
        excess -= sizeOf(block);
        going.push(block);
      }
      if (going.length === 0) return;
      await this.remove(going);
    }
  }

  private async remove(blocks: readonly CallBlock[]): Promise<void> {
    const gone = new Map<string, number>([[WHOLE, 0]]);
    for (const block of blocks) {
      for (const id of [usageId(block), WHOLE]) gone.set(id, (gone.get(id) ?? 0) + sizeOf(block));
    }
    const before = await this.store.getMany<Usage>(USAGE, [...gone.keys()]);
    const usage = [...gone].map(([id, bytes], n): WriteOperation => {
      const left = Math.max(0, (before[n]?.bytes ?? 0) - bytes);
      if (left === 0) return { type: 'delete', collection: USAGE, id };
      return { type: 'put', collection: USAGE, document: { _id: id, bytes: left } as Usage };
    });
    const deletes = blocks.map(({ _id: id }) => ({ type: 'delete', collection: CALL_BLOCKS.name, id }) as const);
    await this.store.write({ operations: [...deletes, ...usage] });
  }
}
