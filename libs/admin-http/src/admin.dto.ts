import { type MatchingAttribute, type Scope, SCOPES } from '#domain';
import { IDP_NAMES } from '#idp';
import { Transform } from 'class-transformer';
import { ArrayNotEmpty, IsArray, IsIn, IsInt, IsOptional, IsString, Length, Matches, Max, Min } from 'class-validator';
import { SCOPE_MESSAGE } from './tokens.dto.js';

/** Words that stand where a slug stands in SCIM URLs. */
const RESERVED_SLUGS = ['users', 'groups', 'me', 'bulk', 'schemas', 'resourcetypes', 'serviceproviderconfig', 'v2'];
const RESERVED = new RegExp(`^(?!(?:${RESERVED_SLUGS.join('|')})$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$`);

const toInt = Transform(({ value }: { value: unknown }) =>
  typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value,
);

export class RegisterTenantDto {
  /** Part of the tenant's SCIM URL and for good: lower-case letters, digits and dashes, at most 63. */
  @Matches(RESERVED, {
    message: 'slug must be 1 to 63 lower-case letters, digits and inner dashes, and none of our own words',
  })
  slug!: string;

  @IsString()
  @Length(1, 200)
  name!: string;
}

export class CreateConnectionDto {
  @IsIn(IDP_NAMES, { message: `idp must be one of ${IDP_NAMES.join(', ')}` })
  idp!: string;

  @IsOptional()
  @IsString()
  @Length(1, 200)
  name?: string;

  @IsOptional()
  @IsIn(['userName', 'externalId', 'email'])
  matchingAttribute?: MatchingAttribute;

  /** What its first token may do; absent: what the preset says. */
  @IsOptional()
  @IsArray({ message: SCOPE_MESSAGE })
  @ArrayNotEmpty({ message: SCOPE_MESSAGE })
  @IsIn(SCOPES, { each: true, message: SCOPE_MESSAGE })
  scopes?: Scope[];
}

export class EventsQuery {
  /** Most events to return, newest first. */
  @IsOptional()
  @toInt
  @IsInt()
  @Min(1)
  @Max(1000)
  limit?: number;

  /** Only events of this stream, e.g. `user-acme.0190…`. */
  @IsOptional()
  @IsString()
  @Length(1, 300)
  stream?: string;

  /** Only events before this position: the last one of the page before. */
  @IsOptional()
  @Matches(/^\d{1,20}$/, { message: 'before must be a position' })
  before?: string;
}

export class RequestsQuery {
  /** Only requests of this connection. */
  @IsOptional()
  @IsString()
  @Length(1, 100)
  connection?: string;

  /** Only requests answered with this status; hints have that of their success. */
  @IsOptional()
  @toInt
  @IsInt()
  @Min(200)
  @Max(599)
  status?: number;

  @IsOptional()
  @toInt
  @IsInt()
  @Min(1)
  @Max(200)
  limit?: number;

  /** `nextCursor` of the page before. */
  @IsOptional()
  @Matches(/^[0-9a-f-]{1,100}$/, { message: 'cursor must be the nextCursor of another page' })
  cursor?: string;
}

export class PeopleQuery {
  @IsOptional()
  @IsString()
  @Length(1, 63)
  tenant?: string;

  @IsOptional()
  @toInt
  @IsInt()
  @Min(1)
  @Max(1000)
  limit?: number;

  /** `nextCursor` of the page before. */
  @IsOptional()
  @IsString()
  @Length(1, 1000)
  cursor?: string;
}
