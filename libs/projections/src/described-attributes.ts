import { attributesOf, type ResourceAttributes } from '#scim';

/** Not stored: JSON has no symbols. */
export const ATTRIBUTES = Symbol('attributes');

/** A document of a user or a group. */
export interface DescribesAttributes {
  /** See `resourceJson`. */
  readonly json: string;
  /** What `json` says, while the document that was folded is at hand, so that nobody parses it for that. */
  readonly [ATTRIBUTES]?: ResourceAttributes;
}

/** The attributes that `json` holds the text of. */
export const attributesIn = (document: DescribesAttributes): ResourceAttributes =>
  document[ATTRIBUTES] ?? attributesOf(document.json);
