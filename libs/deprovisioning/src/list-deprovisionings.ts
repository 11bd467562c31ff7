import type { Filter, ReadModels } from '#read-models';
import { type DeprovisioningDocument, DEPROVISIONINGS } from './deprovisionings.js';

/** `late`: open for longer than a product may take. `returned` ones are `done`. */
export type DeprovisioningState = 'open' | 'late' | 'done';

export interface DeprovisioningsQuery {
  readonly tenant: string;
  readonly state?: DeprovisioningState | undefined;
  /** Judge by this product alone, and leave out who left while it was disabled. */
  readonly product?: string | undefined;
  readonly limit: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string | undefined;
  /** Ms since the epoch: what was requested before and is open is late. */
  readonly lateBefore: number;
}

export interface DeprovisioningsPage {
  readonly deprovisionings: readonly DeprovisioningDocument[];
  /** Absent on the last page. */
  readonly nextCursor?: string;
}

export class InvalidDeprovisioningsCursor extends Error {
  override readonly name = 'InvalidDeprovisioningsCursor';
}

/** A place in the list: what is open comes first, oldest first, and so the late; then what is done, newest first. */
interface Place {
  readonly open: boolean;
  readonly requestedAt: string;
  readonly id: string;
}

/** Leavers of a tenant, those who wait longest first. */
export async function listDeprovisionings(
  models: ReadModels,
  { tenant, state, product, limit, cursor, lateBefore }: DeprovisioningsQuery,
): Promise<DeprovisioningsPage> {
  const after = cursor === undefined ? undefined : placeOf(cursor);
  const wanted = limit + 1;
  const found: DeprovisioningDocument[] = [];
  for (const open of [true, false]) {
    if (found.length === wanted || (after && open && !after.open)) continue;
    // Of one product, an acknowledgement counts whoever else is still expected.
    if (product === undefined && (open ? state === 'done' : state === 'open' || state === 'late')) continue;
    const direction = open ? 1 : -1;
    const filter: Filter = {
      tenant,
      open,
      ...(state === 'late' && { requestedAt: { $lt: new Date(lateBefore).toISOString() } }),
      ...(product !== undefined && ofProduct(product, state, open)),
    };
    found.push(
      ...(await models.find<DeprovisioningDocument>(DEPROVISIONINGS.name, {
        filter,
        sort: { requestedAt: direction, _id: direction },
        ...(after?.open === open && { after: { values: [after.requestedAt], id: after.id } }),
        limit: wanted - found.length,
      })),
    );
  }
  const deprovisionings = found.slice(0, limit);
  const last = deprovisionings.at(-1);
  return { deprovisionings, ...(found.length > limit && last && { nextCursor: cursorOf(last) }) };
}

function ofProduct(product: string, state: DeprovisioningState | undefined, open: boolean): Filter {
  const path = `products.${product}.state`;
  if (state === undefined) return { [path]: { $exists: true } };
  // Who returned is done with, though no product may have heard of it.
  if (state === 'done') return { [path]: open ? 'acknowledged' : { $exists: true } };
  return { [path]: open ? 'expected' : { $in: [] } };
}

const cursorOf = ({ open, requestedAt, _id: id }: DeprovisioningDocument): string =>
  Buffer.from(JSON.stringify({ open, requestedAt, id } satisfies Place), 'utf8').toString('base64url');

function placeOf(cursor: string): Place {
  try {
    const place = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as Partial<Place> | null;
    const { open, requestedAt, id } = place ?? {};
    if (typeof open === 'boolean' && typeof requestedAt === 'string' && typeof id === 'string') {
      return { open, requestedAt, id };
    }
  } catch {
    // As below.
  }
  throw new InvalidDeprovisioningsCursor('cursor must be the nextCursor of another page');
}
