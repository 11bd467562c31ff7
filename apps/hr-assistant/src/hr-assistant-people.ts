import { extendHistory, folded, type PeopleWords, type PersonRow } from '#consumer';
import { hrAssistant, parseViewMessage, productTopic, type ViewMessage } from '#products';
import type { JsonValue } from '#scim';

/** Somebody the assistant can answer, and answer about. */
export interface Employee extends PersonRow {
  readonly employee: string;
  /** Whether the assistant talks to them. */
  readonly may_ask: boolean;
  /** Whether the identity provider let go of them; what they were stays known. */
  readonly left: boolean;
  readonly facts: Readonly<Record<string, JsonValue>>;
  /** Facts the assistant needs and was not told. */
  readonly unknown: readonly string[];
}

export const hrAssistantPeople: PeopleWords<ViewMessage, Employee> = {
  product: hrAssistant.id,
  topic: productTopic(hrAssistant.id),
  group: hrAssistant.id,
  collection: 'employees',
  parse: parseViewMessage,
  isLeaver: ({ active }) => !active,
  keep: ({ id, time, view }, before) => {
    const { tenant, userId, active, deleted, attributes, missing } = view;
    const left = deleted === true;
    const was = before && { ...before.facts, may_ask: before.may_ask, left: before.left };
    const is = { ...attributes, may_ask: active, left };
    return {
      tenant,
      employee: userId,
      may_ask: active,
      left,
      facts: attributes,
      unknown: missing,
      signIn: { active, ...(deleted && { deleted }) },
      history: extendHistory(before?.history ?? [], was, is, { at: time, event: id }),
    };
  },
  show: ({ tenant, employee, may_ask, left, facts, unknown }) => ({
    tenant,
    employee,
    may_ask,
    left,
    ...facts,
    unknown,
  }),
  findBy: ({ facts }) => {
    const { user_name, first_name, last_name, email, job_title, city, state, country_code, cost_center } = facts;
    return {
      login: folded(user_name)[0],
      text: folded(first_name, last_name, user_name, email, job_title).join(' '),
      department: folded(custom(facts, 'department'), custom(facts, 'departmentCode'), cost_center),
      manager: folded(...['manager', 'managerEmail', 'managerName'].map((name) => custom(facts, name))),
      location: folded(city, state, country_code),
    };
  },
};

/** What the customer sends under a name of their own, whatever its case. */
export function custom({ custom: all }: Employee['facts'], name: string): JsonValue | undefined {
  if (typeof all !== 'object' || all === null || Array.isArray(all)) return undefined;
  const lower = name.toLowerCase();
  const key = Object.keys(all).find((one) => one.toLowerCase() === lower);
  return key === undefined ? undefined : all[key];
}
