import type { MatchingAttribute } from '#domain';
import type { JsonValue } from '#scim';

export type JsonObject = Readonly<Record<string, JsonValue>>;

/** What a provider needs of a connection, in the order in which it is tried. */
export const CAPABILITIES = [
  'authentication',
  'connectionTest',
  'discovery',
  'userLookup',
  'createUser',
  'updateUser',
  'deactivateUser',
  'reactivateUser',
  'pushGroup',
  'changeMembers',
  'renameGroup',
  'deleteGroup',
  'deleteUser',
] as const;

export type Capability = (typeof CAPABILITIES)[number];

/**
 * A request as a provider sends it. In its texts `{name}` stands for something of the test: `userName`, `externalId`,
 * `groupName` and `nobody` (text that belongs to nobody), and what calls before it kept.
 */
export interface ProbeCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Behind the base URL, as it goes over the wire but for what is put in, which is encoded. */
  readonly path: string;
  readonly body?: JsonObject;
  /** Name of a representation kept before, which is sent back with the attributes of `body` laid over it. */
  readonly echo?: string;
  /** Statuses that the provider is content with. */
  readonly status: readonly number[];
  /** Part of the answer; of a list, elements that it must hold. */
  readonly shows?: JsonObject;
  /** Keeps the answer under this name, and its id under the name with `Id` behind. */
  readonly keep?: string;
}

/** What a provider sends, from its connection test to the end of a first cycle. A part left out: it never does that. */
export interface IdpProbes {
  /** Of its connection test, or of saving its settings. */
  readonly connectionTest?: readonly ProbeCall[];
  readonly discovery?: readonly ProbeCall[];
  /** Path of the request by which it finds somebody, by attribute. */
  readonly lookup: Readonly<Partial<Record<MatchingAttribute, string>>>;
  readonly createUser: readonly ProbeCall[];
  readonly updateUser: readonly ProbeCall[];
  readonly deactivateUser: readonly ProbeCall[];
  readonly reactivateUser: readonly ProbeCall[];
  readonly deleteUser?: readonly ProbeCall[];
  readonly pushGroup?: readonly ProbeCall[];
  readonly changeMembers?: readonly ProbeCall[];
  readonly renameGroup?: readonly ProbeCall[];
  readonly deleteGroup?: readonly ProbeCall[];
}
