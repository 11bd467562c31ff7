import { type Scope, SCOPES } from '#domain';
import {
  ArrayNotEmpty,
  IsArray,
  IsIn,
  IsInt,
  IsISO8601,
  IsOptional,
  IsString,
  Length,
  Max,
  Min,
} from 'class-validator';

export const SCOPE_MESSAGE = `scopes must be some of ${SCOPES.join(', ')}`;
/** 30 days, in seconds: an IdP that has not been given the new token by then will not be. */
const MAX_GRACE_SECONDS = 2_592_000;

export class IssueTokenDto {
  @IsOptional()
  @IsString()
  @Length(1, 200)
  name?: string;

  /** When the token stops working; absent: never. */
  @IsOptional()
  @IsISO8601({ strict: true })
  expiresAt?: string;

  /** What it may do; absent: what the connection's preset says. */
  @IsOptional()
  @IsArray({ message: SCOPE_MESSAGE })
  @ArrayNotEmpty({ message: SCOPE_MESSAGE })
  @IsIn(SCOPES, { each: true, message: SCOPE_MESSAGE })
  scopes?: Scope[];
}

export class RotateTokenDto {
  /** Seconds for which the old token goes on working beside the new one; absent or 0: it stops at once. */
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MAX_GRACE_SECONDS)
  graceSeconds?: number;

  /** Default the old one's name. */
  @IsOptional()
  @IsString()
  @Length(1, 200)
  name?: string;

  /** When the new token stops working; null: never; absent: it lives as long as the old one was to live. */
  @IsOptional()
  @IsISO8601({ strict: true })
  expiresAt?: string | null;
}
