import type { Connection } from '#domain';
import type { ContactRecord } from '#request-log';
import type { ConnectionSetup } from '#idp';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { MATCHING_ATTRIBUTES } from './connections.dto.js';
import { TokenDescription } from './describe-token.js';

/** When the identity provider was last heard of; times are left out until there is one. */
export class ContactView {
  @ApiProperty({ type: 'integer' })
  requests!: number;
  @ApiProperty({ type: 'integer' })
  refusals!: number;
  @ApiPropertyOptional({ format: 'date-time' })
  lastRequestAt?: string;
  @ApiPropertyOptional({ format: 'date-time' })
  lastSuccessAt?: string;
  @ApiPropertyOptional({ format: 'date-time' })
  lastRefusalAt?: string;
}

export class ConnectionView {
  @ApiProperty()
  id!: string;
  @ApiProperty({ description: 'Preset of the identity provider.' })
  idp!: string;
  @ApiProperty()
  name!: string;
  @ApiProperty({ enum: MATCHING_ATTRIBUTES })
  matchingAttribute!: string;
  @ApiProperty({ enum: ['active', 'paused'], description: '`paused`: SCIM answers 503 with Retry-After.' })
  status!: 'active' | 'paused';
  @ApiProperty({ format: 'date-time' })
  createdAt!: string;
  @ApiProperty({ type: () => ContactView })
  contact!: ContactView;
  @ApiProperty({ type: () => [TokenDescription], description: 'Living tokens.' })
  tokens!: TokenDescription[];
}

export class ConnectionsList {
  @ApiProperty({ type: () => [ConnectionView] })
  connections!: ConnectionView[];
}

/** A connection just made, with its first token, shown this once. */
export class CreatedConnection {
  @ApiProperty()
  id!: string;
  @ApiProperty()
  idp!: string;
  @ApiProperty()
  name!: string;
  @ApiProperty({ enum: MATCHING_ATTRIBUTES })
  matchingAttribute!: string;
  @ApiProperty({ description: 'What to enter as the base URL at the identity provider.' })
  scimBaseUrl!: string;
  @ApiProperty()
  tokenId!: string;
  @ApiProperty({ description: 'Shown this once.' })
  token!: string;
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'What to type where at the identity provider; it holds the token too.',
  })
  setup!: ConnectionSetup;
}

export function describeConnection(
  { id, idp, name, matchingAttribute, paused, createdAt }: Connection,
  tokens: readonly TokenDescription[],
  contact: ContactRecord | undefined,
): ConnectionView {
  return {
    id,
    idp,
    name,
    matchingAttribute,
    status: paused ? 'paused' : 'active',
    createdAt,
    contact: describeContact(contact),
    tokens: [...tokens],
  };
}

function describeContact(contact: ContactRecord | undefined): ContactView {
  if (!contact) return { requests: 0, refusals: 0 };
  const { _id, tenant: _tenant, ...shown } = contact;
  return shown;
}
