import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Pattern, QueryInt, Text } from '../openapi/fields.js';

export class RequestsQuery {
  @Text({ optional: true, max: 100, description: 'Only requests of this connection.' })
  connection?: string;

  @QueryInt({
    min: 200,
    max: 599,
    description: 'Only requests answered with this status; hints have that of their success.',
  })
  status?: number;

  @QueryInt({ min: 1, max: 200, description: 'Most requests to return; default 50.' })
  limit?: number;

  @Pattern(/^[0-9a-f-]{1,100}$/, 'cursor must be the nextCursor of another page', {
    optional: true,
    description: '`nextCursor` of the page before.',
  })
  cursor?: string;
}

/** A request that was refused, or answered in a way its sender will hardly have meant. Holds no values. */
export class RequestView {
  @ApiProperty({ enum: ['refusal', 'hint'] })
  kind!: 'refusal' | 'hint';
  @ApiProperty({ format: 'date-time' })
  at!: string;
  @ApiPropertyOptional({ description: 'Id of the connection; absent where nobody knows who was speaking.' })
  connection?: string;
  @ApiProperty()
  requestId!: string;
  @ApiProperty()
  method!: string;
  @ApiProperty({ description: 'With ids, without values.' })
  path!: string;
  @ApiProperty({ type: 'integer' })
  status!: number;
  @ApiPropertyOptional()
  scimType?: string;
  @ApiProperty({ description: 'As it was answered, values masked.' })
  detail!: string;
  @ApiProperty({ description: 'A stable code, see the reference of refused requests.' })
  cause!: string;
  @ApiProperty()
  likelyCause!: string;
  @ApiProperty({ description: 'What to change, and where.' })
  fix!: string;
}

export class RequestsPage {
  @ApiProperty({ type: () => [RequestView], description: 'Newest first.' })
  requests!: RequestView[];
  @ApiPropertyOptional({ description: 'Given while there are more.' })
  nextCursor?: string;
}
