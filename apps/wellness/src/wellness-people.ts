import { extendHistory, folded, loginOf, type PeopleWords, type PersonRow } from '#consumer';
import { parseViewMessage, productTopic, type ViewMessage, wellness } from '#products';
import type { JsonValue } from '#scim';
import { dayOfYear } from './anniversaries.js';

/** A member of the wellness programme, in the product's own keys. */
export interface WellnessPerson extends PersonRow {
  readonly user_id: string;
  /** `blocked`: may not sign in; the history stays. */
  readonly status: 'active' | 'blocked';
  readonly profile: Readonly<Record<string, JsonValue>>;
  /** Required keys that the identity provider does not send. */
  readonly incomplete: readonly string[];
  /** `MM-DD` of the first day at work: what anniversaries are found by. */
  readonly joined?: string;
}

export const wellnessPeople: PeopleWords<ViewMessage, WellnessPerson> = {
  product: wellness.id,
  topic: productTopic(wellness.id),
  group: wellness.id,
  collection: 'people',
  parse: parseViewMessage,
  isLeaver: ({ active }) => !active,
  keep: ({ id, time, view }, before) => {
    const { tenant, userId, active, deleted, attributes, missing } = view;
    const status = active ? 'active' : 'blocked';
    const was = before && { ...before.profile, status: before.status };
    const joined = dayOfYear(attributes['joining_date']);
    return {
      tenant,
      user_id: userId,
      status,
      profile: attributes,
      incomplete: missing,
      ...(joined !== undefined && { joined }),
      signIn: { active, ...(deleted && { deleted }) },
      find: findingOf(tenant, attributes),
      history: extendHistory(before?.history ?? [], was, { ...attributes, status }, { at: time, event: id }),
    };
  },
  show: ({ tenant, user_id, status, profile, incomplete }) => ({ tenant, user_id, status, ...profile, incomplete }),
};

function findingOf(tenant: string, keys: WellnessPerson['profile']): WellnessPerson['find'] {
  const { email, first_name, last_name, employee_id, job_title } = keys;
  const department = folded(keys['department']);
  const manager = folded(keys['manager_email'], keys['manager_name']);
  const location = folded(keys['office_location'], keys['region'], keys['country']);
  return {
    ...(typeof email === 'string' && { login: loginOf(tenant, email) }),
    text: folded(first_name, last_name, email, employee_id, job_title)?.join(' ') ?? '',
    ...(department && { department }),
    ...(manager && { manager }),
    ...(location && { location }),
  };
}
