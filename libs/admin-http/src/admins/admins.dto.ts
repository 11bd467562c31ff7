import { ADMIN_ROLES, type AdminRole } from '#domain';
import { DateTime, OneOf, QueryInt, Text, Texts } from '../openapi/fields.js';
import { SLUG_IN_WORDS, SLUG_PATTERN } from '../tenants/slug.js';

const ROLE =
  '`operator`: everything, for all tenants. `tenant-admin`: settings, connections and tokens of the tenants named. `auditor`: reads only, all tenants or those named.';
const TENANTS = 'Slugs. Needed for a tenant-admin, impossible for an operator; an auditor without has all.';
const EXPIRES = 'When the key stops working; absent: never.';
const MAX_TENANTS = 100;

export class AppointAdminDto {
  @Text({ example: 'Kim Lee', description: 'Who it is, for the log.' })
  name!: string;

  @OneOf(ADMIN_ROLES, { description: ROLE })
  role!: AdminRole;

  @Texts(SLUG_PATTERN, SLUG_IN_WORDS, { optional: true, max: MAX_TENANTS, description: TENANTS })
  tenants?: string[];

  @DateTime({ optional: true, future: true, description: EXPIRES })
  expiresAt?: string;
}

export class ChangeAdminDto {
  @Text({ optional: true })
  name?: string;

  @OneOf(ADMIN_ROLES, { optional: true, description: ROLE })
  role?: AdminRole;

  @Texts(SLUG_PATTERN, SLUG_IN_WORDS, {
    optional: true,
    nullable: true,
    max: MAX_TENANTS,
    description: `${TENANTS} Left out, they stay as they are, but for whoever becomes an operator; null: all.`,
  })
  tenants?: string[] | null;
}

export class ReplaceKeyDto {
  @DateTime({ optional: true, future: true, description: EXPIRES })
  expiresAt?: string;
}

export const ADMIN_STATUSES = ['active', 'revoked'] as const;

export class AdminsQuery {
  @OneOf(ADMIN_STATUSES, { optional: true, description: 'Only admins in this state; default the active ones.' })
  status?: (typeof ADMIN_STATUSES)[number];

  @QueryInt({ min: 1, max: 1000, description: 'Most admins to return; default 100.' })
  limit?: number;

  @Text({ optional: true, max: 100, description: '`nextCursor` of the page before.' })
  cursor?: string;
}
