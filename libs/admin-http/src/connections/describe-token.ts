import { TOKEN_WARNINGS, type TokenWarning, tokenWarnings } from '#access';
import { type Credential, type Scope, SCOPES } from '#domain';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

export class TokenWarningView implements TokenWarning {
  @ApiProperty({
    enum: TOKEN_WARNINGS,
    description: '`expiresSoon` from 14 days before the end, `old` from 90 days of age.',
  })
  code!: TokenWarning['code'];
  @ApiProperty({ description: 'What to do about it.' })
  detail!: string;
}

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
  @ApiPropertyOptional({
    format: 'date-time',
    description: 'Absent: never. A crash may take the last seconds of it.',
  })
  lastUsedAt?: string;
  @ApiProperty({ type: () => [TokenWarningView], description: 'What should be done about it; empty: nothing.' })
  warnings!: readonly TokenWarning[];
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

/** @param now UTC @param lastUsedAt UTC */
export function describeToken(credential: Described, now: string, lastUsedAt?: string): TokenDescription {
  const { id, name, lastFour, issuedAt: createdAt, expiresAt, scopes = SCOPES, replacedBy } = credential;
  return {
    id,
    name,
    lastFour,
    createdAt,
    ...(lastUsedAt !== undefined && { lastUsedAt }),
    ...(expiresAt !== undefined && { expiresAt }),
    scopes,
    ...(replacedBy !== undefined && { replacedBy }),
    warnings: tokenWarnings(credential, Date.parse(now)),
  };
}
