/** What a key's value is when it leaves. How SCIM values become these is in `convert-value.ts`. */
export type KeyType =
  /** Text, trimmed. */
  | 'string'
  /** Text with an `@` between two parts, kept in the case it came in. */
  | 'email'
  /** Text without a leading `tel:` (RFC 3966). */
  | 'phone'
  /** `YYYY-MM-DD`; of a dateTime its date part as written, never shifted to another time zone. */
  | 'date'
  /** A decimal number as text, digit for digit. */
  | 'decimal'
  | 'boolean'
  /** An object of RFC 7643 §4.1.2 address components. */
  | 'address'
  | 'stringList'
  /** Text, or a list of texts, whichever came. */
  | 'stringOrList'
  /** A whole extension object as it came; only for a source that is an extension. */
  | 'object'
  /** Whatever came, in the type it came in. */
  | 'any';

/** Which element of a multi-valued attribute: the primary one, one without a type, any, or one of the named type. */
export type ElementPick = 'primary' | 'untyped' | 'any' | { readonly type: string };

/** An attribute to read from, optionally with a choice among its elements. */
export interface AttributeSource {
  /** `attr`, `attr.sub`, `urn:…:attr`, `urn:…:attr.sub`, or `attr[type eq "…"].sub`, `attr[primary eq true].sub`. */
  readonly path: string;
  /** Choices among the elements, the first that finds one wins; then `sub` is read from that element alone. */
  readonly pick?: readonly ElementPick[];
  /**
   * Elements count only when they have one of these sub-attributes; by default the one the path ends in. Naming all
   * parts of an address lets several keys read the same address instead of the street of one and the city of another.
   */
  readonly among?: readonly string[];
  /** The value is passed over, without a complaint, when it holds no `@`. */
  readonly onlyWithAt?: true;
}

/** Everything under one extension URN, whatever the names. */
export interface ExtensionSource {
  readonly extension: string;
  /** Attributes that customers commonly send, for discovery; any other is read as well. */
  readonly names?: readonly string[];
}

/** A bare text is a path without further conditions. */
export type Source = string | AttributeSource | ExtensionSource;

export const KEY_NAMESPACES = ['core', 'enterprise', 'extension'] as const;
export type KeyNamespace = (typeof KEY_NAMESPACES)[number];
export const KEY_LEVELS = ['required', 'recommended', 'optional'] as const;
export type KeyLevel = (typeof KEY_LEVELS)[number];

export interface ProductKey {
  /** The product's own word, in snake_case. `active` is not a key: every view carries it beside them. */
  readonly key: string;
  /** Where the first source lives. */
  readonly namespace: KeyNamespace;
  /** The first that has a value decides, even when that value is bad: a fault must show, not hide behind a fallback. */
  readonly sources: readonly Source[];
  readonly type: KeyType;
  /** JSON numbers or booleans that may stand for a text; they become their literal. */
  readonly literals?: readonly ('number' | 'boolean')[];
  /** Asked of the value but not enforced: another value is kept as sent and reported. */
  readonly asks?: 'countryCode';
  readonly level: KeyLevel;
  /** Health, pay, origin and the like: masked wherever people look at views, and never logged. */
  readonly sensitive: boolean;
  readonly description: string;
}

/** A downstream product described as data: what it wants to know of a person, and where that is found. */
export interface ProductProfile {
  /** In topic names and URLs: lower-case letters, digits and `-`. */
  readonly id: string;
  readonly title: string;
  /** Told of every tenant's people unless the tenant disables it; other products only where they are enabled. */
  readonly enabledByDefault?: true;
  /** The key by which the product tells people apart. */
  readonly identityKey: string;
  readonly keys: readonly ProductKey[];
  /** Set where groups of the identity provider become roles of the product. */
  readonly roles?: ProductRoles;
  /**
   * Set where the product wants all of a tenant's own attributes in one namespace: a mapping then names bare client
   * keys of this URN and nothing else. Absent: a mapping may name any path.
   */
  readonly clientNamespace?: string;
  /** Set where a mapping may give the product keys that this profile does not have, each with the attribute behind it. */
  readonly ownKeys?: true;
  /** What the product does with a person who becomes inactive or is deprovisioned. */
  readonly deactivation: {
    readonly loginBlocked: boolean;
    /** Whether it keeps what it knows of them, for their return. */
    readonly dataRetained: boolean;
    /** Whether colleagues still see what they did. */
    readonly historyVisible: boolean;
    readonly description: string;
  };
}

/** Roles come without permissions: what a role may do is the product's own business. */
export interface ProductRoles {
  /** Where the view carries them: names of roles, each once, in alphabetical order. No key may have this name. */
  readonly key: string;
  /**
   * `everyGroup`: each group is a role of its own name unless the tenant's role mapping calls it otherwise.
   * `mappedGroups`: only groups that the role mapping names are roles.
   */
  readonly from: 'everyGroup' | 'mappedGroups';
  readonly description: string;
}
