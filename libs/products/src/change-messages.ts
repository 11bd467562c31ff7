import type { GroupEvent, UserEvent } from '#domain';
import { CHANGE_TYPES } from './messages.js';

/** What every canonical change tells besides what happened. */
interface Change {
  readonly tenant: string;
  /** Place of the event in the history of its subject, from 0. */
  readonly revision: number;
  /** When the request came. RFC 3339, UTC. */
  readonly occurredAt: string;
  /** The connection that asked for it and its preset, where one did. */
  readonly connection?: string;
  readonly idp?: string;
  /** Id of the request: everything that it caused carries it. */
  readonly correlationId: string;
}

/** What `rollcall.users` carries as JSON; `type` tells what `data` holds. */
export type UserChange = Change & { readonly userId: string } & Extract<UserEvent, { type: keyof typeof CHANGE_TYPES }>;

/** What `rollcall.groups` carries as JSON. */
export type GroupChange = Change & { readonly groupId: string } & GroupEvent;

/** @throws TypeError naming the first field that is not as {@link UserChange} has it */
export function parseUserChange(data: unknown): UserChange {
  return parseChange(data, 'userId', 'User') as unknown as UserChange;
}

/** @throws TypeError naming the first field that is not as {@link GroupChange} has it */
export function parseGroupChange(data: unknown): GroupChange {
  return parseChange(data, 'groupId', 'Group') as unknown as GroupChange;
}

function parseChange(data: unknown, subject: string, kind: string): object {
  if (typeof data !== 'object' || data === null) throw new TypeError('a change is a JSON object');
  const fields = data as Readonly<Record<string, unknown>>;
  const expect = (name: string, holds: boolean): void => {
    if (!holds) throw new TypeError(`${name} is missing or of another type`);
  };
  for (const name of ['tenant', subject, 'occurredAt', 'correlationId']) {
    expect(name, typeof fields[name] === 'string' && fields[name] !== '');
  }
  expect('revision', Number.isSafeInteger(fields['revision']));
  const { type } = fields;
  expect('type', typeof type === 'string' && Object.hasOwn(CHANGE_TYPES, type) && type.startsWith(kind));
  expect('data', typeof fields['data'] === 'object' && fields['data'] !== null);
  return data;
}
