import { type Scope, SCOPES } from '#domain';
import { DateTime, Int, SomeOf, Text } from '../openapi/fields.js';

/** 30 days, in seconds: an IdP that has not been given the new token by then will not be. */
const MAX_GRACE_SECONDS = 2_592_000;

export class IssueTokenDto {
  @Text({ optional: true })
  name?: string;

  @DateTime({ optional: true, description: 'When the token stops working; absent: never. Without a zone it is UTC.' })
  expiresAt?: string;

  @SomeOf(SCOPES, { optional: true, description: 'What it may do; absent: what the connection’s preset says.' })
  scopes?: Scope[];
}

export class RotateTokenDto {
  @Int({
    min: 0,
    max: MAX_GRACE_SECONDS,
    optional: true,
    description: 'Seconds for which the old token goes on working beside the new one; absent or 0: it stops at once.',
  })
  graceSeconds?: number;

  @Text({ optional: true, description: 'Default the old one’s name.' })
  name?: string;

  @DateTime({
    optional: true,
    nullable: true,
    description: 'When the new token stops working; null: never; absent: it lives as long as the old one was to live.',
  })
  expiresAt?: string | null;
}
