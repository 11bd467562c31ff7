import type { PeopleWords } from '#consumer';
import { parseViewMessage, productTopic, type ViewMessage, wellness } from '#products';
import type { JsonValue } from '#scim';

/** A member of the wellness programme, in the product's own keys. */
export interface WellnessPerson {
  readonly tenant: string;
  readonly user_id: string;
  /** `blocked`: may not sign in; the history stays. */
  readonly status: 'active' | 'blocked';
  readonly profile: Readonly<Record<string, JsonValue>>;
  /** Required keys that the identity provider does not send. */
  readonly incomplete: readonly string[];
}

export const wellnessPeople: PeopleWords<ViewMessage, WellnessPerson> = {
  product: wellness.id,
  topic: productTopic(wellness.id),
  group: wellness.id,
  collection: 'people',
  parse: parseViewMessage,
  isLeaver: ({ active }) => !active,
  keep: ({ view: { tenant, userId, active, attributes, missing } }) => ({
    tenant,
    user_id: userId,
    status: active ? 'active' : 'blocked',
    profile: attributes,
    incomplete: missing,
  }),
  show: ({ tenant, user_id, status, profile, incomplete }) => ({ tenant, user_id, status, ...profile, incomplete }),
};
