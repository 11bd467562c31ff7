import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Pattern, QueryInt, Text } from '../openapi/fields.js';

export class EventsQuery {
  @QueryInt({ min: 1, max: 1000, description: 'Most events to return, newest first; default 50.' })
  limit?: number;

  @Text({ optional: true, max: 300, description: 'Only events of this stream, e.g. `user-acme.0190…`.' })
  stream?: string;

  @Pattern(/^\d{1,20}$/, 'before must be a position', {
    optional: true,
    description: 'Only events before this position: that of the last one of the page before.',
  })
  before?: string;
}

export class ActivityQuery {
  @QueryInt({ min: 1, max: 1000, description: 'Most changes to return, newest first; default 50.' })
  limit?: number;

  @Text({ optional: true, max: 63, description: 'Only changes of this tenant.' })
  tenant?: string;

  @Text({
    optional: true,
    max: 100,
    description: 'Only what this admin did; `admin-key` is the holder of the admin key.',
  })
  admin?: string;

  @Pattern(/^\d{1,20}$/, 'before must be a position', {
    optional: true,
    description: 'Only changes before this position: that of the last one of the page before.',
  })
  before?: string;
}

export class EventView {
  @ApiPropertyOptional({ description: 'UUID.' })
  id?: string;
  @ApiProperty({ example: 'TenantSuspended' })
  type!: string;
  @ApiProperty({ example: 'tenant-acme' })
  stream!: string;
  @ApiProperty({ type: 'integer', description: 'Place in its stream, from 0.' })
  revision!: number;
  @ApiProperty({ description: 'Place in the whole log; goes into `before`.' })
  position!: string;
  @ApiPropertyOptional({ format: 'date-time' })
  recordedAt?: string;
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'What happened, without hashes of secrets.' })
  data!: object;
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description:
      'Who, on whose behalf and when: `tenant`, `occurredAt`, `correlationId` (the request’s id); `admin` {id, name, role} as they stood then, or `connection`, `credential` and `idp`, or `actor`, a part of the system.',
  })
  metadata!: object;
}

export class EventsPage {
  @ApiProperty({ type: () => [EventView], description: 'Newest first.' })
  events!: EventView[];
}
