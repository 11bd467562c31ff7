import type { Check } from './judges.js';

/** A check of a judge that asks for what the RFC does not, and the decision that says so line by line. */
export interface WrongCheck extends Pick<Check, 'judge' | 'name'> {
  /** What the check complains of, so that another complaint under the same name is not passed over. */
  readonly complaint: string;
  readonly adr: string;
}

export const WRONG_CHECKS: readonly WrongCheck[] = [
  {
    judge: 'scim-sanity',
    name: 'PATCH /Groups/{id} add member',
    complaint: 'Expected 200, got 400',
    adr: 'docs/adr/0010-members-must-exist.md',
  },
];
