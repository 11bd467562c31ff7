import type { AttributeSource, ElementPick } from './product-profile.js';

/** Where addresses disagree about which one counts: primary, else work, else untyped, else the first. */
const USUAL: readonly ElementPick[] = ['primary', { type: 'work' }, 'untyped', 'any'];

/**
 * One part of an address. Sources made by this read the same address: the first choice that has any part of a place, so
 * that a street never stands beside another address's city.
 */
export const placeSource = (part: string, pick: readonly ElementPick[] = USUAL): AttributeSource => ({
  path: `addresses.${part}`,
  pick,
  among: ['streetAddress', 'locality', 'region', 'postalCode', 'country'],
});
