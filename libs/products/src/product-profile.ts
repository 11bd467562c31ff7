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
  | 'object';

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

export type KeyNamespace = 'core' | 'enterprise' | 'extension';
export type KeyLevel = 'required' | 'recommended' | 'optional';

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
  /** The key by which the product tells people apart. */
  readonly identityKey: string;
  readonly keys: readonly ProductKey[];
  /**
   * Set where the product wants all of a tenant's own attributes in one namespace: a mapping then names bare client
   * keys of this URN and nothing else. Absent: a mapping may name any path.
   */
  readonly clientNamespace?: string;
  /** What the product does with a person who becomes inactive or is deprovisioned. */
  readonly deactivation: {
    readonly loginBlocked: boolean;
    readonly dataRetained: boolean;
    readonly description: string;
  };
}
