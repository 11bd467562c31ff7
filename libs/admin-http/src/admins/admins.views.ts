import { type Admin, ADMIN_ROLES, type AdminRole } from '#domain';
import type { AdminDocument } from '#projections';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ADMIN_STATUSES } from './admins.dto.js';

/** Who is asking. */
export class SelfView {
  @ApiProperty({ description: '`admin-key` for the holder of the admin key.' })
  id!: string;
  @ApiProperty()
  name!: string;
  @ApiProperty({ enum: ADMIN_ROLES })
  role!: AdminRole;
  @ApiPropertyOptional({ type: [String], description: 'Slugs; absent: all tenants.' })
  tenants?: readonly string[];
}

export class AdminView extends SelfView {
  @ApiProperty({ enum: ADMIN_STATUSES })
  status!: 'active' | 'revoked';
  @ApiProperty({ format: 'date-time' })
  appointedAt!: string;
  @ApiPropertyOptional({ format: 'date-time' })
  revokedAt?: string;
  @ApiPropertyOptional({ description: 'The last four characters of the key.' })
  lastFour?: string;
  @ApiPropertyOptional({ format: 'date-time' })
  keyIssuedAt?: string;
  @ApiPropertyOptional({ format: 'date-time', description: 'When the key stops working; absent: never.' })
  expiresAt?: string;
}

export class AdminWithKey extends AdminView {
  @ApiProperty({ description: '64 letters and digits, shown this once.' })
  key!: string;
}

export class AdminsPage {
  @ApiProperty({ type: () => [AdminView], description: 'In the order of their appointment.' })
  admins!: AdminView[];
  @ApiPropertyOptional({ description: 'Given while there are more.' })
  nextCursor?: string;
}

export function describeAdminDocument({ _id: id, keyHash: _hidden, ...shown }: AdminDocument): AdminView {
  return { id, ...shown };
}

export function describeAdmin({ id, name, mandate, status, appointedAt, revokedAt, key }: Admin): AdminView {
  return {
    id,
    name,
    ...mandate,
    status: status === 'revoked' ? 'revoked' : 'active',
    appointedAt,
    ...(revokedAt !== undefined && { revokedAt }),
    ...(key && { lastFour: key.lastFour, keyIssuedAt: key.issuedAt }),
    ...(key?.expiresAt !== undefined && { expiresAt: key.expiresAt }),
  };
}
