import type { CollectionDefinition, Document } from '#read-models';

/** What one product has told of one leaver. */
export interface ProductProof {
  /**
   * `expected`: it has yet to say so. `acknowledged`: its store has the person as inactive. `silent`: it has never
   * acknowledged anything, so nothing is known of it and nobody waits for it.
   */
  readonly state: 'expected' | 'acknowledged' | 'silent';
  /** When the product's store had it, by the product's clock. */
  readonly acknowledgedAt?: string;
  /** From the request to the acknowledgement, ms, by the clocks of gateway and product. */
  readonly elapsedMs?: number;
  /** Where the message stood on the product's topic, decimal digits. */
  readonly topic?: string;
  readonly partition?: number;
  readonly offset?: string;
}

/**
 * One person's leaving, followed from the request to each product; `_id` is `{tenant}/{position}`, the position with leading
 * zeros, so that ids stand in the order of requests.
 */
export interface DeprovisioningDocument extends Document {
  readonly tenant: string;
  readonly userId: string;
  /** `{tenant}/{userId}`. */
  readonly person: string;
  /** `deactivated`: by `active: false`; `deleted`: by DELETE. */
  readonly kind: 'deactivated' | 'deleted';
  readonly reason: string;
  /** Of the event in the log. */
  readonly eventId: string;
  readonly revision: number;
  readonly position: string;
  /** Id of the request that asked for it, and when it came. */
  readonly requestId: string;
  readonly requestedAt: string;
  readonly connection?: string;
  readonly idp?: string;
  readonly admin?: string;
  /** Products that were enabled for the tenant then. */
  readonly products: Readonly<Record<string, ProductProof>>;
  /** When the person was reactivated. */
  readonly returnedAt?: string;
  /** Some product is still expected to acknowledge, and the person has not come back. */
  readonly open: boolean;
  /** `acknowledged`: by all who were expected to; `returned`: the person was reactivated before. Neither: nobody was. */
  readonly closedBy?: 'acknowledged' | 'returned';
  /** When the last of them had it, or when the person came back. */
  readonly closedAt?: string;
}

export const DEPROVISIONINGS: CollectionDefinition = {
  name: 'deprovisionings',
  indexes: [
    { name: 'state', fields: ['tenant', 'open', 'requestedAt'] },
    { name: 'person', fields: ['person'] },
    // Who waits longest, over all tenants.
    { name: 'open', fields: ['open', 'requestedAt'] },
  ],
};

/** Products that tenants have enabled or disabled, against the default; `_id` is the tenant. */
export interface ProductChoicesDocument extends Document {
  readonly enabled: Readonly<Record<string, boolean>>;
}
export const PRODUCT_CHOICES: CollectionDefinition = { name: 'deprovisioning-choices', indexes: [] };

const POSITION_DIGITS = 20;

export const deprovisioningId = (tenant: string, position: bigint): string =>
  `${tenant}/${String(position).padStart(POSITION_DIGITS, '0')}`;

/** A leaving as far as it is told, before it is known whether it is closed. */
export type Told = Omit<DeprovisioningDocument, 'open' | 'closedBy' | 'closedAt'>;

/** Open or closed, as what is told makes it: the same in whatever order it was told. */
export function judged(told: Told): DeprovisioningDocument {
  const proofs = Object.values(told.products);
  const { returnedAt } = told;
  if (proofs.some(({ state }) => state === 'expected')) {
    return returnedAt === undefined
      ? { ...told, open: true }
      : { ...told, open: false, closedBy: 'returned', closedAt: returnedAt };
  }
  const closedAt = proofs.flatMap(({ acknowledgedAt }) => acknowledgedAt ?? []).sort().at(-1); // prettier-ignore
  return { ...told, open: false, ...(closedAt !== undefined && { closedBy: 'acknowledged', closedAt }) };
}
