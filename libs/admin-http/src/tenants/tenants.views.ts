import { guardSettings, type Tenant, type TenantSettings, USER_DELETIONS, type UserDeletion } from '#domain';
import type { TenantDocument } from '#projections';
import type { PageSizes } from '#scim-http';
import { explainCause, type StrangersRecord } from '#request-log';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ConnectionView } from '../connections/connections.views.js';
import type { ScimUrls } from './scim-base-url.js';
import { TENANT_STATUSES, type TenantStatus } from './tenants.dto.js';

export class RegisteredTenant {
  @ApiProperty()
  slug!: string;
  @ApiProperty()
  name!: string;
  @ApiProperty({ description: 'What identity providers are given as the base URL.' })
  scimBaseUrl!: string;
  @ApiPropertyOptional({
    description: 'The same by a host of the tenant’s own, where BASE_DOMAIN is set; `/scim/v2` is served there too.',
  })
  scimHostUrl?: string;
}

export class TenantView extends RegisteredTenant {
  @ApiProperty({
    enum: TENANT_STATUSES,
    description: '`suspended`: SCIM answers 403. `deleted`: access has ended for good.',
  })
  status!: TenantStatus;
  @ApiPropertyOptional({ format: 'date-time', description: 'When it became suspended or deleted.' })
  statusSince?: string;
  @ApiPropertyOptional({ description: 'Why it is suspended or deleted.' })
  reason?: string;
  @ApiProperty({ format: 'date-time' })
  registeredAt!: string;
}

/** Requests to the tenant whose token no connection knows, or that had none. */
export class StrangersView {
  @ApiProperty({ type: 'integer' })
  refusals!: number;
  @ApiProperty({ format: 'date-time' })
  lastRefusalAt!: string;
  @ApiProperty({ description: 'Of the last one, a code of the reference of refused requests.' })
  cause!: string;
  @ApiProperty()
  likelyCause!: string;
  @ApiProperty({ description: 'What to change, and where.' })
  fix!: string;
}

export class TenantWithConnections extends TenantView {
  @ApiProperty({ type: () => [ConnectionView] })
  connections!: ConnectionView[];
  @ApiPropertyOptional({
    type: () => StrangersView,
    description: 'Refused requests that nobody can tell the connection of; absent: there were none.',
  })
  strangers?: StrangersView;
}

export function describeStrangers({ refusals, lastRefusalAt, cause }: StrangersRecord): StrangersView {
  return { refusals, lastRefusalAt, cause, ...explainCause(cause, {}) };
}

export class TenantsPage {
  @ApiProperty({ type: () => [TenantView], description: 'In the order of their slugs.' })
  tenants!: TenantView[];
  @ApiPropertyOptional({ description: 'Given while there are more.' })
  nextCursor?: string;
}

export class SettingsView {
  @ApiProperty({ enum: USER_DELETIONS, description: 'What DELETE of a user means.' })
  userDeletion!: UserDeletion;
  @ApiProperty({ type: 'integer' })
  defaultPageSize!: number;
  @ApiProperty({ type: 'integer' })
  maxPageSize!: number;
  @ApiProperty({ type: 'integer', description: 'Share of the people, in percent, above which departures are held.' })
  guardPercent!: number;
  @ApiProperty({ type: 'integer', description: 'Least number of departures that is held.' })
  guardLeastPeople!: number;
  @ApiProperty({ type: 'integer', description: 'Within how many minutes departures count together.' })
  guardWindowMinutes!: number;
  @ApiProperty({
    enum: ['userDeletion', 'defaultPageSize', 'maxPageSize', 'guardPercent', 'guardLeastPeople', 'guardWindowMinutes'],
    isArray: true,
    description: 'Which of these the tenant has of its own; the others are what everybody gets.',
  })
  own!: string[];
}

export function describeTenant(tenant: Tenant | TenantDocument, urls: ScimUrls): TenantView {
  const { slug, name, statusSince, reason, registeredAt } = tenant;
  const status = tenant.status === 'suspended' || tenant.status === 'deleted' ? tenant.status : 'active';
  return {
    slug,
    name,
    status,
    ...(statusSince !== undefined && { statusSince }),
    ...(reason !== undefined && { reason }),
    registeredAt,
    ...urls,
  };
}

/** @param page what the tenant's lists are paged by */
export function describeSettings(settings: TenantSettings, page: PageSizes): SettingsView {
  const { percent, leastPeople, windowMinutes } = guardSettings(settings);
  return {
    userDeletion: settings.userDeletion ?? 'deactivate',
    defaultPageSize: page.defaultSize,
    maxPageSize: page.maxSize,
    guardPercent: percent,
    guardLeastPeople: leastPeople,
    guardWindowMinutes: windowMinutes,
    own: Object.keys(settings).sort(),
  };
}
