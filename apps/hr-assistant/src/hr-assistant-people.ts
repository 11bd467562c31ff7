import type { PeopleWords } from '#consumer';
import { hrAssistant, parseViewMessage, productTopic, type ViewMessage } from '#products';
import type { JsonValue } from '#scim';

/** Somebody the assistant can answer, and answer about. */
export interface Employee {
  readonly tenant: string;
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
  keep: ({ view: { tenant, userId, active, deleted, attributes, missing } }) => ({
    tenant,
    employee: userId,
    may_ask: active,
    left: deleted === true,
    facts: attributes,
    unknown: missing,
  }),
  show: ({ tenant, employee, may_ask, left, facts, unknown }) => ({
    tenant,
    employee,
    may_ask,
    left,
    ...facts,
    unknown,
  }),
};
