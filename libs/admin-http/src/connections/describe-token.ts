import { type Credential, type Scope, SCOPES } from '#domain';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** What is told of a token once it has been shown. */
export class TokenDescription {
  @ApiProperty()
  id!: string;
  @ApiProperty()
  name!: string;
  @ApiProperty({ description: 'The last four characters, to tell tokens apart.' })
  lastFour!: string;
  @ApiProperty({ format: 'date-time' })
  createdAt!: string;
  @ApiPropertyOptional({ format: 'date-time', description: 'When it stops working; absent: never.' })
  expiresAt?: string;
  @ApiProperty({ enum: SCOPES, isArray: true })
  scopes!: readonly Scope[];
  @ApiPropertyOptional({
    description: 'Id of the token that has taken its place; this one works until `expiresAt`.',
  })
  replacedBy?: string;
}

/** A token just made. */
export class IssuedTokenDescription extends TokenDescription {
  @ApiProperty({ description: 'Shown this once.' })
  token!: string;
}

export class Replaced {
  @ApiProperty()
  id!: string;
  @ApiProperty({ format: 'date-time' })
  validUntil!: string;
}

export class RotatedTokenDescription extends IssuedTokenDescription {
  @ApiProperty({ type: () => Replaced, description: 'The token whose place it takes.' })
  replaces!: Replaced;
}

export class TokensList {
  @ApiProperty({ type: () => [TokenDescription] })
  tokens!: TokenDescription[];
}

type Described = Pick<Credential, 'id' | 'name' | 'lastFour' | 'issuedAt' | 'expiresAt' | 'replacedBy'> & {
  readonly scopes?: readonly Scope[];
};

export function describeToken(credential: Described): TokenDescription {
  const { id, name, lastFour, issuedAt: createdAt, expiresAt, scopes = SCOPES, replacedBy } = credential;
  return {
    id,
    name,
    lastFour,
    createdAt,
    ...(expiresAt !== undefined && { expiresAt }),
    scopes,
    ...(replacedBy !== undefined && { replacedBy }),
  };
}
