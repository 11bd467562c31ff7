import { type JsonValue, sameJson } from '#scim';
import { acksTopic } from './acknowledgements.js';
import type { AttributeView, KeyProblem } from './derive-view.js';
import type { ProductProfile } from './product-profile.js';

/** Canonical changes of people and groups: one message per event, for whoever keeps an own copy. */
export const USERS_TOPIC = 'rollcall.users';
export const GROUPS_TOPIC = 'rollcall.groups';

/** Attribute views of one product: compacted, so that its newest message per person is always there. */
export function productTopic(product: string): string {
  return `rollcall.product.${product}`;
}

/** Key of a message about one user or group. One key, one partition: that is what keeps a person's changes in order. */
export function messageKey(tenant: string, id: string): string {
  return `${tenant}/${id}`;
}

/** CloudEvents `type` of a view on a product's topic. */
export const VIEW_CHANGED = 'rollcall.product.view.changed.v1';

/** CloudEvents `type` of a canonical change, by the type of the event behind it. */
export const CHANGE_TYPES = {
  UserProvisioned: 'rollcall.user.provisioned.v1',
  UserUpdated: 'rollcall.user.updated.v1',
  UserDeactivated: 'rollcall.user.deactivated.v1',
  UserReactivated: 'rollcall.user.reactivated.v1',
  UserDeprovisioned: 'rollcall.user.deprovisioned.v1',
  GroupCreated: 'rollcall.group.created.v1',
  GroupUpdated: 'rollcall.group.updated.v1',
  GroupDeleted: 'rollcall.group.deleted.v1',
  GroupMembershipChanged: 'rollcall.group.membership.changed.v1',
} as const;

/** What a product's topic carries as JSON. */
export interface ViewMessage {
  readonly tenant: string;
  readonly userId: string;
  /** Revision of the user the view was derived from; a lower or equal one than the last seen is a repetition. */
  readonly revision: number;
  /** False blocks the login; data stays. */
  readonly active: boolean;
  /** Present when the identity provider deleted the person. The product keeps the data: the person may come back. */
  readonly deleted?: true;
  readonly mappingVersion: number;
  /**
   * Counts the changes of the tenant's settings for the product, its mappings among them. Of two views as of the same
   * position the one with the higher number is the newer one.
   */
  readonly settingsVersion: number;
  /** The product's keys. */
  readonly attributes: Readonly<Record<string, JsonValue>>;
  /** Required keys without a value. */
  readonly missing: readonly string[];
  readonly problems: readonly KeyProblem[];
}

export interface ViewMessageInput {
  readonly tenant: string;
  readonly userId: string;
  readonly revision: number;
  readonly view: AttributeView;
  /** Default 0: as the profile has it. */
  readonly settingsVersion?: number;
  readonly deleted?: boolean;
}

export function viewMessage(input: ViewMessageInput): ViewMessage {
  const { tenant, userId, revision, view, settingsVersion = 0, deleted = false } = input;
  return {
    tenant,
    userId,
    revision,
    active: view.active && !deleted,
    ...(deleted ? { deleted: true } : {}),
    mappingVersion: view.mappingVersion,
    settingsVersion,
    attributes: view.keys,
    missing: view.missing,
    problems: view.problems,
  };
}

/** Whether publishing `b` after `a` would tell the product nothing new; revision and versions of settings tell nothing. */
export function sameMessage(a: ViewMessage, b: ViewMessage): boolean {
  return (
    a.active === b.active &&
    a.deleted === b.deleted &&
    sameJson(a.attributes, b.attributes) &&
    sameJson(a.missing, b.missing) &&
    sameJson(a.problems, b.problems)
  );
}

/** Every topic that serves these products. Compacted are those whose messages are whole pictures, of a person or a place. */
export function topicsFor(profiles: readonly ProductProfile[]): TopicOfOurs[] {
  return [
    { name: USERS_TOPIC, compacted: false },
    { name: GROUPS_TOPIC, compacted: false },
    ...profiles.flatMap(({ id }) => topicsOf(id)),
  ];
}

/** What a product reads and writes, and so what it has to be let at. */
export function topicsOf(product: string): TopicOfOurs[] {
  return [
    { name: productTopic(product), compacted: true },
    { name: acksTopic(product), compacted: true },
    { name: deadLetterTopic(productTopic(product)), compacted: false },
  ];
}

interface TopicOfOurs {
  readonly name: string;
  readonly compacted: boolean;
}

/** Where messages of `topic` go that will never work. */
export function deadLetterTopic(topic: string): string {
  return `${topic}.dead-letter`;
}

/**
 * The message in a topic's JSON.
 * @throws TypeError naming the first field that is not as {@link ViewMessage} has it
 */
export function parseViewMessage(data: unknown): ViewMessage {
  if (typeof data !== 'object' || data === null) throw new TypeError('a view is a JSON object');
  const fields = data as Readonly<Record<string, unknown>>;
  const expect = (name: string, holds: boolean): void => {
    if (!holds) throw new TypeError(`${name} is missing or of another type`);
  };
  for (const name of ['tenant', 'userId']) expect(name, typeof fields[name] === 'string' && fields[name] !== '');
  for (const name of ['revision', 'mappingVersion']) expect(name, Number.isSafeInteger(fields[name]));
  expect('active', typeof fields['active'] === 'boolean');
  expect('deleted', fields['deleted'] === undefined || fields['deleted'] === true);
  const { attributes } = fields;
  expect('attributes', typeof attributes === 'object' && attributes !== null && !Array.isArray(attributes));
  for (const name of ['missing', 'problems']) expect(name, Array.isArray(fields[name]));
  return data as ViewMessage;
}
