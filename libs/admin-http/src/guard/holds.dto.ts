import type { HoldDocument } from '#projections';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Int } from '../openapi/fields.js';

export class ReleaseHoldDto {
  @Int({
    min: 1,
    max: 1_440,
    optional: true,
    description: 'For how many minutes from now further departures are not held either; default 0.',
  })
  passMinutes?: number;
}

export const HOLD_STATES = ['held', 'undoing', 'released', 'undone'] as const;

export class HoldThresholds {
  @ApiProperty({ type: 'integer' })
  percent!: number;
  @ApiProperty({ type: 'integer' })
  leastPeople!: number;
  @ApiProperty({ type: 'integer' })
  windowMinutes!: number;
}

/** A mass departure that products were not told about. */
export class HoldView {
  @ApiProperty()
  id!: string;
  @ApiProperty({
    enum: HOLD_STATES,
    description: '`held`: an admin has to release or undo it; `undoing`: people and memberships are on their way back.',
  })
  status!: (typeof HOLD_STATES)[number];
  @ApiProperty({ format: 'date-time', description: 'When it was noticed.' })
  heldAt!: string;
  @ApiProperty({ format: 'date-time', description: 'When the first departure of the window happened.' })
  since!: string;
  @ApiProperty({ type: 'integer', description: 'How many had departed within the window when it was noticed.' })
  departures!: number;
  @ApiProperty({ type: 'integer', description: 'Of how many active people.' })
  people!: number;
  @ApiProperty({ type: () => HoldThresholds, description: 'The tenant’s thresholds at that time.' })
  settings!: HoldThresholds;
  @ApiPropertyOptional({ format: 'date-time' })
  endedAt?: string;
  @ApiPropertyOptional({ format: 'date-time', description: 'Until then further departures were not held.' })
  passUntil?: string;
  @ApiPropertyOptional({ type: 'integer', description: 'People whom the undoing brought back.' })
  restored?: number;
  @ApiPropertyOptional({ type: 'integer', description: 'People who could not be: somebody else has their userName.' })
  failed?: number;
  @ApiPropertyOptional({ description: 'Name of the admin who released or undid it.' })
  admin?: string;
}

export class HoldsList {
  @ApiProperty({ type: () => [HoldView], description: 'The latest first, 100 at most.' })
  holds!: HoldView[];
}

export function describeHold({
  _id,
  tenant: _tenant,
  firstDeparture: _first,
  sincePosition: _position,
  admin,
  ...hold
}: HoldDocument): HoldView {
  return { ...hold, id: _id, ...(admin && { admin: admin.name }) };
}
