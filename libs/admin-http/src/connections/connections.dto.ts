import { type MatchingAttribute, type Scope, SCOPES } from '#domain';
import { IDP_NAMES } from '#idp';
import { OneOf, SomeOf, Text } from '../openapi/fields.js';

export const MATCHING_ATTRIBUTES: readonly MatchingAttribute[] = ['userName', 'externalId', 'email'];

const MATCHING = 'Attribute by which the identity provider finds its users.';

export class CreateConnectionDto {
  @OneOf(IDP_NAMES, { description: 'Preset of the identity provider.' })
  idp!: string;

  @Text({ optional: true, description: 'Default the name of the preset.' })
  name?: string;

  @OneOf(MATCHING_ATTRIBUTES, { optional: true, description: `${MATCHING} Default the preset’s.` })
  matchingAttribute?: MatchingAttribute;

  @SomeOf(SCOPES, { optional: true, description: 'What its first token may do; absent: what the preset says.' })
  scopes?: Scope[];
}

export class ChangeConnectionDto {
  @Text({ optional: true })
  name?: string;

  @OneOf(MATCHING_ATTRIBUTES, { optional: true, description: MATCHING })
  matchingAttribute?: MatchingAttribute;
}

export class ConnectionsQuery {
  @OneOf(['true', 'false'], { optional: true, description: 'Whether deleted connections are listed too.' })
  deleted?: 'true' | 'false';
}
