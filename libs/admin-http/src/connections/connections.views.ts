import type { Connection, DeletedConnection } from '#domain';
import {
  CONNECTION_STATES,
  type ConnectionState,
  type ContactRecord,
  explainCause,
  FAILING_FROM,
  stateOf,
} from '#request-log';
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

/** Why a connection fails, and since when. */
export class ConnectionFailureView {
  @ApiProperty({ description: 'Of the last refusal, a code of the reference of refused requests.' })
  cause!: string;
  @ApiProperty()
  likelyCause!: string;
  @ApiProperty({ description: 'What to change, and where.' })
  fix!: string;
  @ApiProperty({ format: 'date-time', description: 'When the first of these refusals came.' })
  since!: string;
  @ApiProperty({ type: 'integer', description: 'Refusals in a row.' })
  refusals!: number;
  @ApiPropertyOptional({ format: 'date-time', description: 'Absent: never.' })
  lastSuccessAt?: string;
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
  @ApiProperty({
    enum: ['active', 'paused', 'deleted'],
    description: 'What an admin has made of it. `paused`: SCIM answers 503 with Retry-After.',
  })
  status!: 'active' | 'paused' | 'deleted';
  @ApiProperty({
    enum: CONNECTION_STATES,
    description: `How it goes. \`waiting\`: for its first call. \`failing\`: the last ${FAILING_FROM} reads or the last ${FAILING_FROM} changes were refused, or the last call for a reason that any call would have met; see \`failing\`.`,
  })
  state!: ConnectionState;
  @ApiPropertyOptional({ type: () => ConnectionFailureView })
  failing?: ConnectionFailureView;
  @ApiProperty({ format: 'date-time' })
  createdAt!: string;
  @ApiPropertyOptional({ format: 'date-time' })
  deletedAt?: string;
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
  @ApiPropertyOptional({
    description: 'The same by a host of the tenant’s own, where BASE_DOMAIN is set; `/scim/v2` is served there too.',
  })
  scimHostUrl?: string;
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
  connection: Connection | DeletedConnection,
  tokens: readonly TokenDescription[],
  contact: ContactRecord | undefined,
): ConnectionView {
  const { id, idp, name, matchingAttribute, paused, createdAt } = connection;
  const deleted = 'deletedAt' in connection;
  const { state, failing } = stateOf({ paused, deleted }, contact);
  const lastSuccessAt = contact?.lastSuccessAt;
  return {
    id,
    idp,
    name,
    matchingAttribute,
    status: deleted ? 'deleted' : paused ? 'paused' : 'active',
    state,
    ...(failing && {
      failing: {
        ...failing,
        ...explainCause(failing.cause, { idp, matchingAttribute }),
        ...(lastSuccessAt !== undefined && { lastSuccessAt }),
      },
    }),
    createdAt,
    ...(deleted && { deletedAt: connection.deletedAt }),
    contact: describeContact(contact),
    tokens: [...tokens],
  };
}

function describeContact(contact: ContactRecord | undefined): ContactView {
  if (!contact) return { requests: 0, refusals: 0 };
  const { _id, tenant: _tenant, reads: _reads, changes: _changes, ...shown } = contact;
  return shown;
}
