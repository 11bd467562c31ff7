import type { CallKind, Omission } from '#request-log';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

export class CredentialOfCall {
  @ApiProperty()
  id!: string;
  @ApiPropertyOptional({ description: 'Absent where the token has ended.' })
  name?: string;
}

/** A SCIM call as it is remembered. Holds no values. */
export class RequestView {
  @ApiProperty({
    enum: ['success', 'refusal', 'hint'],
    description:
      '`hint`: of a call that was answered as asked, yet hardly as meant; it has the same `requestId` as the call.',
  })
  kind!: CallKind;
  @ApiProperty({ format: 'date-time', description: 'When it came.' })
  at!: string;
  @ApiProperty({ description: 'Milliseconds until it was answered.' })
  durationMs!: number;
  @ApiPropertyOptional({ description: 'Id of the connection; absent where nobody knows who was speaking.' })
  connection?: string;
  @ApiPropertyOptional({
    type: () => CredentialOfCall,
    description: 'The token or OAuth client that came, where it is known.',
  })
  credential?: CredentialOfCall;
  @ApiProperty()
  requestId!: string;
  @ApiProperty()
  method!: string;
  @ApiProperty({ description: 'With ids, without values.' })
  path!: string;
  @ApiProperty({ type: 'integer' })
  status!: number;
  @ApiPropertyOptional({ description: 'Id of what it created, or names in its path.' })
  resourceId?: string;
  @ApiPropertyOptional()
  scimType?: string;
  @ApiPropertyOptional({ description: 'As it was answered, values masked. Of refusals and hints.' })
  detail?: string;
  @ApiPropertyOptional({
    description: 'A stable code, see the reference of refused requests. Of refusals and hints, as are the next two.',
  })
  cause?: string;
  @ApiPropertyOptional()
  likelyCause?: string;
  @ApiPropertyOptional({ description: 'What to change, and where.' })
  fix?: string;
}

export class RequestsPage {
  @ApiProperty({ type: () => [RequestView], description: 'The last answered first.' })
  requests!: RequestView[];
  @ApiPropertyOptional({
    description: 'Given while there are more, or may be: a page is short where much had to be looked through for it.',
  })
  nextCursor?: string;
}

export class BodyView {
  @ApiPropertyOptional({ description: 'JSON, values masked. Absent: there was none, or it was not read or not kept.' })
  body?: unknown;
  @ApiPropertyOptional({
    enum: ['pace', 'size'],
    description: 'Why it was not kept: more calls came at a time than bodies are kept of, or it is too long.',
  })
  omitted?: Omission;
}

/** One call with what was sent and answered, and what else there is about it. */
export class RequestWithBodies extends RequestView {
  @ApiProperty({ type: () => BodyView })
  request!: BodyView;
  @ApiProperty({ type: () => BodyView })
  response!: BodyView;
  @ApiProperty({
    type: () => [RequestView],
    description: 'Hints on it, and of a bulk request the operations that were refused, some of many.',
  })
  related!: RequestView[];
}
