import type { ScimErrorKind } from '#scim';

/** What is known of a request when its likely cause is looked for. Nothing here is shown to anybody. */
export interface RefusedRequest {
  readonly method: string;
  /** Kind of the refusal; `internal` where the fault was ours. */
  readonly kind: ScimErrorKind | 'internal';
  readonly detail: string;
}

/** Whose settings the advice is about. */
export interface Advised {
  /** Preset of the connection; undefined where nobody knows who is speaking. */
  readonly idp?: string | undefined;
  readonly matchingAttribute?: string | undefined;
}

export interface Cause {
  /** For a person, in a sentence or two. */
  readonly likelyCause: string;
  /** What to change, and where. `{matching}` stands for the place of the matching attribute in the provider's settings. */
  readonly fix: string;
}

/** A refusal of this kind, and with such a detail where one is told, has this cause. The first that fits counts. */
export interface CauseRule {
  readonly kind: ScimErrorKind | 'internal';
  readonly detail?: RegExp;
  readonly method?: string;
  readonly cause: string;
}
