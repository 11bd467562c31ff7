import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { DeprovisioningState } from '#deprovisioning';
import { OneOf, Pattern, QueryInt } from '../openapi/fields.js';

export class DeprovisioningsQuery {
  @OneOf(['open', 'late', 'done'], {
    optional: true,
    description:
      '`open`: some product has yet to acknowledge; `late`: for longer than it may take; `done`: all have, or the person came back.',
  })
  state?: DeprovisioningState;

  @Pattern(/^[a-z0-9-]{1,63}$/, 'product must be the id of a product', {
    optional: true,
    description: 'Judge by this product alone.',
  })
  product?: string;

  @QueryInt({ min: 1, max: 1000, description: 'Most leavers to return; default 100.' })
  limit?: number;

  @Pattern(/^[\w-]{1,1000}$/, 'cursor must be the nextCursor of another page', {
    optional: true,
    description: '`nextCursor` of the page before.',
  })
  cursor?: string;
}

export class ProductProofView {
  @ApiProperty()
  product!: string;
  @ApiProperty({
    enum: ['expected', 'acknowledged', 'silent'],
    description:
      '`expected`: it has yet to acknowledge; `silent`: it has never acknowledged anything, so nothing is known of it and nobody waits for it.',
  })
  state!: 'expected' | 'acknowledged' | 'silent';
  @ApiPropertyOptional({ format: 'date-time', description: 'When its store had the person as inactive.' })
  acknowledgedAt?: string;
  @ApiPropertyOptional({ type: 'integer', description: 'Milliseconds from the request to the acknowledgement.' })
  elapsedMs?: number;
  @ApiPropertyOptional()
  topic?: string;
  @ApiPropertyOptional({ type: 'integer' })
  partition?: number;
  @ApiPropertyOptional({ description: 'Where the message stood on the topic.' })
  offset?: string;
}

/** How one person's leaving reached the products. */
export class DeprovisioningView {
  @ApiProperty({ enum: ['open', 'late', 'done'] })
  state!: DeprovisioningState;
  @ApiProperty()
  userId!: string;
  @ApiProperty({ enum: ['deactivated', 'deleted'] })
  kind!: 'deactivated' | 'deleted';
  @ApiProperty({ description: 'As the event tells it.' })
  reason!: string;
  @ApiProperty({ description: 'Id of the request that asked for it.' })
  requestId!: string;
  @ApiProperty({ format: 'date-time' })
  requestedAt!: string;
  @ApiPropertyOptional({ description: 'Id of the connection that asked for it.' })
  connection?: string;
  @ApiPropertyOptional()
  idp?: string;
  @ApiPropertyOptional({ description: 'Name of the admin who asked for it.' })
  admin?: string;
  @ApiProperty({ description: 'Id of the event in the log.' })
  eventId!: string;
  @ApiProperty({ type: 'integer' })
  revision!: number;
  @ApiProperty({ description: 'Place in the whole log.' })
  position!: string;
  @ApiProperty({ type: () => [ProductProofView], description: 'The products that were enabled then.' })
  products!: ProductProofView[];
  @ApiPropertyOptional({
    enum: ['acknowledged', 'returned'],
    description: '`returned`: the person was reactivated before all products had acknowledged.',
  })
  closedBy?: 'acknowledged' | 'returned';
  @ApiPropertyOptional({ format: 'date-time' })
  closedAt?: string;
  @ApiPropertyOptional({ type: 'integer', description: 'Milliseconds from the request until it was done.' })
  elapsedMs?: number;
}

export class DeprovisioningsPageView {
  @ApiProperty({
    type: () => [DeprovisioningView],
    description: 'What is open first, the longest waiting first, and so the late; then what is done, newest first.',
  })
  deprovisionings!: DeprovisioningView[];
  @ApiPropertyOptional({ description: 'Given while there are more.' })
  nextCursor?: string;
}
