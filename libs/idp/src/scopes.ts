import type { Scope } from '#domain';

export const READ_WRITE_USERS: readonly Scope[] = ['get:users', 'post:users', 'put:users'];

export const ALL_USERS: readonly Scope[] = [...READ_WRITE_USERS, 'patch:users', 'delete:users'];

export const ALL_GROUPS: readonly Scope[] = [
  'get:groups',
  'post:groups',
  'put:groups',
  'patch:groups',
  'delete:groups',
];
