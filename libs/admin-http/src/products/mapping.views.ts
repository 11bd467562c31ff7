import type { MappingVersionDocument } from '#projections';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { actingAdmin } from '../access/acting-admin.js';
import { ExtentView } from './products.views.js';

const JSON_OBJECT = { type: 'object', additionalProperties: true } as const;

export class OverrideView {
  @ApiProperty()
  key!: string;
  @ApiProperty()
  path!: string;
}

export class WarningView {
  @ApiProperty({ type: 'integer', description: 'Index of the line.' })
  line!: number;
  @ApiProperty()
  detail!: string;
}

export class SavedByView {
  @ApiProperty()
  id!: string;
  @ApiProperty()
  name!: string;
  @ApiProperty()
  role!: string;
}

export class VersionHead {
  @ApiProperty({ type: 'integer', description: '0: nothing was ever saved.' })
  version!: number;
  @ApiPropertyOptional({ format: 'date-time' })
  savedAt?: string;
  @ApiPropertyOptional({ type: () => SavedByView, description: 'The admin, as they stood then.' })
  savedBy?: SavedByView;
  @ApiPropertyOptional({ type: 'integer', description: 'The earlier version that this one brought back.' })
  restores?: number;
}

export class MappingVersionView extends VersionHead {
  @ApiProperty({ type: () => [OverrideView] })
  overrides!: readonly OverrideView[];
}

export class MappingView extends MappingVersionView {
  @ApiProperty({ type: () => [WarningView], description: 'What may be a slip of the pen; it is saved all the same.' })
  warnings!: WarningView[];
}

export class MappingVersionsList {
  @ApiProperty({ type: () => [MappingVersionView], description: 'Newest first.' })
  versions!: MappingVersionView[];
}

export class GroupReferenceView {
  @ApiPropertyOptional()
  id?: string;
  @ApiPropertyOptional()
  displayName?: string;
  @ApiPropertyOptional()
  externalId?: string;
}

export class RoleRuleView {
  @ApiProperty({ type: () => GroupReferenceView })
  group!: GroupReferenceView;
  @ApiProperty()
  role!: string;
}

export class RolesView extends VersionHead {
  @ApiProperty({ type: () => [RoleRuleView] })
  rules!: readonly RoleRuleView[];
}

export class RolesVersionsList {
  @ApiProperty({ type: () => [RolesView], description: 'Newest first.' })
  versions!: RolesView[];
}

export class KeyFailureView {
  @ApiProperty()
  userId!: string;
  @ApiProperty({ description: 'The attribute that gives the value.' })
  path!: string;
  @ApiProperty({ description: 'What is expected.' })
  problem!: string;
  @ApiProperty({
    oneOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }, { type: 'array', items: {} }, JSON_OBJECT],
    nullable: true,
    description: 'As it was sent, cut short; masked where the key is sensitive.',
  })
  value!: unknown;
}

export class KeyPreviewView {
  @ApiProperty()
  key!: string;
  @ApiProperty({ type: 'integer', description: 'People who have a value now and would have none.' })
  lost!: number;
  @ApiProperty({ type: 'integer', description: 'People without a value now who would have one.' })
  gained!: number;
  @ApiProperty({ type: 'integer', description: 'People who would have another value.' })
  replaced!: number;
  @ApiProperty({ type: 'integer', description: 'People who would lack it, though it is required.' })
  missing!: number;
  @ApiProperty({ type: 'integer', description: 'People whose value would not fit the key.' })
  failing!: number;
  @ApiProperty({ type: 'integer', description: 'People whose value does not fit it now.' })
  failingNow!: number;
  @ApiProperty({ type: () => [KeyFailureView], description: 'Up to three of those whose value would not fit.' })
  failures!: readonly KeyFailureView[];
}

export class ChangeExampleView {
  @ApiProperty()
  userId!: string;
  @ApiProperty({ ...JSON_OBJECT, description: 'The keys that differ, as they are; sensitive values are masked.' })
  before!: object;
  @ApiProperty({ ...JSON_OBJECT, description: 'The same as they would be.' })
  after!: object;
}

export class PreviewView extends ExtentView {
  @ApiProperty({ type: 'integer', description: 'The version in force, with which it is compared.' })
  basedOn!: number;
  @ApiProperty({ type: 'integer', description: 'People of whom the product would be told something else.' })
  changed!: number;
  @ApiProperty({ type: () => [KeyPreviewView], description: 'Keys that something would happen to.' })
  keys!: readonly KeyPreviewView[];
  @ApiProperty({ type: () => [ChangeExampleView], description: 'Up to three people before and after.' })
  examples!: readonly ChangeExampleView[];
  @ApiProperty({ type: () => [WarningView], description: 'What may be a slip of the pen.' })
  warnings!: WarningView[];
}

export const UNSAVED: VersionHead = { version: 0 };

export const describeVersion = ({ version, savedAt, admin, restores }: MappingVersionDocument): VersionHead => ({
  version,
  savedAt,
  ...(admin && { savedBy: admin }),
  ...(restores !== undefined && { restores }),
});

/**
 * The version in force after a request to save one; the read models need not have it yet.
 * @param position undefined: it was in force before, and whoever asks has changed nothing
 */
export function savedNow(
  request: FastifyRequest,
  savedAt: string | undefined,
  position: bigint | undefined,
): Pick<VersionHead, 'savedAt' | 'savedBy'> {
  const { id, name, role } = actingAdmin(request);
  return {
    ...(savedAt !== undefined && { savedAt }),
    ...(position !== undefined && { savedBy: { id, name, role } }),
  };
}
