import { hash } from 'node:crypto';
import { foldUserName } from '#scim';

/** Category prefixes of the log, with the dash that ends an EventStoreDB category. */
export const USER_STREAMS = 'user-';
export const GROUP_STREAMS = 'group-';
export const USER_NAME_STREAMS = 'userName-';
export const TENANT_STREAMS = 'tenant-';
/** Of the installation, not of a tenant. */
export const ADMIN_STREAMS = 'admin-';

export const userStream = (tenant: string, userId: string): string => `${USER_STREAMS}${tenant}.${userId}`;
export const groupStream = (tenant: string, groupId: string): string => `${GROUP_STREAMS}${tenant}.${groupId}`;
export const adminStream = (adminId: string): string => `${ADMIN_STREAMS}${adminId}`;
export const tenantStream = (tenant: string): string => `${TENANT_STREAMS}${tenant}`;

/** The claim stream of a userName: names that differ only in case or Unicode form share one (RFC 7643 §4.1.1). */
export function userNameStream(tenant: string, userName: string): string {
  return `${USER_NAME_STREAMS}${tenant}.${hash('sha256', foldUserName(userName), 'base64url')}`;
}

/** Tenant and id of a `category-{tenant}.{id}` stream; a tenant slug holds no dot. */
export function parseStream(stream: string): { category: string; tenant: string; id: string } {
  const dash = stream.indexOf('-');
  const dot = stream.indexOf('.', dash);
  const category = stream.slice(0, dash + 1);
  return dot < 0
    ? { category, tenant: stream.slice(dash + 1), id: '' }
    : { category, tenant: stream.slice(dash + 1, dot), id: stream.slice(dot + 1) };
}
