import { KEY_LEVELS, KEY_NAMESPACES, type KeyLevel, type KeyNamespace, type KeyType } from '#products';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

const JSON_OBJECT = { type: 'object', additionalProperties: true } as const;

/** How far a look at the tenant's people came. */
export class ExtentView {
  @ApiProperty({ type: 'integer', description: 'People the tenant has.' })
  people!: number;
  @ApiProperty({ type: 'integer', description: 'People looked at; the counts are about these.' })
  lookedAt!: number;
  @ApiProperty({ description: 'false: there are people who were not looked at.' })
  complete!: boolean;
}

export class CompletenessView {
  @ApiProperty({ type: 'integer', description: 'People the tenant has.' })
  people!: number;
  @ApiProperty({
    type: 'integer',
    description: 'Active people who lack a required key or have a value that does not fit, as the product was told.',
  })
  incomplete!: number;
}

/** Everybody's view derived anew, after the product was enabled or a mapping saved. */
export class RederivationView {
  @ApiProperty({ enum: ['running', 'done'] })
  state!: 'running' | 'done';
  @ApiProperty({ format: 'date-time' })
  startedAt!: string;
  @ApiPropertyOptional({ format: 'date-time' })
  finishedAt?: string;
  @ApiProperty({ type: 'integer', description: 'People derived so far.' })
  done!: number;
  @ApiPropertyOptional({ type: 'integer', description: 'People there were at the beginning, once they are counted.' })
  total?: number;
  @ApiProperty({ type: 'integer', description: 'People whose view differed, and of whom the product was told.' })
  published!: number;
  @ApiProperty({ type: 'integer' })
  mappingVersion!: number;
  @ApiProperty({ type: 'integer' })
  rolesVersion!: number;
}

export class ProductSummary {
  @ApiProperty({ example: 'wellness' })
  id!: string;
  @ApiProperty()
  title!: string;
  @ApiProperty({ description: 'Whether the product is told about the tenant’s people.' })
  enabled!: boolean;
  @ApiProperty({ description: 'Topic that carries the views.' })
  topic!: string;
  @ApiProperty({ type: 'integer', description: '0: the profile as it comes.' })
  mappingVersion!: number;
  @ApiPropertyOptional({ type: 'integer', description: 'Of the role mapping, for a product with roles. 0: none.' })
  rolesVersion?: number;
  @ApiPropertyOptional({ type: () => CompletenessView, description: 'For enabled products.' })
  completeness?: CompletenessView;
  @ApiPropertyOptional({
    type: () => RederivationView,
    description: 'How far the product is with the newest settings; absent: they were never changed.',
  })
  rederivation?: RederivationView;
}

export class ProductsList {
  @ApiProperty({ type: () => [ProductSummary] })
  products!: ProductSummary[];
}

export class DeactivationView {
  @ApiProperty()
  loginBlocked!: boolean;
  @ApiProperty({ description: 'Whether the product keeps what it knows, for the person’s return.' })
  dataRetained!: boolean;
  @ApiProperty({ description: 'Whether colleagues still see what the person did.' })
  historyVisible!: boolean;
  @ApiProperty()
  description!: string;
}

export class RolesKeyView {
  @ApiProperty({ description: 'Where views carry the names of roles.' })
  key!: string;
  @ApiProperty({
    enum: ['everyGroup', 'mappedGroups'],
    description: '`everyGroup`: a group that no rule names is a role of its own name. `mappedGroups`: it is none.',
  })
  from!: 'everyGroup' | 'mappedGroups';
  @ApiProperty()
  description!: string;
}

export class SourceView {
  @ApiProperty({ example: 'emails[primary, work].value' })
  path!: string;
  @ApiPropertyOptional({ description: 'When it counts at all.' })
  condition?: string;
}

export class KeyView {
  @ApiProperty({ example: 'employee_id' })
  key!: string;
  @ApiProperty({ enum: KEY_NAMESPACES })
  namespace!: KeyNamespace;
  @ApiProperty({ type: () => [SourceView], description: 'Where the profile reads it: the first that has a value.' })
  sources!: SourceView[];
  @ApiPropertyOptional({ description: 'Where it is read instead, as the mapping in force names it.' })
  override?: string;
  @ApiProperty({ type: String, description: 'See the reference of products.', example: 'date' })
  type!: KeyType;
  @ApiProperty({ enum: KEY_LEVELS })
  level!: KeyLevel;
  @ApiProperty({ description: 'Values are masked wherever people look at them.' })
  sensitive!: boolean;
  @ApiProperty({ description: 'A key that the tenant’s mapping adds.' })
  own!: boolean;
  @ApiProperty()
  description!: string;
  @ApiPropertyOptional({ type: 'integer', description: 'People with a value.' })
  valued?: number;
  @ApiPropertyOptional({ type: 'integer', description: 'People without one, though it is required.' })
  missing?: number;
  @ApiPropertyOptional({ type: 'integer', description: 'People whose value does not fit.' })
  problems?: number;
}

export class ProductView extends ProductSummary {
  @ApiProperty({ description: 'The key by which the product tells people apart.' })
  identityKey!: string;
  @ApiPropertyOptional({ description: 'The one namespace that mappings may name attributes of; absent: any.' })
  clientNamespace?: string;
  @ApiProperty({ description: 'Whether a mapping may add keys.' })
  ownKeys!: boolean;
  @ApiPropertyOptional({ type: () => RolesKeyView, description: 'For a product with roles.' })
  roles?: RolesKeyView;
  @ApiProperty({ type: () => DeactivationView, description: 'What the product does with whoever leaves.' })
  deactivation!: DeactivationView;
  @ApiPropertyOptional({ type: () => ExtentView, description: 'How many people the counts of the keys are about.' })
  coverage?: ExtentView;
  @ApiProperty({ type: () => [KeyView] })
  keys!: KeyView[];
}

export class ProblemView {
  @ApiProperty()
  key!: string;
  @ApiProperty({ description: 'The attribute that gave the value.' })
  path!: string;
  @ApiProperty({ description: 'What was expected.' })
  problem!: string;
}

export class ProductPersonSummary {
  @ApiProperty()
  userId!: string;
  @ApiProperty()
  userName!: string;
  @ApiProperty({ type: [String], description: 'Required keys without a value.' })
  missing!: readonly string[];
  @ApiProperty({ type: () => [ProblemView], description: 'Values that do not fit.' })
  problems!: readonly ProblemView[];
}

export class ProductPeoplePage {
  @ApiProperty({ type: () => [ProductPersonSummary], description: 'In the order of their ids.' })
  people!: ProductPersonSummary[];
  @ApiProperty({ type: 'integer', description: 'How many there are in all.' })
  total!: number;
  @ApiPropertyOptional({ description: 'Given while there are more.' })
  nextCursor?: string;
}

export class ProductPersonView {
  @ApiProperty()
  userId!: string;
  @ApiProperty({ description: 'false: the product is told nothing of this tenant.' })
  enabled!: boolean;
  @ApiProperty({ description: 'true: the newest mapping has not come to this person yet.' })
  awaitsRederivation!: boolean;
  @ApiProperty()
  active!: boolean;
  @ApiProperty({ description: 'Whether the identity provider let go of them.' })
  deleted!: boolean;
  @ApiProperty({ type: 'integer' })
  mappingVersion!: number;
  @ApiProperty({ ...JSON_OBJECT, description: 'The product’s keys, and roles; sensitive values are masked.' })
  attributes!: object;
  @ApiProperty({ type: [String], description: 'Required keys without a value.' })
  missing!: readonly string[];
  @ApiProperty({ type: () => [ProblemView] })
  problems!: readonly ProblemView[];
}

export class UnmappedAttributeView {
  @ApiProperty({ description: 'As a mapping names it.' })
  path!: string;
  @ApiProperty({ type: [String], description: 'Types met so far.' })
  types!: readonly string[];
  @ApiProperty()
  multiValued!: boolean;
}

export class UnmappedAttributesList {
  @ApiProperty({ type: () => [UnmappedAttributeView], description: 'In the order they were first met.' })
  attributes!: UnmappedAttributeView[];
  @ApiProperty({ description: 'false: people carry more attributes than are noted.' })
  complete!: boolean;
}

export class AttributeReaderView {
  @ApiProperty()
  product!: string;
  @ApiProperty()
  key!: string;
}

export class CarriedAttributeView extends UnmappedAttributeView {
  @ApiProperty({ type: () => [AttributeReaderView], description: 'Empty: it reaches no product.' })
  readBy!: readonly AttributeReaderView[];
}

export class CarriedAttributesList {
  @ApiProperty({ type: () => [CarriedAttributeView], description: 'In the order they were first met.' })
  attributes!: CarriedAttributeView[];
  @ApiProperty({ description: 'false: people carry more attributes than are noted.' })
  complete!: boolean;
}
