/**
 * Ways of writing that RFC 7644 does not have and that would hide a mistake of a client that keeps to it. Each is off
 * unless the connection's preset turns it on. What can hurt nobody is not here: it is taken from everyone.
 */
export interface Tolerances {
  /** Filter: an unquoted word behind `eq` on a string attribute is text (an example in Entra ID's documentation). */
  readonly lenientUnquoted?: boolean;
  /**
   * PATCH: `add` at a list-valued attribute of an extension brings the whole list and takes the place of what is there
   * (Entra ID, Microsoft Q&A 1693075). RFC 7644 §3.5.2.1 would append.
   */
  readonly addReplacesExtensionLists?: boolean;
  /** PATCH of a group as in SCIM 1.1 (REST API §3.3.2): `members` with `operation: "delete"` instead of Operations (OneLogin). */
  readonly scim1GroupPatch?: boolean;
  /** PATCH: the value of an operation without a path is a string that holds its JSON (scim-for-keycloak #172). */
  readonly jsonTextValue?: boolean;
  /**
   * POST and PUT: a string of nothing but white space is no value. OneLogin's templates join two macros with a space
   * (`{$user.manager_firstname} {$user.manager_lastname}`), which stays where both are empty.
   */
  readonly blankIsUnassigned?: boolean;
}

/** RFC 7644 and what is taken from everyone. */
export const STRICT: Tolerances = Object.freeze({});
