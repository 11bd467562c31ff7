import { extendHistory, folded, type PeopleWords, type PersonRow } from '#consumer';
import { parseViewMessage, productTopic, type ViewMessage, wellness } from '#products';
import type { JsonValue } from '#scim';

/** A member of the wellness programme, in the product's own keys. */
export interface WellnessPerson extends PersonRow {
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
  keep: ({ id, time, view }, before) => {
    const { tenant, userId, active, deleted, attributes, missing } = view;
    const status = active ? 'active' : 'blocked';
    const was = before && { ...before.profile, status: before.status };
    return {
      tenant,
      user_id: userId,
      status,
      profile: attributes,
      incomplete: missing,
      signIn: { active, ...(deleted && { deleted }) },
      history: extendHistory(before?.history ?? [], was, { ...attributes, status }, { at: time, event: id }),
    };
  },
  show: ({ tenant, user_id, status, profile, incomplete }) => ({ tenant, user_id, status, ...profile, incomplete }),
  findBy: ({ profile }) => {
    const { email, first_name, last_name, employee_id, job_title } = profile;
    return {
      login: folded(email)[0],
      text: folded(first_name, last_name, email, employee_id, job_title).join(' '),
      department: folded(profile['department']),
      manager: folded(profile['manager_email'], profile['manager_name']),
      location: folded(profile['office_location'], profile['region'], profile['country']),
    };
  },
};
