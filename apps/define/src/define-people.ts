import { extendHistory, folded, type PeopleWords, type PersonRow } from '#consumer';
import { define, parseViewMessage, productTopic, type ViewMessage } from '#products';
import type { JsonValue } from '#scim';

/** An account of the SaaS product. */
export interface Account extends PersonRow {
  readonly account: string;
  /** `deactivated` is a soft delete: what they did stays visible. */
  readonly status: 'active' | 'deactivated';
  readonly roles: readonly string[];
  readonly fields: Readonly<Record<string, JsonValue>>;
  readonly missing: readonly string[];
}

export const definePeople: PeopleWords<ViewMessage, Account> = {
  product: define.id,
  topic: productTopic(define.id),
  group: define.id,
  collection: 'accounts',
  parse: parseViewMessage,
  isLeaver: ({ active }) => !active,
  keep: ({ id, time, view }, before) => {
    const { tenant, userId, active, deleted, missing } = view;
    const { roles: told, ...fields } = view.attributes;
    const roles = Array.isArray(told) ? told.filter((role) => typeof role === 'string') : [];
    const status = active ? 'active' : 'deactivated';
    const was = before && { ...before.fields, roles: [...before.roles], status: before.status };
    return {
      tenant,
      account: userId,
      status,
      roles,
      fields,
      missing,
      signIn: { active, ...(deleted && { deleted }) },
      history: extendHistory(before?.history ?? [], was, { ...fields, roles, status }, { at: time, event: id }),
    };
  },
  show: ({ tenant, account, status, roles, fields, missing }) => ({
    tenant,
    account,
    status,
    ...fields,
    roles,
    missing,
  }),
  findBy: ({ fields: { email, first_name, last_name, user_id } }) => ({
    login: folded(email)[0],
    text: folded(first_name, last_name, email, user_id).join(' '),
  }),
};
