import { randomBytes } from 'node:crypto';

/**
 * What is stored under a lease's name: a count of its moves, and who made the last one in the lower 64 bits, so that whoever
 * was not told whether a move of theirs was stored can see it.
 */
export type LeasePlace = bigint;

const HOLDER_BITS = 64n;

/** Who moves: any but 0, which is nobody. */
export function newHolder(): bigint {
  return BigInt(`0x${randomBytes(8).toString('hex')}`) || 1n;
}

/** The place after `place`, moved by `holder`. */
export function movedBy(holder: bigint, place: LeasePlace | undefined): LeasePlace {
  const moves = place === undefined ? 0n : place >> HOLDER_BITS;
  return ((moves + 1n) << HOLDER_BITS) | holder;
}

/** The place after `place` at which nobody holds the lease. */
export const givenUp = (place: LeasePlace): LeasePlace => movedBy(0n, place);

export const isFree = (place: LeasePlace | undefined): boolean =>
  place === undefined || BigInt.asUintN(Number(HOLDER_BITS), place) === 0n;
