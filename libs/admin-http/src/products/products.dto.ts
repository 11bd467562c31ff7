import { Flag, Int, Lines, Part, QueryInt, Text } from '../openapi/fields.js';

/** More lines than any profile has keys, with room for those of the tenant's own. */
const MAX_LINES = 500;
const MAX_PATH = 300;

export class CoverageQuery {
  @Flag({ description: 'false: without looking at people for the counts of keys. Default true.' })
  coverage?: boolean;
}

export class ProductPeopleQuery {
  @QueryInt({ min: 1, max: 1000, description: 'Most people to return; default 100.' })
  limit?: number;

  @Text({ optional: true, max: 100, description: '`nextCursor` of the page before.' })
  cursor?: string;
}

export class OverrideDto {
  @Text({ max: 64, description: 'The product’s key.', example: 'employee_id' })
  key!: string;

  @Text({
    min: 0,
    max: MAX_PATH,
    description: 'The attribute as the tenant sends it: a path, or the bare name of a custom attribute.',
    example: 'empNum',
  })
  path!: string;
}

const BASED_ON =
  'The version that was looked at. When another one is in force by now, the answer is 409. Left out: whatever is in force.';

export class SaveMappingDto {
  @Lines(() => OverrideDto, {
    max: MAX_LINES,
    description:
      'All of them: a key without a line is read from where its profile says. An empty list undoes everything.',
  })
  overrides!: OverrideDto[];

  @Int({ min: 0, max: 1_000_000, optional: true, description: BASED_ON })
  basedOn?: number;
}

export class PreviewMappingDto {
  @Lines(() => OverrideDto, { max: MAX_LINES, description: 'As they would be saved.' })
  overrides!: OverrideDto[];
}

export class RestoreVersionDto {
  @Int({ min: 0, max: 1_000_000, optional: true, description: BASED_ON })
  basedOn?: number;
}

export class VersionsQuery {
  @QueryInt({ min: 1, max: 100, description: 'Most versions to return; default 20.' })
  limit?: number;

  @QueryInt({ min: 1, max: 1_000_000, description: 'Only versions below this one: the last of the page before.' })
  before?: number;
}

export class GroupDto {
  @Text({ optional: true, max: 100, description: 'Its id here.' })
  id?: string;

  @Text({ optional: true, max: 300, description: 'Its name at the identity provider, in whatever case.' })
  displayName?: string;

  @Text({ optional: true, max: 300, description: 'Its id at the identity provider.' })
  externalId?: string;
}

export class RoleRuleDto {
  @Part(() => GroupDto, { description: 'Named in one of the three ways.' })
  group!: GroupDto;

  @Text({ max: 100, description: 'The product’s role, for everybody in the group and in groups nested in it.' })
  role!: string;
}

export class SaveRolesDto {
  @Lines(() => RoleRuleDto, { max: MAX_LINES, description: 'All of them. A group may have several roles.' })
  rules!: RoleRuleDto[];

  @Int({ min: 0, max: 1_000_000, optional: true, description: BASED_ON })
  basedOn?: number;
}
