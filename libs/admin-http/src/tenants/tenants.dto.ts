import { Int, OneOf, Pattern, QueryInt, Text } from '../openapi/fields.js';
import { USER_DELETIONS, type UserDeletion } from '#domain';
import { SLUG_IN_WORDS, SLUG_PATTERN } from './slug.js';

export class RegisterTenantDto {
  @Pattern(SLUG_PATTERN, SLUG_IN_WORDS, {
    description: 'Part of the tenant’s SCIM URL, and for good: it is never given to another tenant.',
    example: 'acme',
  })
  slug!: string;

  @Text({ example: 'Acme Hospital' })
  name!: string;
}

export class RenameTenantDto {
  @Text()
  name!: string;
}

export class SuspendTenantDto {
  @Text({ optional: true, max: 500, description: 'Why, for the log.' })
  reason?: string;
}

export class DeleteTenantQuery {
  @Text({ description: 'The tenant’s slug, typed again.', max: 63 })
  confirm!: string;
}

/** Where a tenant stands that can still be something else, and `deleted`. */
export const TENANT_STATUSES = ['active', 'suspended', 'deleted'] as const;
export type TenantStatus = (typeof TENANT_STATUSES)[number];

export class TenantsQuery {
  @OneOf(TENANT_STATUSES, { optional: true, description: 'Only tenants in this state; default all but the deleted.' })
  status?: TenantStatus;

  @QueryInt({ min: 1, max: 1000, description: 'Most tenants to return; default 100.' })
  limit?: number;

  @Text({ optional: true, max: 63, description: '`nextCursor` of the page before.' })
  cursor?: string;
}

export class ChangeSettingsDto {
  @OneOf(USER_DELETIONS, {
    optional: true,
    nullable: true,
    description:
      'What DELETE of a user means, from now on. `deactivate`: the userName stays claimed, and provisioned again it brings the same person back under the same id. `release`: the userName is free, and provisioned again it is another person. The deleted person is kept for audit either way. null: the default, `deactivate`.',
  })
  userDeletion?: UserDeletion | null;

  @Int({
    min: 1,
    max: 1000,
    optional: true,
    nullable: true,
    description: 'Resources on a page when a SCIM client names no count. null: the installation’s.',
  })
  defaultPageSize?: number | null;

  @Int({
    min: 1,
    max: 10_000,
    optional: true,
    nullable: true,
    description: 'Most resources on a page, within what the installation allows. null: the installation’s.',
  })
  maxPageSize?: number | null;

  @Int({
    min: 1,
    max: 100,
    optional: true,
    nullable: true,
    description:
      'Deliveries to products are held when more than this share of the tenant’s people depart within `guardWindowMinutes`, in percent; 100: never. null: 10.',
  })
  guardPercent?: number | null;

  @Int({
    min: 2,
    max: 1_000_000,
    optional: true,
    nullable: true,
    description: 'Fewer departures than this are never held. null: 20.',
  })
  guardLeastPeople?: number | null;

  @Int({
    min: 1,
    max: 1_440,
    optional: true,
    nullable: true,
    description: 'Within how many minutes departures count together. null: 10.',
  })
  guardWindowMinutes?: number | null;
}
